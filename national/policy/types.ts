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

/** The areas of Update Record: its pharmacy services. spec: national-service §1, ORG-03 */
export type PharmacyService = 'pharmacy-first' | 'blood-pressure-check' | 'pharmacy-contraception';
export type ProductArea = ClinicalArea | PharmacyService;

/** One practice's switch for a product (and area, where given). spec: national-service §4.1 */
export interface PracticeProduct {
  ods: string;
  product: string;
  area: ProductArea | null;
  state: PracticeState;
  reasonCode: string | null;
  /** Reference of the incident for an operator's hold. */
  incident: string | null;
  /** The practice's own choice beneath an operator's hold. */
  ownChoice?: PracticeState | null;
  /** When this state began, ISO 8601. */
  since?: string;
  /** Counts the changes of this switch: the number in its ETag. */
  version?: number;
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
  /** With a look-back: whether the restricted HTML option is agreed (PUR-07). */
  restrictedHtml?: boolean;
}

/** spec: national-service §4.2 */
export type SupplierState =
  | 'none'
  | 'in-development'
  | 'fot-ready'
  | 'fot'
  | 'live'
  | 'suspended'
  | 'withdrawn';

/** What a provider's supplier can do. spec: national-service §4.2, §20 `SupplierCapability` */
export interface SupplierCapability {
  /** ODS code of the supplier: the manufacturer in the practice's AS record. */
  supplier: string;
  product: string;
  area: ProductArea | null;
  state: SupplierState;
  goLiveYear: number | null;
  /** First of Type: the only pairs that may use it while `state` is `fot`. */
  fotPairs: readonly { consumer: string; practice: string }[];
}

/** A practice that shares nothing with one organisation, or with one type of organisation. spec: §21 row 23a */
export interface PracticeBlock {
  practice: string;
  organisation: string | null;
  organisationType: string | null;
}

/** A practice that opted in to one private provider; without it access is off. spec: national-service ORG-05 */
export interface PrivateOptIn {
  practice: string;
  organisation: string;
}

/** All of the policy the decision function looks at. */
export interface PolicyData {
  agreements: Agreement[];
  refusedPairs: RefusedPair[];
  practiceProducts: PracticeProduct[];
  useCases: UseCase[];
  supplierCapabilities: SupplierCapability[];
  practiceBlocks: PracticeBlock[];
  privateOptIns: PrivateOptIn[];
}
