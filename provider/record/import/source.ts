// One file as its resources: Bundle or single resource in JSON or XML, NDJSON by the line, a Binary as it streams.
// spec: access-record-structured §5, access-document §4.3, §5
import { FhirSyntaxError, fromXml, parseJson } from '@gp-connect/foundation/fhir';
import { isObject, type ResourceJson } from '../json.ts';
import { type ContentSplitter, JsonContent, XmlContent } from './binary-content.ts';

export interface SourceFile {
  name: string;
  stream: AsyncIterable<Uint8Array | string>;
}

/** A resource and where it came from. */
export interface SourceEntry {
  file: string;
  entry: number;
  resource: ResourceJson;
  /** `entry.fullUrl`, which references may name. */
  fullUrl?: string;
}

export type SourceItem =
  | { kind: 'bundle'; entries: SourceEntry[] }
  | { kind: 'line'; entry: SourceEntry }
  /** `content` must be consumed before `head()` tells what it belongs to. */
  | { kind: 'binary'; file: string; content: AsyncIterable<string>; head: () => ResourceJson }
  | { kind: 'refused'; entry: number | null; reason: string; path: string | null };

export interface SourceLimits {
  /** A Bundle, or a line of NDJSON. A Binary alone in its file is not held to it. */
  maxDocumentBytes: number;
}
export const defaultSourceLimits: SourceLimits = { maxDocumentBytes: 160 * 1024 * 1024 };
const HEAD = 64 * 1024;

/** Reads a file; `onBytes` hears of every piece as it arrives. Faults of the text come as `refused` items. */
export async function* readSource(
  file: SourceFile,
  limits: SourceLimits,
  onBytes: (count: number) => void,
): AsyncGenerator<SourceItem> {
  const text = decoded(file.stream, onBytes);
  try {
    const { head, rest } = await peek(text);
    const binary = binaryFormat(head);
    if (binary) yield* readBinaryFile(file.name, binary, rest, limits);
    else if (isNdjson(file.name, head)) yield* readLines(file.name, rest, limits);
    else yield* itemsOf(file.name, 0, parseDocument(await whole(rest, limits), limits), 'bundle');
  } catch (error) {
    yield refusedFile(error);
  }
}

/** What is wrong with a document's text, where that is what the error says. */
export function textFault(error: unknown): { reason: string; path: string | null } | undefined {
  if (error instanceof FhirSyntaxError) return { reason: error.reason, path: error.path || null };
  return error instanceof UnreadableError ? { reason: error.message, path: null } : undefined;
}

function refusedFile(error: unknown, entry: number | null = null): SourceItem {
  const fault = textFault(error);
  if (!fault) throw error;
  return { kind: 'refused', entry, ...fault };
}

/** The file cannot be read to its end. */
class UnreadableError extends Error {}

async function* decoded(
  stream: AsyncIterable<Uint8Array | string>,
  onBytes: (count: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new UnreadableError('the document is not UTF-8');
    }
  };
  try {
    for await (const piece of stream) {
      onBytes(typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength);
      yield typeof piece === 'string' ? piece : decode(piece);
    }
  } catch (error) {
    if (error instanceof UnreadableError) throw error;
    throw new UnreadableError('the file could not be read to its end');
  }
  yield decode();
}

/** The head of the text, and the whole of it; a fault met while peeking is met again in its place. */
async function peek(text: AsyncGenerator<string>): Promise<{ head: string; rest: AsyncIterable<string> }> {
  let head = '';
  let fault: unknown;
  try {
    while (head.length < HEAD) {
      const next = await text.next();
      if (next.done) break;
      head += next.value;
    }
  } catch (error) {
    fault = error;
  }
  async function* rest() {
    yield head;
    if (fault !== undefined) throw fault;
    yield* text;
  }
  return { head: head.slice(0, HEAD * 16), rest: rest() };
}

async function whole(pieces: AsyncIterable<string>, limits: SourceLimits): Promise<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length > limits.maxDocumentBytes) throw new UnreadableError('the document is too large');
  }
  return text;
}

