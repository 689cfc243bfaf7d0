// Planted errors of dates, identity, duplicates, medicines and free text. spec: messaging §10.6–§10.8
import type { MedicationDispense } from '../../fhir/index.ts';
import { medicines } from './correct.ts';
import {
  addCondition,
  addDispense,
  addPressure,
  addText,
  type Draft,
  daysFrom,
  type ServiceName,
  sitting,
} from './draft.ts';
import type { Plant } from './plants.ts';

const row = (
  ruleId: string,
  name: string,
  service: ServiceName,
  plant: (draft: Draft) => void,
  severity?: Plant['severity'],
): Plant => ({ ruleId, name, service, plant, ...(severity === undefined ? {} : { severity }) });

const dispense = (draft: Draft): MedicationDispense => draft.medicationDispenses[0]!.resource;

function supplied(draft: Draft, name: keyof typeof medicines): MedicationDispense {
  draft.medicationDispenses = [];
  return addDispense(draft, medicines[name]).resource;
}

/** A medicine of another name under a code the table does not hold. */
function suppliedNamed(draft: Draft, display: string): MedicationDispense {
  const resource = supplied(draft, 'atorvastatin');
  resource.medicationCodeableConcept = {
    coding: [{ system: 'https://dmd.nhs.uk', code: '39114911000001105', display }],
    text: display,
  };
  return resource;
}

function aged(draft: Draft, age: number): void {
  const birthDate = `${Number(draft.day.slice(0, 4)) - age - 1}-12-15`;
  draft.patient.resource.birthDate = birthDate;
  draft.record.demographics = { ...draft.record.demographics, birthDate };
}

/** Moves every clinical date of the message. */
function movedTo(draft: Draft, day: string): void {
  const json = JSON.stringify([
    draft.composition,
    draft.encounter,
    draft.clinicalImpressions,
    draft.observations,
    draft.medicationDispenses,
    draft.conditions,
  ]);
  const moved = JSON.parse(json.replaceAll(draft.day, day));
  [
    draft.composition,
    draft.encounter,
    draft.clinicalImpressions,
    draft.observations,
    draft.medicationDispenses,
    draft.conditions,
  ] = moved;
}

function knows(draft: Draft, code: string, display: string, status: 'active' | 'resolved' = 'active'): void {
  draft.record.problems = [{ code, display, date: daysFrom(draft.day, -400), status }];
}

function newMessage(draft: Draft, hoursAgo: number) {
  return {
    documentId: draft.next(),
    service: draft.composition.resource.type.coding![0]!.code!,
    senderOds: 'FZZ01',
    encounterDate: draft.day,
    receivedAt: new Date(draft.now.getTime() - hoursAgo * 3_600_000).toISOString(),
  };
}

