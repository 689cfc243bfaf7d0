// Answers of three sizes, made of a synthetic record so that they look like the traffic of the service.
import { type England, namedPatient, people } from '../england/index.ts';

export const SIZES = { '2KB': 2_048, '200KB': 204_800, '5MB': 5_242_880 } as const;
export type SizeName = keyof typeof SIZES;
export const sizeNames = Object.keys(SIZES) as SizeName[];

/** Bundles of exactly these lengths, by name; each filled up with white space. */
export function bodies(england: England): Map<string, Buffer> {
  const { nhsNumber, practiceIndex } = namedPatient('rich');
  const practice = england.practices[practiceIndex!]!;
  const person = [...people(england, practice.ods)].find((each) => each.nhsNumber === nhsNumber)!;
  const entries = person.resources
    .filter(({ resourceType }) => resourceType !== 'Binary')
    .map((resource) => `{"resource":${JSON.stringify(resource)}}`)
    .filter((entry) => entry.length < 1500);
  return new Map(sizeNames.map((name) => [name, bundleOf(entries, SIZES[name])]));
}

function bundleOf(entries: readonly string[], size: number): Buffer {
  const parts: string[] = [];
  const head = '{"resourceType":"Bundle","type":"collection","entry":[';
  let length = head.length + 2;
  for (let at = 0; ; at += 1) {
    const entry = entries[at % entries.length]!;
    const bytes = Buffer.byteLength(entry) + 1;
    if (length + bytes > size) break;
    parts.push(entry);
    length += bytes;
  }
  const text = `${head}${parts.join(',')}]}`;
  return Buffer.from(text + ' '.repeat(size - Buffer.byteLength(text)));
}
