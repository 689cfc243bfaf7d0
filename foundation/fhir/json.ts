// FHIR JSON as text: reading without losing the written form of numbers, refusing what JSON.parse lets through.
// spec: foundations §9.4, §22
import { decimalFrom, isExact } from './decimals.ts';
import { type DocumentCost, duplicateKeyPath, scanJson } from './json-scan.ts';
import { defaultReadLimits, type ReadLimits } from './limits.ts';
import { isPlainText } from './primitives.ts';
import { FhirSyntaxError, safeName } from './syntax-error.ts';

/** Any parsed resource: its type is known, its content is to be validated or cast by the reader. */
export type JsonResource = { resourceType: string; [element: string]: unknown };

type ReviverContext = { source?: string };
type Reviver = (key: string, value: unknown, context: ReviverContext) => unknown;
const parseWithSource = JSON.parse as unknown as (text: string, reviver: Reviver) => unknown;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function keepWritten(_key: string, value: unknown, context: ReviverContext): unknown {
  return typeof value === 'number' && context.source !== undefined ? decimalFrom(context.source) : value;
}

/** Bytes of a document; a text that fits however it is encoded is not measured. */
function byteLength(document: string | Uint8Array, enough: number): number {
  if (typeof document !== 'string') return document.byteLength;
  return document.length * 3 <= enough ? document.length : Buffer.byteLength(document);
}

/** The text of a document, refused when longer than the limit or not UTF-8; a byte order mark is dropped. */
export function documentText(document: string | Uint8Array, limits: ReadLimits): string {
  if (byteLength(document, limits.maxBytes) > limits.maxBytes)
    throw new FhirSyntaxError('', 'the document is too large');
  if (typeof document === 'string') return document.startsWith('\ufeff') ? document.slice(1) : document;
  try {
    return utf8.decode(document);
  } catch {
    throw new FhirSyntaxError('', 'the document is not UTF-8');
  }
}

/** Stands before a number carried as a string through JSON.parse: no string of an accepted document holds it. */
const marker = '\u0001';

/** The text with the numbers at `spans` turned into marked strings: far faster than a reviver for every member. */
function markNumbers(text: string, spans: readonly number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < spans.length; at += 2) {
    parts.push(text.slice(from, spans[at]), `"\\u0001${text.slice(spans[at], spans[at + 1])}"`);
    from = spans[at + 1]!;
  }
  return parts.join('') + text.slice(from);
}

function parseText(text: string, cost: DocumentCost): unknown {
  try {
    if (cost.exactNumbers.length === 0) return JSON.parse(text);
    // A document with telling escapes might hold the marker itself.
    return cost.escapes
      ? parseWithSource(text, keepWritten)
      : JSON.parse(markNumbers(text, cost.exactNumbers));
  } catch {
    throw new FhirSyntaxError('', 'not well-formed JSON');
  }
}

type Check = { members: number; texts: boolean; marked: boolean; path: string };

/** What takes the place of a string of a parsed document: itself, or the number it carries. Refuses bad texts. */
function settleText(text: string, check: Check): unknown {
  if (check.marked && text.startsWith(marker)) return decimalFrom(text.slice(1));
  if (check.texts && !isPlainText(text)) {
    throw new FhirSyntaxError(check.path, 'a text holds characters that FHIR does not allow');
  }
  return text;
}

function settleName(name: string, check: Check): void {
  check.members += 1;
  if (name === '__proto__') throw new FhirSyntaxError(check.path, 'unknown element');
  if (check.marked && name.startsWith(marker)) throw new FhirSyntaxError('', 'not well-formed JSON');
}

/** Walks a parsed value: counts its members, puts marked numbers back, refuses what must not travel further. */
function settle(value: Record<string, unknown> | unknown[], check: Check): void {
  const settleItem = check.texts || check.marked;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const item = value[at];
      if (typeof item === 'object' && item !== null) {
        if (!isExact(item)) settle(item as unknown[], check);
      } else if (settleItem && typeof item === 'string') value[at] = settleText(item, check);
    }
    return;
  }
  for (const name in value) {
    settleName(name, check);
    const item = value[name];
    if (typeof item === 'object' && item !== null) {
      if (!isExact(item)) settle(item as unknown[], check);
    } else if (settleItem && typeof item === 'string') {
      const settled = settleText(item, check);
      if (settled !== item) value[name] = settled;
    }
  }
}

function checkCost(cost: DocumentCost, limits: ReadLimits): void {
  if (cost.depth > limits.maxDepth) throw new FhirSyntaxError('', 'nested too deeply');
  if (cost.members > limits.maxElements) throw new FhirSyntaxError('', 'too many elements');
}

/**
 * Reads one FHIR resource from JSON text or UTF-8 bytes. Numbers keep their written form (see decimals.ts).
 * The structure is not checked: see `validate`.
 * @throws FhirSyntaxError when it is not JSON, a name stands twice in an object, it is over the limits, or its top
 * is not an object with a `resourceType`.
 */
export function parseJson(document: string | Uint8Array, limits: Partial<ReadLimits> = {}): JsonResource {
  const bounds = { ...defaultReadLimits, ...limits };
  const text = documentText(document, bounds);
  const cost = scanJson(text, bounds.maxDepth);
  checkCost(cost, bounds);
  const parsed = parseText(text, cost);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FhirSyntaxError('', 'the document must be one JSON object');
  }
  const type = (parsed as JsonResource).resourceType as unknown;
  const check: Check = {
    members: 0,
    texts: cost.escapes || (typeof document === 'string' && !text.isWellFormed()),
    marked: cost.exactNumbers.length > 0 && !cost.escapes,
    path: typeof type === 'string' ? safeName(type) : '',
  };
  settle(parsed as JsonResource, check);
  if (check.members !== cost.members) throw new FhirSyntaxError(duplicateKeyPath(text), 'stands twice');
  if (typeof (parsed as JsonResource).resourceType !== 'string' || type === '') {
    throw new FhirSyntaxError('resourceType', 'must be the name of a resource');
  }
  return parsed as JsonResource;
}

/** The JSON text of a resource, numbers as they were written. */
export function serializeJson(resource: object): string {
  return JSON.stringify(resource);
}
