// Whether a clinician would believe the records: ages, sexes, treatments, dates.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { england, everyPerson, type PersonRecord } from './index.ts';
import { ofType, snomedCodes, walk } from './inspect.ts';
import { medicines } from './record/medicines.ts';

const TODAY = '2026-03-02';
let records: PersonRecord[];

interface Seen {
  record: PersonRecord;
  sex: string | undefined;
  birth: string;
  ageNow: number;
  codes: Set<string>;
  active: Set<string>;
}
let seen: Seen[];

before(() => {
  records = [...everyPerson(england({ today: TODAY, patients: 900 }))];
  seen = records.map((record) => {
    const [patient] = ofType(record, 'Patient');
    const codes = new Set<string>();
    for (const resource of [...ofType(record, 'Observation'), ...ofType(record, 'Condition')]) {
      for (const code of snomedCodes(resource.code)) codes.add(code);
    }
    return {
      record,
      sex: patient!.gender,
      birth: patient!.birthDate!,
      ageNow: Number(TODAY.slice(0, 4)) - Number(patient!.birthDate!.slice(0, 4)),
      codes,
      active: new Set(ofType(record, 'Condition').flatMap((condition) => snomedCodes(condition.code))),
    };
  });
});

const medicationCodes = (record: PersonRecord): Set<string> =>
  new Set(ofType(record, 'Medication').flatMap((medication) => snomedCodes(medication.code)));

describe('plausibility of the synthetic England', () => {
  test('no man is pregnant, gives birth, takes the pill or is called for a smear', () => {
    const womenOnly = [
      '77386006',
      '72892002',
      '169826009',
      '169560008',
      '289903006',
      '69878008',
      '76376003',
      '254837009',
    ];
    const pill = [
      medicines.microgynon.conceptId,
      medicines.rigevidon.conceptId,
      medicines.desogestrel.conceptId,
    ];
    for (const { record, sex, codes } of seen.filter((person) => person.sex === 'male')) {
      assert.equal(sex, 'male');
      assert.ok(!womenOnly.some((code) => codes.has(code)));
      assert.ok(!pill.some((code) => medicationCodes(record).has(code)));
      const planned = ofType(record, 'ProcedureRequest').flatMap((request) => snomedCodes(request.code));
      assert.ok(!planned.includes('714971000000104'));
    }
  });

  test('no woman has cancer of the prostate', () => {
    for (const { codes } of seen.filter((person) => person.sex === 'female'))
      assert.ok(!codes.has('399068003'));
  });

  test('children have no diseases of age, do not smoke or drink', () => {
    const adult = [
      '49436004',
      '84114007',
      '52448006',
      '13645005',
      '160603005',
      '160605003',
      '1082641000000106',
      '64859006',
    ];
    for (const { codes } of seen.filter((person) => person.ageNow < 15)) {
      assert.ok(!adult.some((code) => codes.has(code)));
    }
  });

  test('most toddlers have their first immunisations, in order and not before birth', () => {
    const toddlers = seen.filter(
      (person) => person.ageNow >= 2 && person.ageNow <= 6 && !person.record.resources[0]!.meta?.security,
    );
    let complete = 0;
    for (const { record, birth } of toddlers) {
      const given = ofType(record, 'Immunization').filter((one) => !one.notGiven);
      for (const one of given) assert.ok(one.date! > birth);
      const dates = ['414259000', '415507003', '415712004'].map(
        (code) =>
          given.find((one) => one.extension?.some((x) => snomedCodes(x.valueCodeableConcept).includes(code)))
            ?.date,
      );
      if (dates.every((date) => date !== undefined)) {
        assert.deepEqual(dates, dates.toSorted());
        complete++;
      }
    }
    assert.ok(toddlers.length > 20 && complete / toddlers.length > 0.7);
  });

  test('people with diabetes have HbA1c results above those of others, people with hypertension pressures', () => {
    const values: Record<'with' | 'without', number[]> = { with: [], without: [] };
    for (const { record, active } of seen) {
      for (const observation of ofType(record, 'Observation')) {
        if (snomedCodes(observation.code)[0] !== '999791000000106' || observation.valueQuantity === undefined)
          continue;
        values[active.has('44054006') || active.has('46635009') ? 'with' : 'without'].push(
          observation.valueQuantity.value!,
        );
      }
      if (active.has('59621000')) {
        assert.ok(ofType(record, 'Observation').some((o) => o.component?.length === 2));
      }
    }
    const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    assert.ok(values.with.length > 50);
    assert.ok(mean(values.with) > 48 && mean(values.without) < 45);
  });

  test('nobody is prescribed what an active allergy forbids', () => {
    const penicillins = [medicines.amoxicillin, medicines.flucloxacillin, medicines.penicillinV];
    const forbidden: Record<string, readonly { conceptId: string }[]> = {
      '91936005': penicillins,
      '294505008': penicillins,
      '293586001': [medicines.aspirin, medicines.ibuprofen],
      '293584003': [medicines.paracetamol, medicines.cocodamol],
    };
    let allergic = 0;
    for (const { record } of seen) {
      const taken = medicationCodes(record);
      for (const allergy of ofType(record, 'AllergyIntolerance')) {
        if (allergy.clinicalStatus !== 'active') continue;
        for (const medicine of forbidden[snomedCodes(allergy.code)[0] ?? ''] ?? []) {
          allergic++;
          assert.ok(!taken.has(medicine.conceptId), `${medicine.conceptId} in spite of allergy`);
        }
      }
    }
    assert.ok(allergic > 50);
  });

  test('nothing was recorded before birth, after death or in the future, but for what is planned', () => {
    const planned = new Set([
      'occurrencePeriod',
      'occurrenceDateTime',
      'authorisationExpiryDate',
      'validityPeriod',
      'expirationDate',
    ]);
    for (const { record, birth } of seen) {
      const patient = ofType(record, 'Patient')[0]!;
      const end = (patient.deceasedDateTime ?? `${TODAY}T23:59`).slice(0, 10);
      for (const resource of record.resources) {
        if (
          /^(Patient|Practitioner|PractitionerRole|Organization|Location|Binary|Consent)$/.test(
            resource.resourceType,
          )
        )
          continue;
        const check = (key: string, text: unknown): void => {
          if (typeof text !== 'string' || !/^\d{4}(-\d{2}){0,2}(T.*)?$/.test(text) || planned.has(key))
            return;
          const date = text.slice(0, 10);
          assert.ok(
            date >= birth.slice(0, date.length),
            `${resource.resourceType}.${key} ${text} before ${birth}`,
          );
          assert.ok(
            date <= end.slice(0, date.length),
            `${resource.resourceType}.${key} ${text} after ${end}`,
          );
        };
        walk(resource, (key, value) => {
          if (planned.has(key) || value.url === 'authorisationExpiryDate') return;
          for (const [name, text] of Object.entries(value)) check(name, text);
        });
      }
    }
  });

  test('records grow with age and the average is what the loader counts on', () => {
    const mean = (from: number, to: number): number => {
      const sizes = seen
        .filter((one) => one.ageNow >= from && one.ageNow < to && one.record.resources.length < 5000)
        .map((one) => one.record.resources.length);
      return sizes.reduce((a, b) => a + b, 0) / sizes.length;
    };
    assert.ok(mean(1, 12) > 18 && mean(1, 12) < 45);
    assert.ok(mean(70, 100) > 130);
    assert.ok(mean(0, 120) > 65 && mean(0, 120) < 100);
    assert.ok(seen.some((one) => one.ageNow > 65 && one.record.resources.length > 230));
  });
});
