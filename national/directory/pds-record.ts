// From a PDS entry to the columns it is found by. spec: foundations §17.3, §17.4
import type { HumanName, Patient } from 'fhir/r4.js';
import { foldName, foldPostcode, soundOf } from './fold.ts';
import type { PdsRecord } from './types.ts';

export type Confidentiality = 'U' | 'R' | 'V';

export function confidentialityOf(patient: Patient): Confidentiality {
  const code = patient.meta?.security?.[0]?.code;
  return code === 'R' || code === 'V' ? code : 'U';
}

/** Names searched without `_history`: the usual one, temporary ones and nicknames. */
const presentUses = new Set(['usual', 'temp', 'nickname']);

export function isPresentName(name: HumanName): boolean {
  return name.use === undefined || presentUses.has(name.use);
}

export interface NameRow {
  nhsNumber: string;
  ordinal: number;
  history: boolean;
  family: string;
  given: string;
  familySound: string;
  givenSound: string;
}

export interface PatientRow {
  nhsNumber: string;
  invalidated: boolean;
  confidentiality: Confidentiality;
  birthDate: string | null;
  deathDate: string | null;
  gender: string | null;
  postcode: string | null;
  practice: string | null;
  body: string;
  relatedPersons: string;
}

/** @throws RangeError for an entry without an id. */
export function toPatientRow(record: PdsRecord): PatientRow {
  const { patient } = record;
  if (!patient.id) throw new RangeError('a PDS entry needs its NHS number as id');
  const home = patient.address?.find((address) => address.use === 'home') ?? patient.address?.[0];
  return {
    nhsNumber: patient.id,
    invalidated: record.invalidated ?? false,
    confidentiality: confidentialityOf(patient),
    birthDate: patient.birthDate ?? null,
    deathDate: patient.deceasedDateTime?.slice(0, 10) ?? null,
    gender: patient.gender ?? null,
    postcode: home?.postalCode ? foldPostcode(home.postalCode) : null,
    practice: patient.generalPractitioner?.[0]?.identifier?.value ?? null,
    body: JSON.stringify(patient),
    relatedPersons: JSON.stringify(record.relatedPersons ?? []),
  };
}

export function toNameRows({ patient }: PdsRecord): NameRow[] {
  return (patient.name ?? []).map((name, ordinal) => {
    const family = foldName(name.family ?? '');
    const given = (name.given ?? []).map(foldName);
    return {
      nhsNumber: patient.id!,
      ordinal,
      history: !isPresentName(name),
      family,
      given: given.join(' '),
      familySound: soundOf(family),
      givenSound: soundOf(given[0] ?? ''),
    };
  });
}
