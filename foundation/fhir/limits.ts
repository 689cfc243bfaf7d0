// How much a document may cost to read. spec: foundations §9.4, messaging §2 (nested bundles fit well inside)

export type ReadLimits = {
  /** Size of the document in bytes (UTF-8). */
  maxBytes: number;
  /** Levels of nesting, counted as JSON counts them (an array is a level). */
  maxDepth: number;
  /** Elements of an XML document, or members of a JSON document. */
  maxElements: number;
};

export const defaultReadLimits: ReadLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxDepth: 64,
  maxElements: 2_000_000,
};
