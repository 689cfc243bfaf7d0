// What the practice's record says about a patient, for the plausibility rules and for the reviewer.
// spec: messaging §10.4–§10.7, SG-23
import { decimalNumber, parseJson } from '@gp-connect/foundation/fhir';
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

/** Newest entries of a kind that are looked at: a long record must not hold up its messages. */
const MOST_OBSERVATIONS = 500;
const code = { pregnant: '77386006', notPregnant: '60001007', expectedDelivery: '161714006' } as const;

type Members = Record<string, unknown>;
const words = (concept: unknown): string => termOf(concept as Concept | undefined);
const codeOf = (concept: unknown): string | undefined => mainCoding(concept as Concept | undefined)?.code;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [K in Name]?: Value };

const wantedRoles: ReadonlySet<IndexEntry['role']> = new Set([
  'patient',
  'problem',
  'allergy-active',
  'allergy-ended',
  'statement',
  'medication',
]);

/** The parts of the record that rules and reviewers look at, read in one consistent view. */
export async function recordContextOf(
  records: Records,
  practice: string,
  patient: PatientEntry,
): Promise<RecordContext> {
  return records.read(practice, patient, async (reader) => {
    const index = await reader.index();
    const observations = index
      .filter(({ role, status }) => role === 'uncategorised' && status !== 'entered-in-error')
      .sort((a, b) => (b.from ?? 0) - (a.from ?? 0))
      .slice(0, MOST_OBSERVATIONS);
    const wanted = [...index.filter(({ role }) => wantedRoles.has(role)), ...observations];
    const found = new Map<number, Members>();
    for await (const { seq, json } of reader.resources(wanted.map(({ seq }) => seq))) {
      found.set(seq, parseJson(json));
    }
    const ofRole = (...roles: IndexEntry['role'][]) =>
      wanted.flatMap((entry) => (roles.includes(entry.role) ? [found.get(entry.seq)!] : []));
    const medications = new Map(ofRole('medication').map((one) => [`Medication/${String(one.id)}`, one]));
    const measured = observations.map(({ seq }) => previousObservation(found.get(seq)!));
    const observed = measured.filter((one) => one !== undefined);
    const history = observations.map(({ seq }) => codedHistory(found.get(seq)!));
    return {
      demographics: demographicsFrom(ofRole('patient')[0] ?? {}, patient),
      observations: observed,
      problems: [...ofRole('problem').map(problemEvent), ...history].filter((one) => one !== undefined),
      allergies: [
        ...ofRole('allergy-active').map((one) => allergyOf(one, 'active')),
        ...ofRole('allergy-ended').map((one) => allergyOf(one, 'resolved')),
      ],
      medicines: ofRole('statement').map((one) => medicineOf(one, medications)),
      pregnancy: pregnancyOf(ofRole('uncategorised'), ofRole('problem')),
      bloodPressureTarget: null,
    };
  });
}

function demographicsFrom(resource: Members, patient: PatientEntry): RegisteredDemographics {
  const names = (resource.name as { use?: string; family?: string; given?: string[] }[] | undefined) ?? [];
  const name = names.find(({ use }) => use === 'official') ?? names[0];
  const addresses = (resource.address as { use?: string; postalCode?: string }[] | undefined) ?? [];
  const left = registrationDetails(resource as never).end;
  return {
    ...optional('gender', text(resource.gender)),
    ...optional('birthDate', text(resource.birthDate)),
    ...optional('deceasedDate', patient.deceased ?? undefined),
    ...optional('leftOn', left ?? undefined),
    ...optional('family', name?.family),
    ...optional('given', name?.given),
    ...optional('postcode', (addresses.find(({ use }) => use === 'home') ?? addresses[0])?.postalCode),
  };
}

type Quantity = { value?: unknown; unit?: string; code?: string };

function previousObservation(resource: Members): PreviousObservation | undefined {
  const found = codeOf(resource.code);
  const effective = text(resource.effectiveDateTime) ?? text((resource.effectivePeriod as Members)?.start);
  if (found === undefined || effective === undefined) return undefined;
  const quantity = resource.valueQuantity as Quantity | undefined;
  const components = ((resource.component as { code?: Concept; valueQuantity?: Quantity }[]) ?? []).flatMap(
    (one) => {
      const value = decimalNumber(one.valueQuantity?.value as never);
      const part = codeOf(one.code);
      return value === undefined || part === undefined ? [] : [{ code: part, value }];
    },
  );
  return {
    code: found,
    effective,
    ...optional('value', decimalNumber(quantity?.value as never)),
    ...optional('unit', quantity?.code ?? quantity?.unit),
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
