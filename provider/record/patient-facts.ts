// Registration facts of a person, read from the Patient resource and what the import learned beside it.
// spec: foundations §11.2, §11.5 (registration), access-record-structured §1 (who is "not found")
import { clinicalAreaNames, isNhsNumber, system } from '@gp-connect/foundation/nhs';
import { codeIn, extension, isObject, type Json, objects, type ResourceJson, text } from './json.ts';
import type { PatientEntry } from './types.ts';

/** What a Patient resource does not say, or says only through its marker. Undefined: not known, keep what is. */
export interface RecordFacts {
  inTransitSince?: PatientEntry['inTransitSince'];
  awaitingFiling?: PatientEntry['awaitingFiling'];
  sensitive?: boolean;
  sharing?: PatientEntry['sharing'];
  /** Keys (`Observation/…`) that the source's Immunisations list named. */
  immunisationStatus?: ReadonlySet<string>;
  /** Keys of resources known to be confidential although they carry no marker. */
  confidential?: ReadonlySet<string>;
}

/** A PatientEntry before it has a key and a version. */
export type PatientFacts = Omit<PatientEntry, 'key' | 'version'>;

/** `policyRule` of the Consent by which a person dissents from sharing. It is a fact, never on the wire. */
export const dissentPolicy = 'https://fhir.nhs.uk/Id/dissent-to-share';

const registrations: Readonly<Record<string, PatientEntry['registration']>> = {
  R: 'regular',
  T: 'temporary',
  E: 'temporary',
  IN: 'temporary',
};

/** Facts of a Patient whose marker has been split off. Undefined where it holds no valid NHS number. */
export function patientFactsOf(patient: ResourceJson, known: RecordFacts): PatientFacts | undefined {
  const identifier = nhsNumberIdentifier(patient);
  if (!identifier || !isNhsNumber(identifier.value)) return undefined;
  const details = registrationDetails(patient);
  const deceased = text(patient.deceasedDateTime);
  const dead = deceased !== null || patient.deceasedBoolean === true;
  return {
    id: String(patient.id),
    nhsNumber: identifier.value,
    verification: verificationOf(identifier),
    registration: details.type === null ? 'regular' : (registrations[details.type] ?? 'other'),
    active: !dead && (typeof patient.active === 'boolean' ? patient.active : details.end === null),
    deceased,
    sensitive: known.sensitive ?? false,
    sharing: known.sharing ?? 'share',
    inTransitSince: known.inTransitSince ?? null,
    awaitingFiling: known.awaitingFiling ?? null,
  };
}

/** The NHS number identifier, in the current or the older spelling of its system. */
export function nhsNumberIdentifier(patient: ResourceJson): Json | undefined {
  return objects(patient.identifier).find((identifier) => identifier.system === system.nhsNumber);
}

function verificationOf(identifier: Json): string {
  const status = extension(identifier, 'Extension-CareConnect-GPC-NHSNumberVerificationStatus-1');
  const concept = status?.valueCodeableConcept;
  const coding = objects(isObject(concept) ? concept.coding : undefined)[0];
  // A live system answers only for verified numbers; a Patient that says nothing came from one.
  return text(coding?.code) ?? '01';
}

/** The registration extension's parts; `start` and `end` as written. */
export function registrationDetails(patient: ResourceJson) {
  const parts = objects(extension(patient, 'Extension-CareConnect-GPC-RegistrationDetails-1')?.extension);
  const part = (name: string) => parts.find((candidate) => candidate.url === name);
  const concept = part('registrationType')?.valueCodeableConcept;
  const coding = objects(isObject(concept) ? concept.coding : undefined)[0];
  const period = part('registrationPeriod')?.valuePeriod;
  return {
    type: text(coding?.code),
    start: isObject(period) ? text(period.start) : null,
    end: isObject(period) ? text(period.end) : null,
  };
}

/**
 * The fact that a resource of the canonical form stands for, which is kept beside the record and never on the wire:
 * a Consent of `dissentPolicy`, or a Flag with a list warning code (`category` names the area, `period` the day).
 * Undefined for every other resource.
 */
export function factOf(resource: ResourceJson): RecordFacts | undefined {
  if (resource.resourceType === 'Consent' && resource.policyRule === dissentPolicy) {
    return { sharing: resource.status === 'inactive' ? 'share' : 'dissent' };
  }
  if (resource.resourceType !== 'Flag') return undefined;
  const warning = codeIn(resource.code, system.listWarning);
  if (warning === null || !isObject(resource.period)) return undefined;
  const since = text(resource.period.start)?.slice(0, 10) ?? null;
  if (warning === 'data-in-transit') return { inTransitSince: since };
  if (warning !== 'data-awaiting-filing' || since === null) return undefined;
  const category = isObject(resource.category) ? resource.category.text : undefined;
  const areas = clinicalAreaNames.filter((area) => category === undefined || category === area);
  return { awaitingFiling: { since, areas } };
}

/** Two sets of facts as one: what the later one knows wins; areas that await filing add up, from the older day. */
export function mergeFacts(earlier: RecordFacts, later: RecordFacts): RecordFacts {
  const merged = { ...earlier, ...later };
  if (earlier.awaitingFiling && later.awaitingFiling) {
    const areas = [...earlier.awaitingFiling.areas, ...later.awaitingFiling.areas];
    const since = [earlier.awaitingFiling.since, later.awaitingFiling.since].sort()[0]!;
    merged.awaitingFiling = { since, areas: clinicalAreaNames.filter((area) => areas.includes(area)) };
  }
  for (const name of ['immunisationStatus', 'confidential'] as const) {
    const [one, other] = [earlier[name], later[name]];
    if (one && other) merged[name] = new Set([...one, ...other]);
  }
  return merged;
}
