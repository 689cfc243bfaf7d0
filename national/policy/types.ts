// Who may do what: agreements, pairs, practice switches and use cases. spec: national-service §4–§8
import type { ClinicalArea } from '@gp-connect/foundation/nhs';

/** A live agreement of a consumer organisation for products. spec: national-service §8, §20 `Agreement` */
export interface Agreement {
  ods: string;
  products: readonly string[];
  status: 'live' | 'withdrawn';
}

/** A sender→receiver pair that is refused although both are registered (foundations §6.5); absent means allowed. */
export interface RefusedPair {
  from: string;
  to: string;
}

export type PracticeState = 'not-available' | 'undecided' | 'enabled' | 'disabled' | 'held';

/** One practice's switch for a product (and area, where given). spec: national-service §4.1 */
export interface PracticeProduct {
  ods: string;
  product: string;
  area: ClinicalArea | null;
  state: PracticeState;
  reasonCode: string | null;
  /** Reference of the incident for an operator's hold. */
  incident: string | null;
}

/** What a registered use case of an ASID may ask for. spec: national-service §6 PUR-06 */
export interface UseCase {
  asid: string;
  id: string;
  purpose: 'direct-care' | 'medical-examiner';
  products: readonly string[];
  /** Absent: every area. */
  areas: readonly ClinicalArea[] | null;
  lookbackMonths: number | null;
}