function parseDocument(text: string, limits: SourceLimits): ResourceJson {
  if (text.trim() === '') throw new UnreadableError('the file is empty');
  const bounds = { maxBytes: limits.maxDocumentBytes, maxElements: 20_000_000 };
  return (/^\s*</.test(text) ? fromXml(text, 'STU3', bounds) : parseJson(text, bounds)) as ResourceJson;
}

function isNdjson(name: string, head: string): boolean {
  if (/\.(?:ndjson|jsonl)$/i.test(name)) return true;
  const end = head.indexOf('\n');
  const first = end === -1 ? '' : head.slice(0, end).trim();
  return (
    first.startsWith('{') &&
    first.endsWith('}') &&
    head
      .slice(end + 1)
      .trimStart()
      .startsWith('{')
  );
}

async function* readLines(
  name: string,
  pieces: AsyncIterable<string>,
  limits: SourceLimits,
): AsyncGenerator<SourceItem> {
  let line = -1;
  for await (const text of lines(pieces, limits)) {
    line++;
    if (text.trim() === '') continue;
    try {
      yield* itemsOf(name, line, parseDocument(text, limits), 'line');
    } catch (error) {
      yield refusedFile(error, line);
    }
  }
}

async function* lines(pieces: AsyncIterable<string>, limits: SourceLimits): AsyncGenerator<string> {
  let held = '';
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      yield held + piece.slice(start, end);
      held = '';
      start = end + 1;
    }
    held += piece.slice(start);
    if (held.length > limits.maxDocumentBytes) throw new UnreadableError('a line is too large');
  }
  yield held;
}

function* itemsOf(
  file: string,
  at: number,
  resource: ResourceJson,
  kind: 'bundle' | 'line',
): Generator<SourceItem> {
  if (resource.resourceType !== 'Bundle') {
    yield { kind: 'line', entry: { file, entry: at, resource } };
    return;
  }
  const bundle: SourceItem = { kind: 'bundle', entries: [] };
  for (const [entry, value] of (Array.isArray(resource.entry) ? resource.entry : []).entries()) {
    const place = kind === 'bundle' ? entry : at;
    const inner = isObject(value) ? value.resource : undefined;
    if (!isObject(inner) || typeof inner.resourceType !== 'string') {
      yield {
        kind: 'refused',
        entry: place,
        reason: 'the entry holds no resource',
        path: `Bundle.entry[${entry}]`,
      };
      continue;
    }
    const fullUrl = isObject(value) && typeof value.fullUrl === 'string' ? { fullUrl: value.fullUrl } : {};
    bundle.entries.push({ file, entry: place, resource: inner as ResourceJson, ...fullUrl });
  }
  yield bundle;
}

function binaryFormat(head: string): ContentSplitter | undefined {
  if (/^\s*(?:<\?[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:[\w.-]+:)?Binary[\s>]/.test(head))
    return new XmlContent();
  const type = /^\s*\{/.test(head) ? /"resourceType"\s*:\s*"(\w+)"/.exec(head)?.[1] : undefined;
  // A Binary whose content comes first says what it is only after megabytes.
  const contentFirst = type === undefined && /^\s*\{[^{}]*"content"\s*:\s*"/.test(head);
  return type === 'Binary' || contentFirst ? new JsonContent() : undefined;
}

async function* readBinaryFile(
  file: string,
  splitter: ContentSplitter,
  pieces: AsyncIterable<string>,
  limits: SourceLimits,
): AsyncGenerator<SourceItem> {
  async function* content() {
    for await (const piece of pieces) {
      yield* splitter.push(piece);
      if (splitter.frame.length > limits.maxDocumentBytes)
        throw new UnreadableError('the document is too large');
    }
  }
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.(?:json|xml)$/i, '');
  yield {
    kind: 'binary',
    file,
    content: content(),
    head: () => {
      const { content: _, ...head } = parseDocument(splitter.frame, limits);
      return { id: name, ...head } as unknown as ResourceJson;
    },
  };
}
