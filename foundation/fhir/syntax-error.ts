// What is thrown when a FHIR document cannot be read or written. Never carries a value of the document.

/**
 * A document that is not FHIR: `path` is the element path (`Bundle.entry[3].resource.birthDate`, empty when the
 * fault lies outside any element) and `reason` is a short sentence without any value of the document.
 */
export class FhirSyntaxError extends Error {
  readonly code = 'FHIR_SYNTAX';
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(path === '' ? reason : `${path}: ${reason}`);
    this.name = 'FhirSyntaxError';
    this.path = path;
    this.reason = reason;
  }
}

/** A name from the document as it may stand in a path: anything that does not look like an element name is `?`. */
export function safeName(name: string): string {
  return /^_?[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name) && !/\d{3}/.test(name) ? name : '?';
}
