// England as a whole: the same for the same seed, its directory and PDS entries, its named patients.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { interactionRow, isNhsNumber } from '@gp-connect/foundation/nhs';
import { describeEngland } from './describe.ts';
import {
  accreditedSystems,
  dataSharingPairs,
  type England,
  england,
  everyPerson,
  invalidatedNumbers,
  LARGEST_FILE,
  LARGEST_RECORD,
  messageHandlingServices,
  type NamedKey,
  namedPatient,
  type PersonRecord,
  pdsPatients,
  people,
  serviceRoot,
  supersededNumbers,
} from './index.ts';
import { codingsIn, ofType, snomedCodes } from './inspect.ts';

const TODAY = '2026-03-02';
const e = england({ today: TODAY, patients: 320 });

function hashOf(records: Iterable<PersonRecord>): string {
  const hash = createHash('sha256');
  for (const record of records) hash.update(JSON.stringify(record));
  return hash.digest('hex');
}

function named(key: NamedKey, at = namedPatient(key).practiceIndex!, of: England = e): PersonRecord {
  const { nhsNumber } = namedPatient(key);
  for (const record of people(of, of.practices[at]!.ods)) if (record.nhsNumber === nhsNumber) return record;
  throw new Error(`no record of ${key}`);
}

const patientOf = (record: PersonRecord) => ofType(record, 'Patient')[0]!;
const isConfidential = (resource: PersonRecord['resources'][number]): boolean =>
  resource.meta?.security?.some((label) => label.code === 'R') ?? false;

describe('the same England each time', () => {
  test('the same seed and day give byte-identical records, another seed does not', () => {
    const first = hashOf(everyPerson(e));
    assert.equal(hashOf(everyPerson(england({ today: TODAY, patients: 320 }))), first);
    assert.notEqual(hashOf(everyPerson(england({ today: TODAY, patients: 320, seed: 21 }))), first);
  });

  test('a practice’s records do not depend on what was generated before', () => {
    const alone = hashOf(people(e, 'A83912'));
    const both = [people(e, 'A83903'), people(e, 'A83912')];
    both[0]!.next();
    const held: PersonRecord[] = [];
    for (const record of both[1]!) {
      held.push(record);
      both[0]!.next();
    }
    assert.equal(hashOf(held), alone);
  });

  test('the number of ordinary people is the one asked for', () => {
    const sum = (of: England) => of.practices.reduce((n, practice) => n + practice.listSize, 0);
    assert.equal(sum(e), 320);
    assert.equal(sum(england({ today: TODAY })), 2000);
    assert.equal(sum(england({ today: TODAY, patients: 0 })), 0);
    assert.throws(() => england({ today: '2026-02-31x' }), RangeError);
    assert.throws(() => england({ today: TODAY, patients: -1 }), RangeError);
    assert.throws(() => people(e, 'Z99999').next(), RangeError);
  });

  test('docs/england.md is up to date (node testbed/england/describe.ts)', () => {
    assert.equal(readFileSync(new URL('../../docs/england.md', import.meta.url), 'utf8'), describeEngland());
  });
});

describe('the directory', () => {
  test('ASIDs have twelve digits and are unique, party keys belong to their organisation', () => {
    const systems = accreditedSystems(e);
    assert.equal(new Set(systems.map((system) => system.uniqueIdentifier)).size, systems.length);
    for (const system of systems) {
      assert.match(system.uniqueIdentifier, /^\d{12}$/);
      assert.match(system.nhsMhsPartyKey, new RegExp(`^${system.nhsIDCode}-\\d{7}$`));
    }
    assert.ok(e.practices.length >= 30 && e.consumers.length >= 12 && e.personas.length >= 6);
    assert.equal(new Set(e.practices.map((practice) => practice.supplier)).size, 2);
  });

  test('foundations §15.1: a practice and an interaction find exactly one MHS record, a consumer none', () => {
    const services = messageHandlingServices(e, (practice, capability) =>
      serviceRoot('https://gp.example', practice, capability),
    );
    const keys = services.map((service) => `${service.nhsIDCode} ${service.nhsMhsSvcIA}`);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(new Set(services.map((service) => service.nhsMhsCPAId)).size, services.length);
    const wanted = [
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '18',
      '19',
      '20',
      '21',
      '22',
      '23',
      '24',
      '25',
    ];
    for (const practice of e.practices) {
      for (const row of wanted) assert.ok(keys.includes(`${practice.ods} ${interactionRow(row).id}`));
    }
    for (const service of services) {
      assert.match(service.nhsMhsCPAId, /^[0-9a-f]{20}$/);
      assert.equal(`${service.nhsMhsSN}:${service.nhsMhsIN}`, service.nhsMhsSvcIA);
      assert.ok(service.nhsMhsEndPoint.startsWith(`https://gp.example/${service.nhsIDCode}/`));
    }
    assert.ok(!services.some((service) => service.nhsIDCode === 'RZ901'));
  });

  test('foundations §3: every capability of a practice has its own service root', () => {
    for (const practice of e.practices) {
      const roots = (['foundations', 'structured', 'documents', 'html'] as const).map((capability) =>
        serviceRoot('https://gp.example', practice, capability),
      );
      assert.equal(new Set(roots).size, 4);
    }
  });

  test('one consumer has no data sharing arrangement, nobody is paired with itself', () => {
    const paired = new Set(dataSharingPairs(e).map((pair) => pair.consumerAsid));
    const without = e.consumers.filter((consumer) => !paired.has(consumer.asid));
    assert.deepEqual(
      without.map((consumer) => consumer.ods),
      ['VZ299'],
    );
    const own = e.practices[1]!;
    const asConsumer = e.consumers.find((consumer) => consumer.ods === own.ods)!;
    assert.ok(
      !dataSharingPairs(e).some((p) => p.consumerAsid === asConsumer.asid && p.providerAsid === own.asid),
    );
  });

  test('personas have twelve-digit ids of their own and an organisation of England', () => {
    assert.equal(new Set(e.personas.map((persona) => persona.uuid)).size, e.personas.length);
    const known = new Set(
      [...e.practices, ...e.consumers].map((organisation) => organisation.ods).concat('XZ901'),
    );
    for (const persona of e.personas) {
      assert.match(persona.uuid, /^\d{12}$/);
      assert.match(persona.roleProfileId, /^\d{12}$/);
      assert.ok(known.has(persona.organisation.ods));
    }
  });
});