const datesAndPeople: readonly Plant[] = [
  row('DT-01', 'measured tomorrow', 'bloodPressure', (draft) => {
    draft.observations[0]!.resource.effectiveDateTime = daysFrom(draft.now.toISOString().slice(0, 10), 1);
  }),
  row('DT-01', 'handed over next year', 'urgentSupply', (draft) => {
    dispense(draft).whenHandedOver = '2027-11-20';
  }),
  row('DT-02', 'before birth', 'bloodPressure', (draft) => {
    draft.observations[0]!.resource.effectiveDateTime = '1901-01-01';
  }),
  row('DT-03', 'after death', 'bloodPressure', (draft) => {
    draft.record.demographics = {
      ...draft.record.demographics,
      deceasedDate: daysFrom(draft.day, -5),
    };
  }),
  row(
    'DT-04',
    'three weeks old',
    'bloodPressure',
    (draft) => movedTo(draft, daysFrom(draft.day, -21)),
    'WARN',
  ),
  row(
    'DT-04',
    'four months old',
    'bloodPressure',
    (draft) => movedTo(draft, daysFrom(draft.day, -120)),
    'BLOCK',
  ),
  row('DT-05', 'measured a week before', 'bloodPressure', (draft) => {
    const { resource } = draft.observations[0]!;
    resource.effectiveDateTime = daysFrom(draft.day, -7);
  }),
  row('DT-06', 'issued the day before', 'bloodPressure', (draft) => {
    draft.observations[0]!.resource.issued = `${daysFrom(draft.day, -1)}T12:00:00+00:00`;
  }),
  row('DT-07', 'sent five days later', 'bloodPressure', (draft) => {
    movedTo(draft, daysFrom(draft.day, -5));
  }),
  row('ID-01', 'another sex', 'bloodPressure', (draft) => {
    draft.record.demographics = {
      ...draft.record.demographics,
      gender: draft.patient.resource.gender === 'male' ? 'female' : 'male',
    };
  }),
  row('ID-02', 'another postcode', 'bloodPressure', (draft) => {
    draft.record.demographics = { ...draft.record.demographics, postcode: 'ZZ99 9ZZ' };
  }),
  row('ID-03', 'another forename', 'bloodPressure', (draft) => {
    draft.record.demographics = { ...draft.record.demographics, given: ['Zbigniew'] };
  }),
  row('ID-04', 'a GPhC number of six digits', 'bloodPressure', (draft) => {
    draft.practitioners[0]!.resource.identifier![0]!.value = '204587';
  }),
  row('ID-04', 'an unknown sender', 'bloodPressure', (draft) => {
    draft.record.sender = { ods: 'FZZ01', isActivePharmacy: false };
  }),
  row('ID-05', 'another subject', 'bloodPressure', (draft) => {
    draft.observations[0]!.resource.subject = { reference: `urn:uuid:${draft.next()}` };
  }),
  row('ID-05', 'no subject', 'urgentSupply', (draft) => {
    delete dispense(draft).subject;
  }),
  row('DU-01', 'the same reading', 'bloodPressure', (draft) => {
    addPressure(draft, sitting, 121, 74);
    draft.record.observations = [
      {
        code: '163035008',
        effective: draft.day,
        components: [
          { code: '407554009', value: 121 },
          { code: '407555005', value: 74 },
        ],
      },
    ];
  }),
  row('DU-02', 'sent again', 'bloodPressure', (draft) => {
    draft.record.recentMessages = [newMessage(draft, 3)];
  }),
  row('DU-03', 'in the record', 'urgentSupply', (draft) => {
    draft.record.medicines = [
      {
        code: '39695411000001103',
        display: 'Atorvastatin 10mg tablets',
        handedOver: draft.day,
        status: 'active',
      },
    ];
  }),
  row(
    'DU-03',
    'twice in the message',
    'urgentSupply',
    (draft) => void addDispense(draft, medicines.atorvastatin),
  ),
  row('DU-04', 'eleven messages', 'minorIllness', (draft) => {
    draft.record.recentMessages = Array.from({ length: 10 }, (_, at) => ({
      ...newMessage(draft, 24 * (at + 2)),
      service: '1659111000000107',
    }));
  }),
];

const medicinesPlanted: readonly Plant[] = [
  row(
    'MD-01',
    'penicillin allergy',
    'minorIllness',
    (draft) => {
      supplied(draft, 'flucloxacillin');
      draft.record.allergies = [{ code: '91936005', display: 'Allergy to penicillin', status: 'active' }];
    },
    'ACTION',
  ),
  row(
    'MD-01',
    'amoxicillin allergy, by class',
    'minorIllness',
    (draft) => {
      supplied(draft, 'flucloxacillin');
      draft.record.allergies = [{ code: '294505008', display: 'Allergy to amoxicillin', status: 'active' }];
    },
    'ACTION',
  ),
  row(
    'MD-01',
    'by name',
    'minorIllness',
    (draft) => {
      supplied(draft, 'nitrofurantoin');
      draft.record.allergies = [{ display: 'Nitrofurantoin allergy', status: 'active' }];
    },
    'ACTION',
  ),
  row(
    'MD-01',
    'an allergy that lost its code',
    'minorIllness',
    (draft) => {
      supplied(draft, 'flucloxacillin');
      draft.record.allergies = [
        { code: '196461000000101', display: 'Transfer-degraded drug allergy', status: 'active' },
      ];
    },
    'WARN',
  ),
  row('MD-02', 'clarithromycin with simvastatin', 'minorIllness', (draft) => {
    suppliedNamed(draft, 'Clarithromycin 500mg tablets (A Made-up Ltd)');
    draft.record.medicines = [{ display: 'Simvastatin 40mg tablets', status: 'active' }];
  }),
  row('MD-03', 'already taken', 'urgentSupply', (draft) => {
    draft.record.medicines = [
      { code: '39695411000001103', display: 'Atorvastatin 10mg tablets', status: 'active' },
    ];
  }),
  row('MD-04', 'forty for twenty', 'minorIllness', (draft) => {
    supplied(draft, 'flucloxacillin').quantity!.value = 40;
  }),
  row('MD-05', 'two thousand tablets', 'urgentSupply', (draft) => {
    dispense(draft).quantity!.value = 2000;
  }),
  row('MD-05', 'five hundred days', 'urgentSupply', (draft) => {
    dispense(draft).daysSupply!.value = 500;
  }),
  row('MD-06', 'completed, no date', 'urgentSupply', (draft) => {
    delete dispense(draft).whenHandedOver;
  }),
  row('MD-06', 'stopped, handed over', 'urgentSupply', (draft) => {
    dispense(draft).status = 'stopped';
  }),
  row(
    'MD-08',
    'pregabalin',
    'urgentSupply',
    (draft) => void suppliedNamed(draft, 'Pregabalin 150mg capsules (A Made-up Ltd)'),
  ),
  row('MD-09', 'a pill for a man', 'contraception', (draft) => {
    draft.record.demographics = { ...draft.record.demographics, gender: 'male' };
  }),
  row('MD-10', 'combined at 51', 'contraception', (draft) => {
    aged(draft, 51);
    supplied(draft, 'combined');
  }),
  row('MD-10', 'at 12', 'contraception', (draft) => {
    aged(draft, 12);
    supplied(draft, 'progestogen');
  }),
  row('MD-11', 'migraine with aura', 'contraception', (draft) => {
    supplied(draft, 'combined');
    knows(draft, '4473006', 'Migraine with aura');
  }),
  row('MD-11', 'a smoker of 37', 'contraception', (draft) => {
    aged(draft, 37);
    supplied(draft, 'combined');
    draft.record.observations = [{ code: '65568007', effective: daysFrom(draft.day, -40) }];
  }),
  row('MD-12', 'nothing supplied', 'contraception', (draft) => {
    draft.medicationDispenses = [];
    draft.clinicalImpressions = [];
    addText(draft, 'clinical-summary', 'Came in about contraception, talked for a while.');
  }),
  row('MD-13', 'urinary infection of a man', 'minorIllness', (draft) => {
    draft.patient.resource.gender = 'male';
    draft.record.demographics = { ...draft.record.demographics, gender: 'male' };
    draft.conditions = [];
    addCondition(draft, '1090711000000102', 'Uncomplicated urinary tract infection');
    supplied(draft, 'nitrofurantoin');
  }),
  row('MD-13', 'shingles at 17', 'minorIllness', (draft) => {
    aged(draft, 17);
    draft.conditions = [];
    addCondition(draft, '4740000', 'Herpes zoster');
    supplied(draft, 'flucloxacillin');
  }),
  row('MD-14', 'four in words, three in figures', 'minorIllness', (draft) => {
    supplied(draft, 'flucloxacillin').dosageInstruction![0]!.timing!.repeat!.frequency = 3;
  }),
];

