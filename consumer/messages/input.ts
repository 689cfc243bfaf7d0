// What a pharmacy or hospital system knows and hands over to be sent: plain values, no FHIR.
// spec: messaging §5.2, §6.2, §7
import type { PharmacyService } from '@gp-connect/foundation/itk3';

export interface PatientInput {
  readonly nhsNumber: string;
  readonly family: string;
  readonly given: readonly string[];
  readonly title?: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly gender: 'male' | 'female' | 'other' | 'unknown';
  readonly addressLines?: readonly string[];
  readonly postcode?: string;
}

export interface OrganisationInput {
  readonly ods: string;
  readonly name: string;
  readonly phone?: string;
}

export interface PractitionerInput {
  readonly family: string;
  readonly given?: readonly string[];
  readonly title?: string;
  readonly sdsUserId?: string;
  /** Seven digits. */
  readonly gphcNumber?: string;
  readonly phone?: string;
  /** SDS job role, e.g. `R1290` Pharmacist. */
  readonly role?: CodeInput;
}

export interface CodeInput {
  readonly code: string;
  readonly display: string;
}

export interface AttachmentInput {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The version sent before, which the new one replaces. */
export interface PreviousVersion {
  readonly documentId: string;
  readonly version: number;
}

interface DocumentInput {
  readonly patient: PatientInput;
  readonly organisation: OrganisationInput;
  /** The first is the author. */
  readonly practitioners: readonly PractitionerInput[];
  /** Sender's own id of the activity; a new uuid if left out. */
  readonly activityId?: string;
  readonly replaces?: PreviousVersion;
  readonly recipientType?: 'FA' | 'FI';
}

export interface SendDocumentInput extends DocumentInput {
  readonly style: 'v2' | 'v1';
  /** v2: a document type of refset 1127551000000109. v1 is always a report of a clinical encounter. */
  readonly type?: CodeInput;
  readonly careSetting?: CodeInput;
  readonly title?: string;
  /** When the activity was last saved. */
  readonly lastSaved: Date;
  /** v2 documents that are restricted are not sent; v1 ones must already have the hidden content taken out. */
  readonly confidential?: boolean;
  /** The primary document, normally a PDF. */
  readonly primary: AttachmentInput;
  readonly attachments?: readonly AttachmentInput[];
}

export interface BloodPressureInput {
  readonly kind: BloodPressureKind;
  readonly systolic: number;
  readonly diastolic: number;
  readonly bodySite?: CodeInput;
  readonly at?: string;
}

export type BloodPressureKind =
  | 'examination'
  | 'lying'
  | 'standing'
  | 'sitting'
  | 'baseline'
  | 'average-ambulatory'
  | 'self-measured';

export type MeasurementKind =
  | 'pulse'
  | 'temperature'
  | 'height'
  | 'height-self'
  | 'weight'
  | 'weight-self'
  | 'bmi';

export interface MeasurementInput {
  readonly kind: MeasurementKind;
  readonly value: number;
  /** UCUM; the kind's first unit if left out. */
  readonly unit?: string;
  readonly at?: string;
}

export interface SupplyInput {
  readonly status: 'completed' | 'stopped';
  /** dm+d AMP. */
  readonly medicine: CodeInput;
  readonly supplyType: CodeInput;
  readonly quantity: { readonly value: number; readonly unit: string; readonly code: string };
  readonly daysSupply?: number;
  /** `YYYY-MM-DD` */
  readonly handedOver?: string;
  readonly dose: string;
  readonly patientInstruction?: string;
}

/** Headings of free text; the clinical summary is asked for on its own. */
export type TextHeading =
  | 'history'
  | 'red-flags'
  | 'information-and-advice-given'
  | 'plan-and-requested-actions'
  | 'signpost-details';

export interface UpdateRecordInput extends DocumentInput {
  readonly service: PharmacyService;
  /** When the patient was seen: date, or date and time with zone. */
  readonly seen: string;
  readonly encounterType?: CodeInput;
  readonly outcomeOfAttendance?: CodeInput;
  readonly clinicalSummary: string;
  readonly headings?: Readonly<Partial<Record<TextHeading, string>>>;
  readonly presentingComplaints?: readonly (CodeInput & { readonly status?: 'active' | 'resolved' })[];
  readonly bloodPressures?: readonly BloodPressureInput[];
  readonly measurements?: readonly MeasurementInput[];
  readonly irregularPulse?: boolean;
  readonly ambulatoryReport?: { readonly title: string; readonly pdf: Uint8Array };
  readonly ambulatoryDeclined?: boolean;
  readonly pregnancy?: {
    readonly status: 'pregnant' | 'not-pregnant';
    /** The term in words as the user read and confirmed it. spec: messaging SG-20 */
    readonly confirmedTerm: string;
  };
  readonly supplies?: readonly SupplyInput[];
  /** Contraception service: the patient agreed that the practice is told. spec: messaging §6.5 */
  readonly consentToShare?: boolean;
}

export interface VaccinationInput extends DocumentInput {
  readonly practice: OrganisationInput;
  readonly seen: string;
  readonly vaccinations: readonly VaccineInput[];
  readonly consent?: string;
  readonly eligibility?: string;
}

export interface VaccineInput {
  readonly given: boolean;
  /** SNOMED procedure, e.g. 955691000000108. */
  readonly procedure: CodeInput;
  /** dm+d product. */
  readonly vaccine: CodeInput;
  /** `YYYY-MM-DD` or date and time. */
  readonly date: string;
  readonly manufacturer?: string;
  readonly batch?: string;
  /** `YYYY-MM-DD` */
  readonly expires?: string;
  readonly site?: CodeInput;
  readonly route?: CodeInput;
  readonly dose?: { readonly value: number; readonly unit: string; readonly code: string };
  readonly reason?: CodeInput;
}

export type EmergencySupplyHeading =
  | 'referral'
  | 'contacts'
  | 'history'
  | 'advice'
  | 'plan'
  | 'legal'
  | 'distribution';

export interface EmergencySupplyInput extends DocumentInput {
  readonly practice: OrganisationInput;
  readonly seen: string;
  readonly supplies: readonly EmergencySupplyItem[];
  readonly allergies?: string;
  readonly noKnownDrugAllergy?: boolean;
  readonly headings?: Readonly<Partial<Record<EmergencySupplyHeading, string>>>;
}

export interface EmergencySupplyItem {
  readonly medicine: CodeInput;
  readonly quantity: { readonly value: number; readonly unit: string; readonly text: string };
  readonly handedOver: string;
  readonly dose: string;
  readonly note?: string;
}

/** Who sends: given once, when the sender is set up. */
export interface SenderSettings {
  readonly mailbox: string;
  /** Namespace of identifiers, e.g. `https://pharmacy.example/id`. */
  readonly identifierSystem: string;
}

/** What a composer needs besides the input. */
export interface ComposeContext {
  readonly sender: SenderSettings;
  readonly now: Date;
  readonly newId: () => string;
}