describe('PDS', () => {
  const byNumber = new Map([...pdsPatients(e)].map((patient) => [patient.id!, patient]));
  const pds = (key: NamedKey) => byNumber.get(namedPatient(key).nhsNumber);

  test('has everybody whose record is held, once, under a valid number', () => {
    const list = [...pdsPatients(e)];
    assert.equal(byNumber.size, list.length);
    for (const patient of list) assert.ok(isNhsNumber(patient.id));
    for (const record of everyPerson(e)) assert.ok(byNumber.has(record.nhsNumber));
  });

  test('agrees with the practice on name, birth date and registered practice for an ordinary patient', () => {
    const record = named('rich');
    const [name] = patientOf(record).name!;
    assert.equal(pds('rich')?.name?.[0]?.family, name!.family);
    assert.equal(pds('rich')?.birthDate, patientOf(record).birthDate);
    assert.equal(pds('rich')?.generalPractitioner?.[0]?.identifier?.value, record.practice);
  });

  test('§17.3: restricted patients come without address, telecom and practice, very restricted without a name', () => {
    for (const key of ['restricted', 'very-restricted'] as const) {
      const patient = pds(key)!;
      assert.equal(patient.meta?.security?.[0]?.code, key === 'restricted' ? 'R' : 'V');
      assert.equal(patient.address ?? patient.telecom ?? patient.generalPractitioner, undefined);
      assert.equal(patient.name === undefined, key === 'very-restricted');
      assert.equal(patient.birthDate === undefined, key === 'very-restricted');
    }
    assert.deepEqual(Object.keys(pds('minimal')!).sort(), ['id', 'identifier', 'meta', 'resourceType']);
  });

  test('superseded numbers lead to the new one, invalidated ones to nothing', () => {
    assert.equal(
      supersededNumbers().get(namedPatient('superseded').nhsNumber),
      namedPatient('superseding').nhsNumber,
    );
    assert.ok(invalidatedNumbers().has(namedPatient('invalidated').nhsNumber));
    assert.equal(pds('superseded') ?? pds('invalidated'), undefined);
  });

  test('people without a practice have none; who moved yesterday is at the new one', () => {
    assert.equal(pds('no-practice')?.generalPractitioner, undefined);
    assert.equal(pds('scotland')?.extension?.[0]?.url.endsWith('RemovalFromRegistration'), true);
    const moved = pds('moved-yesterday')?.generalPractitioner?.[0]?.identifier;
    assert.equal(moved?.value, e.practices[5]!.ods);
    assert.equal(moved?.period?.start, '2026-03-01');
    assert.ok(pds('deceased-recently')?.deceasedDateTime?.startsWith('2026-02-18'));
  });
});

