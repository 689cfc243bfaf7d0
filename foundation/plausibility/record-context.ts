// What the one who checks knows of the patient. Every part may be missing: a sender knows almost nothing, and rules
// that need a missing part say so instead of passing. spec: messaging §10.4–§10.8

/** Dates are FHIR dates (`2026-11-21`) or instants. */
export interface RecordContext {
  readonly demographics?: RegisteredDemographics;
  readonly observations?: readonly PreviousObservation[];
  /** Problems and other coded history: diagnoses, procedures, outcomes of pregnancy. */
  readonly problems?: readonly CodedEvent[];
  readonly allergies?: readonly KnownAllergy[];
  readonly medicines?: readonly CurrentMedicine[];
  readonly pregnancy?: PregnancyState;
  /** The patient's own target, mmHg. Null where the record holds none. */
  readonly bloodPressureTarget?: { readonly systolic?: number; readonly diastolic?: number } | null;
  /** Other Update Record messages for this patient, newest or oldest first. */
  readonly recentMessages?: readonly RecentMessage[];
  readonly sender?: { readonly ods: string; readonly isActivePharmacy: boolean };
  /** When the message came in; the clock of the evaluation where left out. */
  readonly receivedAt?: string;
}

export interface RegisteredDemographics {
  readonly gender?: string;
  readonly birthDate?: string;
  readonly deceasedDate?: string;
  readonly leftOn?: string;
  readonly family?: string;
  readonly given?: readonly string[];
  readonly postcode?: string;
}

export interface PreviousObservation {
  readonly code: string;
  /** The record's own term, for people; no rule reads it. */
  readonly display?: string;
  readonly effective: string;
  readonly value?: number;
  readonly unit?: string;
  readonly components?: readonly { readonly code: string; readonly value: number }[];
}

export interface CodedEvent {
  readonly code: string;
  readonly display?: string;
  /** When it began or was done. */
  readonly date?: string;
  readonly status: 'active' | 'inactive' | 'resolved';
}

export interface KnownAllergy {
  readonly code?: string;
  readonly display: string;
  readonly status: 'active' | 'resolved' | 'refuted';
}

export interface CurrentMedicine {
  readonly code?: string;
  readonly display: string;
  /** When last supplied, where known. */
  readonly handedOver?: string;
  /** Stopped medicines take no part in duplicate therapy and interactions. */
  readonly status: 'active' | 'stopped';
}

export interface PregnancyState {
  readonly state: 'pregnant' | 'notPregnant' | 'unknown';
  readonly expectedDelivery?: string;
}

export interface RecentMessage {
  readonly documentId: string;
  readonly service: string;
  readonly senderOds: string;
  readonly encounterDate: string;
  readonly receivedAt: string;
}
