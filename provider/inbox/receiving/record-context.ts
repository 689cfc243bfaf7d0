// What the practice's record says about a patient, for the plausibility rules and for the reviewer.
// spec: messaging §10.4–§10.7, SG-23
import { decimalNumber } from '@gp-connect/foundation/fhir';
import type {
  CodedEvent,
  CurrentMedicine,
  KnownAllergy,
  PregnancyState,
  PreviousObservation,
  RecordContext,
  RegisteredDemographics,
} from '@gp-connect/foundation/plausibility';
import { type IndexEntry, type PatientEntry, type Records, registrationDetails } from '../../record/index.ts';
import { type Concept, mainCoding, termOf } from '../entries.ts';
import { pressureTargetOf } from './pressure-target.ts';

/** Newest entries of a kind that are looked at: a long record must not hold up its messages. */
const MOST_OBSERVATIONS = 500;
const code = { pregnant: '77386006', notPregnant: '60001007', expectedDelivery: '161714006' } as const;

type Members = Record<string, unknown>;
const words = (concept: unknown): string => termOf(concept as Concept | undefined);
const codeOf = (concept: unknown): string | undefined => mainCoding(concept as Concept | undefined)?.code;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [K in Name]?: Value };

const wanted: Parameters<Records['byRole']>[2] = {
  all: ['patient', 'problem', 'allergy-active', 'allergy-ended', 'statement', 'medication'],
  newest: { role: 'uncategorised', most: MOST_OBSERVATIONS },
};

/** Numbers are only compared here: how they were written is of no matter. */
const read = (json: string): Members => JSON.parse(json) as Members;

/** The parts of the record that rules and reviewers look at, read in one consistent view. */
export async function recordContextOf(
  records: Records,
  practice: string,
  patient: PatientEntry,
): Promise<RecordContext> {
  const { all, newest } = await records.byRole(practice, patient.key, wanted);
  const ofRole = (role: IndexEntry['role']) => (all.get(role) ?? []).map(read);
  const observations = newest.map(read);
  const measured = observations.map(previousObservation).filter((one) => one !== undefined);
  const problems = ofRole('problem');
  const medications = new Map(ofRole('medication').map((one) => [`Medication/${String(one.id)}`, one]));
  return {
    demographics: demographicsFrom(ofRole('patient')[0] ?? {}, patient),
    observations: measured,
    problems: [...problems.map(problemEvent), ...observations.map(codedHistory)].filter(
      (one) => one !== undefined,
    ),
    allergies: [
      ...ofRole('allergy-active').map((one) => allergyOf(one, 'active')),
      ...ofRole('allergy-ended').map((one) => allergyOf(one, 'resolved')),
    ],
    medicines: ofRole('statement').map((one) => medicineOf(one, medications)),
    pregnancy: pregnancyOf(observations, problems),
    ...pressureTargetOf(measured, observations.length < MOST_OBSERVATIONS),
  };
}

/** Who somebody is, in a line: from their Patient resource. */
export function personInShort(
  resource: Members,
): Pick<RegisteredDemographics, 'family' | 'given' | 'birthDate'> {
  const names = (resource.name as { use?: string; family?: string; given?: string[] }[] | undefined) ?? [];
  const name = names.find(({ use }) => use === 'official') ?? names[0];
  return {
    ...optional('birthDate', text(resource.birthDate)),
    ...optional('family', name?.family),
    ...optional('given', name?.given),
  };
}

function demographicsFrom(resource: Members, patient: PatientEntry): RegisteredDemographics {
  const addresses = (resource.address as { use?: string; postalCode?: string }[] | undefined) ?? [];
  const left = registrationDetails(resource as never).end;
  return {
    ...personInShort(resource),
    ...optional('gender', text(resource.gender)),
    ...optional('deceasedDate', patient.deceased ?? undefined),
    ...optional('leftOn', left ?? undefined),
    ...optional('postcode', (addresses.find(({ use }) => use === 'home') ?? addresses[0])?.postalCode),
  };
}