const text =
  (heading: string, words: string) =>
  (draft: Draft): void =>
    void addText(draft, heading, words);

const words: readonly Plant[] = [
  row('TX-01', 'a red flag', 'minorIllness', text('red-flags', 'Spreading redness with a line up the arm.')),
  row(
    'TX-02',
    'a plan',
    'minorIllness',
    text('plan-and-requested-actions', 'Recheck the blood pressure at the practice.'),
  ),
  row(
    'TX-03',
    'please review',
    'minorIllness',
    text('information-and-advice-given', 'Please review the statin dose.'),
  ),
  row('TX-03', 'referred to the GP', 'minorIllness', text('history', 'Patient referred to GP today.')),
  row('TX-03', 'safeguarding', 'minorIllness', text('history', 'Safeguarding concern discussed.')),
  row(
    'TX-04',
    'too short',
    'minorIllness',
    (draft) => {
      draft.clinicalImpressions[0]!.resource.summary = 'Seen.';
    },
    'WARN',
  ),
  row(
    'TX-04',
    'the name of the service',
    'minorIllness',
    (draft) => {
      draft.clinicalImpressions[0]!.resource.summary =
        'Community Pharmacist Consultation Service for minor illness';
    },
    'WARN',
  ),
  row(
    'TX-04',
    'empty',
    'minorIllness',
    (draft) => {
      draft.clinicalImpressions[0]!.resource.summary = '  ';
    },
    'REJECT',
  ),
  row('TX-05', 'a script', 'minorIllness', text('history', 'Well <script>alert(1)</script> in himself')),
  row(
    'TX-06',
    'another reading in words',
    'bloodPressure',
    text('history', 'BP measured as 118/61 in the left arm.'),
  ),
  row('TX-07', 'another NHS number', 'minorIllness', text('history', 'Shares a flat with 943 476 5919.')),
  row('TX-07', 'another name', 'minorIllness', text('history', 'Came with her daughter Mabel Rook.')),
  row('TX-08', 'a high reading in words', 'minorIllness', text('history', 'BP 172/98 on our machine.')),
  row('TX-08', 'a fever in words', 'minorIllness', text('history', 'Temperature 39.9 at home.')),
];

export const clinicalPlants: readonly Plant[] = [...datesAndPeople, ...medicinesPlanted, ...words];
