// The purposes for which records may be read, and how each travels. spec: national-service PUR-01 to PUR-04
import type { ReasonForRequest } from './audit-claims.ts';

export type PurposeOfUse = 'directcare' | 'migration' | 'medical-examiner';

export interface Purpose {
  readonly id: PurposeOfUse;
  /** For people: audit pages, the transparency site. */
  readonly name: string;
  /** What the token says: deployed providers know no other values (PUR-04). */
  readonly reasonForRequest: ReasonForRequest;
  /** Value of the `GPC-Purpose` header to our own providers; absent where the token says enough. */
  readonly header?: string;
  /** Whose records: a living patient's, or those of one who died at most this many days ago (PUR-03). */
  readonly deceasedWithinDays: number | null;
}

/** The header by which the router tells our own providers a purpose the token cannot carry. */
export const purposeHeader = 'GPC-Purpose';

/** Everything that is not in this table is refused (PUR-02). */
export const purposes: readonly Purpose[] = [
  {
    id: 'directcare',
    name: 'Direct care',
    reasonForRequest: 'directcare',
    deceasedWithinDays: null,
  },
  {
    id: 'migration',
    name: 'Transfer of the record to the patient’s new practice',
    reasonForRequest: 'migration',
    deceasedWithinDays: null,
  },
  {
    id: 'medical-examiner',
    name: 'Statutory review of a death by a medical examiner',
    reasonForRequest: 'directcare',
    header: 'medical-examiner',
    deceasedWithinDays: 28,
  },
];

export function purposeById(id: string): Purpose | undefined {
  return purposes.find((purpose) => purpose.id === id);
}

/**
 * The purpose of a request at a provider: the router's header (believed only on the router's own connection)
 * wins over the token's reason. Null where the two do not belong together, or the header is unknown.
 */
export function purposeOf(reason: ReasonForRequest, header: string | undefined): Purpose | null {
  const found =
    header === undefined
      ? purposes.find((purpose) => purpose.header === undefined && purpose.reasonForRequest === reason)
      : purposes.find((purpose) => purpose.header === header.trim());
  return found?.reasonForRequest === reason ? found : null;
}
