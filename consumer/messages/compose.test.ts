// Composing, writing as XML and reading again gives what went in; wrong input is told in words. spec: messaging §5–§7
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bundle, fromXml, validate } from '@gp-connect/foundation/fhir';
import { headingOf, readMessage, receive, serviceOf } from '@gp-connect/foundation/itk3';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import fc from 'fast-check';
import { actionRequests, asksForAction } from './action-requests.ts';
import { composeEmergencySupply } from './compose-emergency-supply.ts';
import { composeSendDocument } from './compose-send-document.ts';
import { composeUpdateRecord } from './compose-update-record.ts';
import { composeVaccination } from './compose-vaccination.ts';
import type { Composed, ComposedMessage } from './composed.ts';
import { emergencySupplyInput, vaccinationInput } from './digital-medicines-for-tests.ts';
import type { SendDocumentInput, UpdateRecordInput } from './input.ts';
import { plausibilityCheck } from './plausibility-check.ts';
import {
  fullUpdateRecordInput,
  sendDocumentInput,
  testContext,
  testPatient,
  updateRecordInput,
} from './sender-for-tests.ts';

const composed = (result: Composed): ComposedMessage => {
  assert.ok(result.ok, JSON.stringify(result));
  return result.message;
};
const problemsOf = (result: Composed): string[] => {
  assert.ok(!result.ok);
  return result.problems.map(({ field }) => field);
};

const kinds = {
  'Update Record': () => composeUpdateRecord(testContext(), updateRecordInput),
  'Update Record with one of everything': () => composeUpdateRecord(testContext(), fullUpdateRecordInput),
  'Send Document v2': () => composeSendDocument(testContext(), sendDocumentInput),
  'Send Document v1': () => composeSendDocument(testContext(), { ...sendDocumentInput, style: 'v1' }),
  Vaccination: () => composeVaccination(testContext(), vaccinationInput),
  'Emergency Supply': () => composeEmergencySupply(testContext(), emergencySupplyInput),
};

for (const [name, compose] of Object.entries(kinds)) {
  test(`${name}: what is composed is valid STU3 and is read back the same`, async () => {
    const message = composed(await compose());
    assert.deepEqual(validate(message.bundle), []);
    assert.deepEqual(fromXml(message.xml), JSON.parse(JSON.stringify(message.bundle)));
    const { mesh } = message;
    const outcome = await receive(
      { workflowId: mesh.workflowId, body: Buffer.from(message.xml), to: mesh.to },
      { now: () => testContext().now },
    );
    assert.ok(outcome.kind === 'accepted', JSON.stringify(outcome));
    assert.deepEqual(
      outcome.notes.map(({ path, reason }) => `${path} ${reason}`),
      [],
    );
    assert.equal(outcome.document.identifier?.value, message.documentId);
    assert.equal(outcome.message.header.messageId, message.messageId);
    assert.equal(outcome.message.header.senderReference, message.senderReference);
  });
}

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((value) => value.trim() !== '' && !/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]/u.test(value));
const anyUpdateRecord: fc.Arbitrary<UpdateRecordInput> = fc
  .record({
    family: fc.stringMatching(/^[A-Z][a-z' -]{0,20}[a-z]$/),
    service: fc.constantFrom('blood-pressure' as const, 'minor-illness' as const, 'urgent-supply' as const),
    summary: text,
    history: fc.option(text),
    kind: fc.constantFrom('examination' as const, 'lying' as const, 'standing' as const, 'baseline' as const),
    readings: fc.array(fc.tuple(fc.integer({ min: 40, max: 300 }), fc.integer({ min: 20, max: 200 })), {
      maxLength: 3,
    }),
    weight: fc.option(fc.integer({ min: 30, max: 40000 }).map((value) => value / 100)),
    dose: text,
    supplied: fc.boolean(),
  })
  .map(({ family, service, summary, history, kind, readings, weight, dose, supplied }) => ({
    ...updateRecordInput,
    patient: { ...testPatient, family },
    service,
    clinicalSummary: summary,
    headings: history === null ? {} : { history },
    bloodPressures: readings.map(([systolic, diastolic]) => ({ kind, systolic, diastolic })),
    measurements: weight === null ? [] : [{ kind: 'weight' as const, value: weight }],
    supplies: supplied ? [{ ...fullUpdateRecordInput.supplies![0]!, dose }] : [],
  }));

test('whatever a pharmacy writes comes back from the message as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(anyUpdateRecord, async (input) => {
      const message = composed(await composeUpdateRecord(testContext(), input));
      const bundle = fromXml(message.xml) as unknown as Bundle;
      assert.deepEqual(bundle, JSON.parse(JSON.stringify(message.bundle)));
      const document = readMessage(bundle)!.document!;
      assert.equal(serviceOf(document), input.service);
      const [summary] = document
        .ofType('ClinicalImpression')
        .filter(({ resource }) => headingOf(resource) === 'clinical-summary');
      assert.equal(summary!.resource.summary, input.clinicalSummary);
      const readings = document.ofType('Observation').flatMap(({ resource }) => {
        const component = resource.component as { valueQuantity: { value: number } }[] | undefined;
        return component ? [component.map(({ valueQuantity }) => valueQuantity.value)] : [];
      });
      assert.deepEqual(
        readings,
        input.bloodPressures!.map(({ systolic, diastolic }) => [systolic, diastolic]),
      );
    }),
    { numRuns: 60 },
  );
});

