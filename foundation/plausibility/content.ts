// What an Update Record message says: the resources of its document bundle, by kind. spec: messaging §6.1, §6.2
import type {
  Bundle,
  ClinicalImpression,
  Composition,
  Condition,
  Encounter,
  MedicationDispense,
  Observation,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Resource,
} from '../fhir/index.ts';

/** A resource and how the bundle names it. */
export interface Entry<T> {
  /** `urn:uuid:…` of the bundle entry; else `Type/id`. Findings point at items by it. */
  readonly fullUrl: string;
  readonly resource: T;
}

export interface UpdateRecordContent {
  readonly composition: Entry<Composition>;
  readonly patient: Entry<Patient>;
  readonly encounter: Entry<Encounter>;
  readonly organizations: readonly Entry<Organization>[];
  readonly practitioners: readonly Entry<Practitioner>[];
  readonly practitionerRoles: readonly Entry<PractitionerRole>[];
  readonly clinicalImpressions: readonly Entry<ClinicalImpression>[];
  readonly observations: readonly Entry<Observation>[];
  readonly medicationDispenses: readonly Entry<MedicationDispense>[];
  readonly conditions: readonly Entry<Condition>[];
  /** `MessageHeader.timestamp`, where the envelope was read. */
  readonly sentAt?: string;
}

type Kinds = {
  Composition: Composition;
  Patient: Patient;
  Encounter: Encounter;
  Organization: Organization;
  Practitioner: Practitioner;
  PractitionerRole: PractitionerRole;
  ClinicalImpression: ClinicalImpression;
  Observation: Observation;
  MedicationDispense: MedicationDispense;
  Condition: Condition;
};

/**
 * Sorts the entries of a document bundle by kind. Undefined if it has no Composition, Patient or Encounter: such a
 * message breaks the contract (20009) before any plausibility rule is asked.
 */
export function updateRecordContent(bundle: Bundle, sentAt?: string): UpdateRecordContent | undefined {
  const entries = (bundle.entry ?? []).flatMap(({ fullUrl, resource }) => {
    if (resource === undefined) return [];
    const held = resource as Resource & { resourceType: string };
    return [{ fullUrl: fullUrl ?? `${held.resourceType}/${held.id ?? ''}`, resource: held }];
  });
  const all = <K extends keyof Kinds>(kind: K): Entry<Kinds[K]>[] =>
    entries.filter(({ resource }) => resource.resourceType === kind) as unknown as Entry<Kinds[K]>[];
  const [composition] = all('Composition');
  const [patient] = all('Patient');
  const [encounter] = all('Encounter');
  if (composition === undefined || patient === undefined || encounter === undefined) return undefined;
  return {
    composition,
    patient,
    encounter,
    organizations: all('Organization'),
    practitioners: all('Practitioner'),
    practitionerRoles: all('PractitionerRole'),
    clinicalImpressions: all('ClinicalImpression'),
    observations: all('Observation'),
    medicationDispenses: all('MedicationDispense'),
    conditions: all('Condition'),
    ...(sentAt === undefined ? {} : { sentAt }),
  };
}