describe('the named patients', () => {
  test('who moved yesterday is held twice: left at the old practice, in transit at the new', () => {
    const [before, after] = [named('moved-yesterday', 4), named('moved-yesterday', 5)];
    assert.equal(patientOf(before).active, false);
    assert.equal(patientOf(after).active, true);
    assert.ok(before.resources.length > after.resources.length);
    assert.equal(ofType(after, 'Flag')[0]?.code.coding?.[0]?.code, 'data-in-transit');
  });

  test('dissent is a Consent, sensitivity a label on the Patient, both only where they belong', () => {
    assert.equal(
      ofType(named('opted-out'), 'Consent')[0]?.policyRule,
      'https://fhir.nhs.uk/Id/dissent-to-share',
    );
    assert.equal(ofType(named('dissent'), 'Consent').length, 1);
    assert.equal(ofType(named('rich'), 'Consent').length, 0);
    assert.ok(isConfidential(patientOf(named('sensitive'))));
    assert.ok(!isConfidential(patientOf(named('rich'))));
  });

  test('every text marked confidential stands in a resource that is, and every area has one', () => {
    const record = named('confidential');
    const types = new Set(record.resources.filter(isConfidential).map((resource) => resource.resourceType));
    for (const type of [
      'AllergyIntolerance',
      'Condition',
      'DiagnosticReport',
      'DocumentReference',
      'Encounter',
      'Immunization',
      'Medication',
      'MedicationRequest',
      'MedicationStatement',
      'Observation',
      'ProcedureRequest',
      'ReferralRequest',
      'Binary',
    ] as const) {
      assert.ok(types.has(type), type);
    }
    for (const of of everyPerson(e)) {
      for (const resource of of.resources) {
        if (resource.resourceType === 'Binary') continue;
        if (JSON.stringify(resource).includes('CONFIDENTIAL-TEXT'))
          assert.ok(isConfidential(resource), resource.resourceType);
      }
    }
  });

  test('the largest record has 10,000 entries', () => {
    const actors = new Set([
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'Organization',
      'Location',
      'Binary',
    ]);
    const entries = named('ten-thousand').resources.filter((resource) => !actors.has(resource.resourceType));
    assert.equal(entries.length, LARGEST_RECORD);
  });

  test('documents come in every kind, the largest that may be fetched and one above', () => {
    const record = named('documents');
    const sizes = ofType(record, 'DocumentReference').map(
      (document) => document.content[0]!.attachment.size!,
    );
    assert.ok(sizes.includes(LARGEST_FILE) && sizes.some((size) => size > LARGEST_FILE));
    const kinds = new Set(ofType(record, 'Binary').map((binary) => binary.contentType));
    assert.deepEqual([...kinds].sort(), ['application/pdf', 'image/tiff', 'text/plain', 'text/rtf']);
  });

  test('penicillin anaphylaxis is high in criticality, warfarin runs and INRs are monitored', () => {
    const record = named('anaphylaxis-warfarin');
    assert.ok(ofType(record, 'AllergyIntolerance').some((allergy) => allergy.criticality === 'high'));
    const warfarin = ofType(record, 'Medication').find((medication) =>
      medication.code?.text?.startsWith('Warfarin'),
    );
    const active = ofType(record, 'MedicationStatement').some(
      (one) => one.medicationReference?.reference === `Medication/${warfarin?.id}` && one.status === 'active',
    );
    assert.ok(active);
    const inr = ofType(record, 'Observation').filter((one) => snomedCodes(one.code)[0] === '165581004');
    assert.ok(inr.length > 8);
  });

  test('the others show what they are listed for', () => {
    assert.ok(
      ofType(named('pregnant'), 'Condition').some(
        (one) => snomedCodes(one.code)[0] === '77386006' && one.clinicalStatus === 'active',
      ),
    );
    assert.equal(ofType(named('unfiled'), 'Flag')[0]?.category?.text, 'investigations');
    const details = patientOf(named('temporary')).extension?.[0]?.extension;
    assert.equal(
      details?.find((x) => x.url === 'registrationType')?.valueCodeableConcept?.coding?.[0]?.code,
      'T',
    );
    assert.equal(
      patientOf(named('unverified')).identifier?.[0]?.extension?.[0]?.valueCodeableConcept?.coding?.[0]?.code,
      '02',
    );
    assert.equal(patientOf(named('newborn')).birthDate, '2026-02-21');
    assert.equal(patientOf(named('deceased')).active, false);
    assert.notEqual(
      patientOf(named('name-changed')).name?.[0]?.family,
      namedPatient('name-changed').pdsFamily,
    );
    const clinical = named('empty').resources.filter(
      (r) => !/^(Patient|Practitioner|PractitionerRole|Organization|Location)$/.test(r.resourceType),
    );
    assert.deepEqual(clinical, []);
    assert.ok(named('rich').resources.length > 150 && named('rich-cedar').resources.length > 120);
    const degraded = named('degraded')
      .resources.flatMap(codingsIn)
      .map((coding) => coding.code ?? '');
    for (const code of [
      '196461000000101',
      '196471000000108',
      '196411000000103',
      '196451000000104',
      '196421000000109',
    ]) {
      assert.ok(degraded.includes(code), code);
    }
  });
});
