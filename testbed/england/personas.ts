// People who sign in with CIS2 in the demonstration: one per role the product knows. No real names.
// spec: foundations §7.2 (requesting_practitioner), national-service §1 (roles)
import type { Persona } from '../identity/index.ts';
import type { ConsumerOrganisation } from './consumers.ts';
import type { Practice } from './practices.ts';

/** The invented body that runs the national service. */
export const nationalOperator = 'XZ901';

type Row = [
  id: string,
  prefix: string,
  given: string,
  family: string,
  roleCode: string,
  roleName: string,
  organisation: string,
  roles: string[],
  about: string,
];

/** Organisations are found by type, the practices are the first of England and the first on the other GP system. */
export function makePersonas(
  practices: readonly Practice[],
  consumers: readonly ConsumerOrganisation[],
): Persona[] {
  const at = (orgType: string): string => consumers.find((consumer) => consumer.orgType === orgType)!.ods;
  const practice = practices[0]!.ods;
  const otherPractice = practices.find(({ supplier }) => supplier !== practices[0]!.supplier)!.ods;
  const rows: Row[] = [
    [
      'hospital-doctor',
      'Dr',
      'Orla',
      'Brackenrigg',
      'R0050',
      'Consultant',
      at('acute-emergency'),
      [],
      'reads records in the emergency department',
    ],
    [
      'nhs111-nurse',
      'Ms',
      'Kezia',
      'Turnstone',
      'R0620',
      'Staff Nurse',
      at('nhs111'),
      [],
      'reads records and books appointments',
    ],
    [
      'pharmacist',
      'Mr',
      'Nikhil',
      'Hazelrigg',
      'R1290',
      'Pharmacist',
      at('pharmacy'),
      [],
      'reads records and sends Update Record messages',
    ],
    [
      'gp',
      'Dr',
      'Imogen',
      'Calderwood',
      'R0260',
      'General Medical Practitioner',
      practice,
      ['practice.clinician'],
      'reviews the inbox, reads and files',
    ],
    [
      'privacy-officer',
      'Mr',
      'Emlyn',
      'Wagtail',
      'R0001',
      'Privacy Officer',
      practice,
      ['practice.privacy-officer'],
      'receives access alerts',
    ],
    [
      'practice-manager',
      'Ms',
      'Verity',
      'Redstart',
      'R1780',
      'Manager',
      practice,
      ['practice.admin', 'practice.caldicott'],
      'switches products on and off',
    ],
    [
      'medical-examiner',
      'Dr',
      'Alaric',
      'Nightjar',
      'R0050',
      'Consultant',
      at('medical-examiner'),
      [],
      'reads the record of someone who died',
    ],
    [
      'care-home-nurse',
      'Ms',
      'Amara',
      'Lapwing',
      'R0620',
      'Staff Nurse',
      at('care-home'),
      [],
      'reads medicines and allergies of residents',
    ],
    [
      'ambulance-paramedic',
      'Mr',
      'Fergus',
      'Kestrel',
      'R1070',
      'Paramedic',
      at('ambulance'),
      [],
      'reads a record on scene',
    ],
    [
      'consumer-signatory',
      'Mrs',
      'Hester',
      'Fairweather',
      'R1790',
      'Senior Manager',
      at('acute-emergency'),
      ['euo.signatory', 'euo.admin'],
      'signs the data sharing arrangement',
    ],
    [
      'operator',
      'Mr',
      'Jasper',
      'Ouseburn',
      'R5180',
      'NASP Service Manager',
      nationalOperator,
      ['op.service', 'op.ig', 'op.safety', 'op.onboarding'],
      'runs the national service',
    ],
    [
      'gp-cedar',
      'Dr',
      'Rowena',
      'Applegarth',
      'R0260',
      'General Medical Practitioner',
      otherPractice,
      ['practice.clinician'],
      'reviews the inbox of a practice on the other GP system',
    ],
    [
      'receptionist',
      'Mr',
      'Ivor',
      'Millbank',
      'R8010',
      'Admin/Clinical Support Access Role',
      practice,
      ['practice.reception'],
      'sees what waits in the inbox, decides nothing',
    ],
  ];
  const nameOf = (ods: string): string =>
    [...practices, ...consumers].find((one) => one.ods === ods)?.name ?? 'National Operator';
  return rows.map(
    ([id, prefix, given, family, roleCode, roleName, organisation, roles, about], index): Persona => ({
      id,
      uuid: `9${String(10_000_000_000 + (index + 1) * 1_111)}`,
      name: { family, given, prefix },
      roleProfileId: `9${String(50_000_000_000 + (index + 1) * 2_221)}`,
      roleCode,
      roleName,
      organisation: { ods: organisation, name: nameOf(organisation) },
      roles,
      about,
    }),
  );
}
