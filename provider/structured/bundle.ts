// Writing the Bundle: head, entries as stored texts page by page, tail; in JSON or XML.
// spec: access-record-structured §5; stack §5
import { bundleXmlFrames, parseJson, resourceToXmlEntry, serializeJson } from '@gp-connect/foundation/fhir';
import { structuredBundleProfile } from '@gp-connect/foundation/nhs';
import type { RecordReader } from '../record/index.ts';
import type { Segment, StoredPart } from './plan.ts';
import { joiner, type Sink } from './sink.ts';

/** Above this many entries the first bytes leave before the rest is read. */
const smallAnswer = 200;

export type WireFormat = 'json' | 'xml';

interface Frames {
  head: string;
  between: string;
  tail: string;
  entry(json: string): string;
}

const bundleOf = (trace: string) => ({
  resourceType: 'Bundle',
  id: trace,
  meta: { profile: [structuredBundleProfile] },
  type: 'collection',
});

const frames: Readonly<Record<WireFormat, (trace: string) => Frames>> = {
  json: (trace) => ({
    head: `${JSON.stringify(bundleOf(trace)).slice(0, -1)},"entry":[`,
    between: ',',
    tail: ']}',
    entry: (json) => `{"resource":${json}}`,
  }),
  xml: (trace) => ({
    ...bundleXmlFrames(bundleOf(trace)),
    between: '',
    entry: (json) => resourceToXmlEntry(parseJson(json)),
  }),
};

/**
 * Streams the segments. Nothing is written before the first stored resource has been read; what fails later rejects,
 * and the connection must then be destroyed.
 */
export async function writeBundle(
  reader: Pick<RecordReader, 'resources'>,
  segments: readonly Segment[],
  trace: string,
  output: { sink: Sink; format: WireFormat; signal?: AbortSignal | undefined },
): Promise<void> {
  const { head, between, tail, entry } = frames[output.format](trace);
  const texts = entryTexts(reader, segments);
  const first = await texts.next();
  const out = joiner(output.sink, output.signal);
  await out.add(head);
  if (!first.done) await out.add(entry(first.value));
  if (segments.length > smallAnswer) await out.flush();
  for await (const text of texts) {
    const full = out.add(between + entry(text));
    if (full !== undefined) await full;
  }
  await out.add(tail);
  await out.flush();
}

/** The JSON text of each entry in turn, stored ones read in one pass. */
async function* entryTexts(
  reader: Pick<RecordReader, 'resources'>,
  segments: readonly Segment[],
): AsyncGenerator<string> {
  const seqs = segments.flatMap(storedParts).map(({ seq }) => seq);
  const stored = reader.resources(seqs)[Symbol.asyncIterator]();
  const read = async ({ seq, rewrite }: StoredPart): Promise<string> => {
    const next = await stored.next();
    if (next.done || next.value.seq !== seq) throw new Error('the record room left out a resource');
    return rewrite === undefined ? next.value.json : rewrite(next.value.json);
  };
  try {
    for (const segment of segments) {
      if ('stored' in segment) yield await read(segment.stored);
      else if ('contained' in segment) yield await withContained(segment.made, segment.contained, read);
      else yield typeof segment.made === 'string' ? segment.made : serializeJson(segment.made);
    }
  } finally {
    await stored.return?.();
  }
}

function storedParts(segment: Segment): readonly StoredPart[] {
  if ('stored' in segment) return [segment.stored];
  return 'contained' in segment ? segment.contained : [];
}

async function withContained(
  made: Record<string, unknown>,
  parts: readonly StoredPart[],
  read: (part: StoredPart) => Promise<string>,
): Promise<string> {
  const contained: string[] = [];
  for (const part of parts) contained.push(await read(part));
  const [start, rest] = splitAfterMeta(made);
  return `${start},"contained":[${contained.join(',')}],${rest}`;
}

/** The text of a made list in two, so that contained resources stand where STU3 has them. */
function splitAfterMeta({ resourceType, meta, ...rest }: Record<string, unknown>): [string, string] {
  return [serializeJson({ resourceType, meta }).slice(0, -1), serializeJson(rest).slice(1)];
}
