// Who read a person's record, out of the practice's own audit. spec: national-service INC-12, DCC-06, AUD-08
import type { AuditOrganisation, AuditReader } from '@gp-connect/foundation/audit';

/** The span of time in which each person's reads matter. */
export interface ReadSpan {
  /** Inclusive, ISO 8601 UTC. */
  readonly from: string;
  /** Exclusive; null: until now. */
  readonly to: string | null;
}

export interface ReadsQuery {
  readonly practice: string;
  /** By NHS number. */
  readonly people: ReadonlyMap<string, ReadSpan>;
  readonly actor: string;
  /** What is looked at and why, for the audit of the audit (AUD-08). */
  readonly scope: string;
  readonly need: string;
  /** A page, newest first: entries before an index, so many at most. All of them, oldest first, where left out. */
  readonly page?: { readonly before?: number; readonly limit: number };
}

/** One request for a record that was let through. */
export interface RecordRead {
  readonly index: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly nhsNumber: string;
  readonly organisation: AuditOrganisation | null;
  readonly product: string | null;
  readonly areas: readonly string[];
  readonly purpose: string | null;
  /** `unknown` where the outcome was never written: it may have been read. */
  readonly outcome: string;
  /** The user, as the token said. */
  readonly staff: string | null;
  /** The role they had, in words where it was told so. */
  readonly role: string | null;
}

interface Part {
  kind?: string;
  at: string;
  nhsNumber?: string | null;
  organisation?: AuditOrganisation | null;
  role?: { display?: string; code?: string } | null;
  product?: string | null;
  areas?: readonly string[];
  purpose?: string | null;
  open?: number;
  outcome?: string;
}

interface Person {
  name?: string;
  roleProfileId?: string;
}

/** Requests for the people's records within their spans that were not failed. */
export async function readsOf(reader: AuditReader, { people, page }: ReadsQuery): Promise<RecordRead[]> {
  const found = new Map<number, Part>();
  const outcomes = new Map<number, string>();
  for await (const { index, bytes } of reader.parts('patient')) {
    const part = JSON.parse(bytes.toString('utf8')) as Part;
    if (part.kind === 'close' && part.open !== undefined) outcomes.set(part.open, part.outcome ?? 'unknown');
    if (part.kind !== 'open' || !part.nhsNumber) continue;
    const span = people.get(part.nhsNumber);
    if (span && part.at >= span.from && (span.to === null || part.at < span.to)) found.set(index, part);
  }
  const letThrough = [...found]
    .filter(([index]) => outcomes.get(index) !== 'failed')
    .sort(([a], [b]) => a - b);
  const before = page?.before ?? Number.POSITIVE_INFINITY;
  const wanted =
    page === undefined
      ? letThrough
      : letThrough
          .filter(([index]) => index < before)
          .reverse()
          .slice(0, page.limit);
  const reads: RecordRead[] = [];
  for (const [index, part] of wanted) {
    const outcome = outcomes.get(index) ?? 'unknown';
    const staff = await reader.readPart(index, 'staff');
    const person = (staff.bytes.length === 0 ? {} : JSON.parse(staff.bytes.toString('utf8'))) as Person;
    reads.push({
      index,
      at: part.at,
      nhsNumber: part.nhsNumber!,
      organisation: part.organisation ?? null,
      product: part.product ?? null,
      areas: part.areas ?? [],
      purpose: part.purpose ?? null,
      outcome,
      staff: person.name ?? null,
      role: part.role?.display ?? person.roleProfileId ?? null,
    });
  }
  return reads;
}
