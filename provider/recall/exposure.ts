// Onward exposure: who was shown a record while a wrong entry stood in it. The full list stays with the practice.
// spec: national-service INC-12, S0-16
import type { PracticeAudit, RecordRead } from '../audit/index.ts';
import type { Records } from '../record/index.ts';
import type { RecallItem } from './items.ts';
import type { ReadCount } from './steps.ts';

export interface Exposure {
  readonly reads: readonly RecordRead[];
  /** One for each organisation that is to be told, with the reads it is told of. */
  readonly notices: readonly {
    readonly organisation: string;
    readonly name: string;
    readonly reads: number;
    /** What the organisation is told; names nobody. */
    readonly words: string;
  }[];
}

interface Exposed {
  readonly filedAs: RecallItem['filedAs'];
  readonly filedAt: string | null;
  readonly containedAt?: string | null;
  readonly releasedAt?: string | null;
  readonly decidedAt?: string | null;
}

/** Requests that were answered between the filing of a person's first entry and the end of the last one's exposure. */
export async function exposureOf(
  { audit, records }: { audit: PracticeAudit; records: Records },
  practice: string,
  items: readonly Exposed[],
  asked: { actor: string; scope: string; need: string },
): Promise<Exposure> {
  const spans = new Map<number, { from: string; to: string | null }>();
  for (const { filedAs, filedAt, containedAt = null, releasedAt = null, decidedAt = null } of items) {
    if (!filedAs || !filedAt) continue;
    const contained = releasedAt === null ? containedAt : null;
    const end = [contained, decidedAt].filter((at) => at !== null).sort()[0] ?? null;
    const known = spans.get(filedAs.patientKey);
    spans.set(filedAs.patientKey, {
      from: known && known.from < filedAt ? known.from : filedAt,
      to: known ? laterOf(known.to, end) : end,
    });
  }
  const people = new Map<string, { from: string; to: string | null }>();
  for (const [key, span] of spans) {
    const patient = await records.findPatientByKey(practice, key);
    if (patient) people.set(patient.nhsNumber, span);
  }
  const reads = people.size === 0 ? [] : await audit.reads({ practice, people, ...asked });
  return { reads, notices: noticesOf(practice, reads) };
}

/** Null has no end. */
const laterOf = (one: string | null, other: string | null): string | null =>
  one === null || other === null ? null : one > other ? one : other;

function noticesOf(practice: string, reads: readonly RecordRead[]): Exposure['notices'] {
  const byOrganisation = Map.groupBy(
    reads.filter(({ organisation }) => organisation !== null),
    ({ organisation }) => organisation!.ods,
  );
  return [...byOrganisation]
    .map(([ods, own]) => {
      const { name } = own[0]!.organisation!;
      const days = `${own[0]!.at.slice(0, 10)} and ${own.at(-1)!.at.slice(0, 10)}`;
      const times = own.length === 1 ? 'once' : `${own.length} times`;
      const words =
        `To ${name} (${ods}). Between ${days} your organisation was shown ${times} a record of practice ${practice} ` +
        'in which an entry from another organisation was wrong. Read it again before you rely on it; the practice can ' +
        'tell you whose record it was and when.';
      return { organisation: ods, name, reads: own.length, words };
    })
    .sort((a, b) => (a.organisation < b.organisation ? -1 : 1));
}

/** What the national layer is told: organisations, products and numbers of reads. */
export function readCounts(reads: readonly RecordRead[]): ReadCount[] {
  const counts = new Map<string, ReadCount & { reads: number }>();
  for (const { organisation, product } of reads) {
    const ods = organisation?.ods ?? 'UNKNOWN';
    const key = `${ods} ${product}`;
    const known = counts.get(key) ?? {
      organisation: ods,
      name: organisation?.name ?? '',
      product: product ?? 'unknown',
      reads: 0,
    };
    counts.set(key, { ...known, reads: known.reads + 1 });
  }
  return [...counts.values()].sort((a, b) => b.reads - a.reads || (a.organisation < b.organisation ? -1 : 1));
}