const updateRows: readonly (readonly [name: string, change: Partial<UpdateRecordInput>, field: string])[] = [
  ['a wrong NHS number', { patient: { ...testPatient, nhsNumber: '4857773456' } }, 'patient.nhsNumber'],
  ['no surname', { patient: { ...testPatient, family: ' ' } }, 'patient.family'],
  [
    'a birth date that is none',
    { patient: { ...testPatient, birthDate: '1968-02-31' } },
    'patient.birthDate',
  ],
  ['nobody who saw the patient', { practitioners: [] }, 'practitioners'],
  [
    'a GPhC number of six digits',
    { practitioners: [{ ...updateRecordInput.practitioners[0]!, gphcNumber: '123456' }] },
    'practitioners[0].gphcNumber',
  ],
  [
    'UPD-04: an author without registration number',
    { practitioners: [{ family: 'Finch', role: { code: 'R1290', display: 'Pharmacist' } }] },
    'practitioners[0].gphcNumber',
  ],
  [
    'UPD-04: an author without role',
    { practitioners: [{ family: 'Finch', gphcNumber: '2123456' }] },
    'practitioners[0].role',
  ],
  [
    'UPD-13: a summary that asks the practice to act',
    { clinicalSummary: 'Sore throat for three days. GP to review in one week.' },
    'clinicalSummary',
  ],
  [
    'UPD-13: a plan that asks the practice to act',
    { headings: { 'plan-and-requested-actions': 'Please prescribe amoxicillin.' } },
    'headings.plan-and-requested-actions',
  ],
  ['a visit to come', { seen: '2026-10-01' }, 'seen'],
  ['no clinical summary', { clinicalSummary: '' }, 'clinicalSummary'],
  ['an empty heading', { headings: { history: '' } }, 'headings.history'],
  [
    'a unit of another kind',
    { measurements: [{ kind: 'pulse', value: 70, unit: 'cm' }] },
    'measurements[0].unit',
  ],
  [
    'a reading without number',
    { bloodPressures: [{ kind: 'sitting', systolic: Number.NaN, diastolic: 70 }] },
    'bloodPressures[0].systolic',
  ],
  [
    'SG-20: a pregnancy status nobody confirmed in words',
    { pregnancy: { status: 'pregnant', confirmedTerm: 'Not pregnant' } },
    'pregnancy.confirmedTerm',
  ],
  ['contraception without consent', { service: 'contraception' }, 'consentToShare'],
  ['a supply never handed over', { supplies: [supply({}, 'handedOver')] }, 'supplies[0].handedOver'],
  [
    'a medicine not supplied, yet handed over',
    { supplies: [supply({ status: 'stopped' })] },
    'supplies[0].handedOver',
  ],
  ['no dose', { supplies: [supply({ dose: '' })] }, 'supplies[0].dose'],
  [
    'nothing supplied',
    { supplies: [supply({ quantity: { value: 0, unit: 'Capsule', code: '428641000' } })] },
    'supplies[0].quantity.value',
  ],
  [
    'a report that is no PDF',
    { ambulatoryReport: { title: 'x', pdf: Buffer.from('MZ') } },
    'ambulatoryReport.pdf',
  ],
];

type Supply = NonNullable<UpdateRecordInput['supplies']>[number];
function supply(change: Partial<Supply>, without?: keyof Supply): Supply {
  const made = { ...fullUpdateRecordInput.supplies![0]!, ...change };
  return Object.fromEntries(Object.entries(made).filter(([name]) => name !== without)) as unknown as Supply;
}

for (const [name, change, field] of updateRows) {
  test(`Update Record is not composed with ${name}`, async () => {
    const fields = problemsOf(await composeUpdateRecord(testContext(), { ...updateRecordInput, ...change }));
    assert.deepEqual(fields, [field]);
  });
}

