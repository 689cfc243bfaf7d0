// How Observations are related, read from the resources themselves: the index knows that they are, not how.
// spec: access-record-structured §11.8 (has-member, derived-from)
import { parseJson } from '@gp-connect/foundation/fhir';
import type { IndexEntry, RecordReader } from '../record/index.ts';

export interface Relation {
  entry: IndexEntry;
  type: string;
  /** `Observation/id` */
  key: string;
}

interface Related {
  type?: string;
  target?: { reference?: string };
}

export async function relationsOf(
  reader: Pick<RecordReader, 'resources'>,
  entries: readonly IndexEntry[],
): Promise<Relation[]> {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  const relations: Relation[] = [];
  for await (const { seq, json } of reader.resources([...bySeq.keys()])) {
    const related = parseJson(json).related;
    for (const { type, target } of (Array.isArray(related) ? related : []) as Related[]) {
      if (type === undefined || target?.reference === undefined) continue;
      relations.push({ entry: bySeq.get(seq)!, type, key: target.reference });
    }
  }
  return relations;
}
