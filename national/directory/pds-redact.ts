// What PDS leaves out: of restricted entries, and of every entry in a search result. spec: foundations §17.3, §17.4
import type { Address, Extension, Patient } from 'fhir/r4.js';
import { confidentialityOf, isPresentName } from './pds-record.ts';

const security = {
  U: { code: 'U', display: 'unrestricted' },
  R: { code: 'R', display: 'restricted' },
  V: { code: 'V', display: 'very restricted' },
} as const;

/** Extensions that tell where somebody is: nominated and other pharmacies, place of birth. */
const locating =
  /Extension-UKCore-(NominatedPharmacy|PreferredDispenserOrganization|MedicalApplianceSupplier|BirthPlace)|patient-birthPlace|Extension-PDS-.*Pharmacy/i;
const RESTRICTED = ['address', 'telecom', 'contact', 'generalPractitioner'] as const;
const VERY_RESTRICTED = [...RESTRICTED, 'name', 'birthDate', '_birthDate', 'multipleBirthInteger'] as const;

/** The entry as anyone may see it: `meta.security` always there, blank address lines dropped. */
export function redactPatient(patient: Patient): Patient {
  const level = confidentialityOf(patient);
  const { display, code } = security[level];
  const shown: Patient = {
    ...patient,
    meta: {
      ...patient.meta,
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code, display }],
    },
  };
  if (shown.address) shown.address = shown.address.map(withoutBlankLines);
  if (level === 'U') return shown;
  for (const name of level === 'V' ? VERY_RESTRICTED : RESTRICTED) delete shown[name];
  return withExtensions(shown, (extension) => !locating.test(extension.url));
}

/** Of a search result: present names, home address, practice and flags only. Apply after `redactPatient`. */
export function reducePatient(patient: Patient): Patient {
  const { contact, telecom, communication, ...shown } = patient;
  const names = shown.name?.filter(isPresentName);
  const homes = shown.address?.filter((address) => address.use === 'home');
  if (names) shown.name = names;
  if (homes) shown.address = homes;
  return withExtensions(shown, (extension) => extension.url.includes('DeathNotificationStatus'));
}

function withoutBlankLines(address: Address): Address {
  return address.line ? { ...address, line: address.line.filter((line) => line?.trim()) } : address;
}

function withExtensions(patient: Patient, keep: (extension: Extension) => boolean): Patient {
  const { extension, ...rest } = patient;
  const kept = extension?.filter(keep) ?? [];
  return kept.length ? { ...rest, extension: kept } : rest;
}