test('UPD-13: requests to the practice are told from what was done and from advice to the patient', () => {
  const requests = [
    'GP to review.',
    'Seen today; surgery please arrange blood test',
    'Could you please refer to ENT?',
    'BP high, for GP review.',
    'Kindly issue a repeat prescription',
  ];
  const reports = [
    'Advised to see GP if no better in a week.',
    'Referred to the GP by telephone, appointment made for tomorrow.',
    'Patient will ask the practice to book a blood test.',
    'Reviewed by pharmacist. No red flags.',
  ];
  assert.deepEqual(requests.filter(asksForAction), requests);
  assert.deepEqual(reports.filter(asksForAction), []);
  const advice = { 'information-and-advice-given': 'Please follow up with your GP if it gets worse.' };
  assert.deepEqual(actionRequests({ clinicalSummary: 'Fine.', headings: advice }), []);
});

const documentRows: readonly (readonly [name: string, change: Partial<SendDocumentInput>, field: string])[] =
  [
    ['a program', { primary: { contentType: 'application/pdf', bytes: Buffer.from('MZ') } }, 'primary'],
    ['an empty file', { primary: { contentType: 'application/pdf', bytes: new Uint8Array() } }, 'primary'],
    [
      'an unlisted type',
      { attachments: [{ contentType: 'application/zip', bytes: Buffer.from('PK') }] },
      'attachments[0]',
    ],
    ['S9: a restricted v2 document', { confidential: true }, 'confidential'],
    ['no title', { title: '' }, 'title'],
  ];
for (const [name, change, field] of documentRows) {
  test(`Send Document is not composed with ${name}`, async () => {
    assert.deepEqual(
      problemsOf(await composeSendDocument(testContext(), { ...sendDocumentInput, ...change })),
      [field],
    );
  });
}

test('a document past 5 MB is told before it leaves', async () => {
  const bytes = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(5_000_000)]);
  const result = await composeSendDocument(testContext(), {
    ...sendDocumentInput,
    primary: { contentType: 'application/pdf', bytes },
  });
  assert.ok(!result.ok);
  assert.match(result.problems[0]!.message, /5 MB/);
});

test('characters that XML cannot carry are told, not dropped', async () => {
  const result = await composeUpdateRecord(testContext(), {
    ...updateRecordInput,
    clinicalSummary: 'a\u0000b',
  });
  assert.ok(!result.ok);
  assert.match(result.problems[0]!.message, /cannot be sent/);
});

test('a vaccine that was not given has no batch, and a reason', async () => {
  const [first] = vaccinationInput.vaccinations;
  const result = await composeVaccination(testContext(), {
    ...vaccinationInput,
    vaccinations: [{ ...first!, given: false }],
  });
  assert.deepEqual(problemsOf(result), ['vaccinations[0]', 'vaccinations[0].reason']);
});

test('H: version 2 replaces version 1 by its document identifier', async () => {
  const replaces = { documentId: '3f1d2c10-0001-4a00-8a00-000000000041', version: 1 };
  const message = composed(await composeSendDocument(testContext(), { ...sendDocumentInput, replaces }));
  const { composition } = readMessage(message.bundle)!.document!;
  assert.equal(composition!.meta!.versionId, '2');
  assert.equal(composition!.relatesTo![0]!.targetIdentifier!.value, replaces.documentId);
  assert.equal(message.version, 2);
  assert.match(message.mesh.subject, /version 2$/);
});

test('a message goes to the registered practice, from the pharmacy, in published headers', async () => {
  const { mesh } = composed(await composeUpdateRecord(testContext(), updateRecordInput));
  assert.equal(mesh.to, 'GPPROVIDER_9010000036_03021968_Heron');
  assert.equal(mesh.workflowId, 'GPCONNECT_UPDATE_RECORD');
  assert.equal(mesh.localId, 'FZZ01');
  assert.match(
    mesh.subject,
    /for HERON, Jo \(Ms\), NHS Number: 9010000036, seen at Test Pharmacy, ODS code: FZZ01, version 1$/,
  );
});

test('SG-20: what the composer writes gives the rules nothing to block', async () => {
  const message = composed(await composeUpdateRecord(testContext(), fullUpdateRecordInput));
  const check = plausibilityCheck(demonstrationSource());
  const findings = await check(readMessage(message.bundle)!.document!.bundle, testContext().now);
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'BLOCK' || severity === 'REJECT'),
    [],
  );
});