type Quantity = { value?: unknown; unit?: string; code?: string };

function previousObservation(resource: Members): PreviousObservation | undefined {
  const found = codeOf(resource.code);
  const effective = text(resource.effectiveDateTime) ?? text((resource.effectivePeriod as Members)?.start);
  if (found === undefined || effective === undefined) return undefined;
  const quantity = resource.valueQuantity as Quantity | undefined;
  const parts = (resource.component as { code?: Concept; valueQuantity?: Quantity }[] | undefined) ?? [];
  const components = parts.flatMap((one) => {
    const value = decimalNumber(one.valueQuantity?.value as never);
    const part = codeOf(one.code);
    return value === undefined || part === undefined ? [] : [{ code: part, value }];
  });
  const measured = quantity ?? parts.find(({ valueQuantity }) => valueQuantity !== undefined)?.valueQuantity;
  return {
    code: found,
    display: words(resource.code),
    effective,
    ...optional('value', decimalNumber(quantity?.value as never)),
    ...optional('unit', measured?.code ?? measured?.unit),
    ...(components.length === 0 ? {} : { components }),
  };
}

/** Coded history is often an entry of a consultation rather than a problem. */
function codedHistory(resource: Members): CodedEvent | undefined {
  const found = codeOf(resource.code);
  if (found === undefined || resource.valueQuantity !== undefined || resource.component !== undefined) {
    return undefined;
  }
  const date = text(resource.effectiveDateTime);
  return { code: found, display: words(resource.code), ...optional('date', date), status: 'resolved' };
}

function problemEvent(resource: Members): CodedEvent | undefined {
  const found = codeOf(resource.code);
  if (found === undefined) return undefined;
  const date = text(resource.onsetDateTime) ?? text(resource.assertedDate);
  const status = resource.clinicalStatus === 'active' ? 'active' : 'inactive';
  return { code: found, display: words(resource.code), ...optional('date', date), status };
}

const allergyOf = (resource: Members, status: KnownAllergy['status']): KnownAllergy => ({
  ...optional('code', codeOf(resource.code)),
  display: words(resource.code),
  status,
});

function medicineOf(statement: Members, medications: ReadonlyMap<string, Members>): CurrentMedicine {
  const reference = (statement.medicationReference as { reference?: string } | undefined)?.reference ?? '';
  const concept = medications.get(reference)?.code ?? statement.medicationCodeableConcept;
  const period = statement.effectivePeriod as { start?: string } | undefined;
  return {
    ...optional('code', codeOf(concept)),
    display: words(concept),
    ...optional('handedOver', period?.start ?? text(statement.effectiveDateTime)),
    status: statement.status === 'active' ? 'active' : 'stopped',
  };
}

/** By the latest statement of either kind, an active pregnancy problem, and the expected day of delivery. */
function pregnancyOf(observations: readonly Members[], problems: readonly Members[]): PregnancyState {
  const latest = (wanted: string): Members | undefined =>
    observations
      .filter((one) => codeOf(one.code) === wanted)
      .sort((a, b) => String(b.effectiveDateTime ?? '').localeCompare(String(a.effectiveDateTime ?? '')))[0];
  const [pregnant, not] = [latest(code.pregnant), latest(code.notPregnant)];
  const expected = text(latest(code.expectedDelivery)?.valueDateTime);
  const isProblem = problems.some(
    (problem) => problem.clinicalStatus === 'active' && codeOf(problem.code) === code.pregnant,
  );
  const since = String(pregnant?.effectiveDateTime ?? '');
  const saidPregnant = isProblem || (pregnant !== undefined && since >= String(not?.effectiveDateTime ?? ''));
  if (saidPregnant) return { state: 'pregnant', ...optional('expectedDelivery', expected) };
  return {
    state: not === undefined ? 'unknown' : 'notPregnant',
    ...optional('expectedDelivery', expected),
  };
}
