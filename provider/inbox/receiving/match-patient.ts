// Whose message it is, and whether that person is this practice's. spec: messaging §4 R17, R18
import { parseJson } from '@gp-connect/foundation/fhir';
import { type ItkDocument, sameSurname } from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import { type PatientEntry, type Records, registrationDetails } from '../../record/index.ts';

/** `recent`: died or left less than six months ago. */
export type Standing = 'current' | 'died' | 'left';

export type PatientMatch =
  | { readonly code: '30001' | '30004'; readonly patient: PatientEntry; readonly standing: Standing }
  | {
      readonly code: '30002' | '30003';
      readonly reason: string;
      /** The NHS number is of this practice, the demographics are of someone else. */
      readonly possiblyWrongPatient: boolean;
    };

interface Demographics {
  readonly nhsNumber: string;
  readonly birthDate: string;
  readonly families: readonly string[];
}

interface Name {
  use?: string;
  family?: string;
}

/** NHS number, birth date and official surname of a message's Patient. Blanks in the number are tolerated (§7). */
export function demographicsOf(document: ItkDocument): Demographics {
  const {
    identifier = [],
    birthDate = '',
    name = [],
  } = document.ofType('Patient')[0]!.resource as {
    identifier?: { system?: string; value?: string }[];
    birthDate?: string;
    name?: Name[];
  };
  const number = identifier.find((one) => one.system === system.nhsNumber)?.value ?? '';
  const official = name.filter(({ use }) => use === 'official');
  return {
    nhsNumber: number.replaceAll(' ', ''),
    birthDate,
    families: (official.length > 0 ? official : name).flatMap(({ family }) => family ?? []),
  };
}

const notKnown = (reason: string, possiblyWrongPatient = false): PatientMatch => ({
  code: '30002',
  reason,
  possiblyWrongPatient,
});
const gone = (reason: string): PatientMatch => ({ code: '30003', reason, possiblyWrongPatient: false });

/** NHS number and birth date and surname; then the registration. */
export async function matchPatient(
  records: Records,
  practice: string,
  document: ItkDocument,
  { previousFamily, now }: { previousFamily: boolean; now: Date },
): Promise<PatientMatch> {
  const sent = demographicsOf(document);
  const patient = await records.findPatient(practice, sent.nhsNumber);
  // Nothing may show that a person under protection is known here.
  if (patient === undefined || patient.sensitive) return notKnown('the NHS number is not known here');
  const stored = await records.resource(practice, 'Patient', patient.id);
  const held = parseJson(stored!.json) as unknown as { birthDate?: string; name?: Name[] };
  if (held.birthDate !== sent.birthDate) return notKnown('the demographics do not agree', true);
  const names = (held.name ?? []).filter(({ use }) => previousFamily || (use !== 'old' && use !== 'maiden'));
  const sameFamily = names.some(({ family }) =>
    sent.families.some((other) => family !== undefined && sameSurname(family, other)),
  );
  if (!sameFamily) return notKnown('the demographics do not agree', true);
  return registrationMatch(patient, held, now);
}

function registrationMatch(patient: PatientEntry, held: object, now: Date): PatientMatch {
  if (patient.deceased !== null || (held as { deceasedBoolean?: boolean }).deceasedBoolean === true) {
    return lessThanSixMonthsAgo(patient.deceased, now)
      ? { code: '30004', patient, standing: 'died' }
      : gone('the patient died more than six months ago');
  }
  if (patient.active && patient.registration === 'regular') {
    return { code: '30001', patient, standing: 'current' };
  }
  if (patient.active) return gone('the patient is not registered here for general medical services');
  return lessThanSixMonthsAgo(registrationDetails(held as never).end, now)
    ? { code: '30004', patient, standing: 'left' }
    : gone('the patient left more than six months ago');
}

/** A day that is not known is long ago. */
function lessThanSixMonthsAgo(date: string | null, now: Date): boolean {
  if (date === null) return false;
  const limit = new Date(now);
  limit.setUTCMonth(limit.getUTCMonth() - 6);
  return date.slice(0, 10) > limit.toISOString().slice(0, 10);
}
