// What is composed, checked against the published profiles it names, and against public messages of other systems.
// spec: messaging §2, §3.2, §5.2, §6.2, §7
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromXml } from '@gp-connect/foundation/fhir';
import { composeResponse, idsOf, readMessage } from '@gp-connect/foundation/itk3';
import { composeEmergencySupply } from './compose-emergency-supply.ts';
import { composeSendDocument } from './compose-send-document.ts';
import { composeUpdateRecord } from './compose-update-record.ts';
import { composeVaccination } from './compose-vaccination.ts';
import type { Composed } from './composed.ts';
import { emergencySupplyInput, vaccinationInput } from './digital-medicines-for-tests.ts';
import {
  profileFaults,
  resourcesOf,
  sharedFile,
  skipWithoutProfiles,
} from './published-profiles-for-tests.ts';
import { fullUpdateRecordInput, sendDocumentInput, testContext } from './sender-for-tests.ts';

const xmlOf = (composed: Composed): string => {
  assert.ok(composed.ok, JSON.stringify(composed));
  return composed.message.xml;
};
const faultsIn = (xml: string): string[] =>
  resourcesOf(fromXml(xml) as unknown as Record<string, unknown>).flatMap(profileFaults);

const compositions: readonly (readonly [string, () => Promise<Composed>])[] = [
  ['Update Record', () => composeUpdateRecord(testContext(), fullUpdateRecordInput)],
  ['Send Document v2', () => composeSendDocument(testContext(), sendDocumentInput)],
  ['Send Document v1', () => composeSendDocument(testContext(), { ...sendDocumentInput, style: 'v1' })],
  ['Vaccination', () => composeVaccination(testContext(), vaccinationInput)],
  ['Emergency Supply', () => composeEmergencySupply(testContext(), emergencySupplyInput)],
];

/** PractitionerRole: the profile's system is not the one of messages in use. spec: messaging §6.2 PractitionerRole */
const known = /^PractitionerRole\.code.*(CareConnect-SDSJobRoleName-1)$/;

for (const [name, compose] of compositions) {
  test(`a composed ${name} message breaks nothing of the published profiles it names`, {
    skip: skipWithoutProfiles,
  }, async () => {
    const faults = faultsIn(xmlOf(await compose()));
    assert.deepEqual(
      faults.filter((fault) => !known.test(fault)),
      [],
    );
  });
}

for (const code of ['20013', '30001', '20010', '10009']) {
  test(`response ${code} breaks nothing of the published profiles it names`, {
    skip: skipWithoutProfiles,
  }, async () => {
    const request = fromXml(xmlOf(await composeUpdateRecord(testContext(), fullUpdateRecordInput)));
    const { xml } = composeResponse({
      code,
      diagnostics: 'R10: switched off',
      answers: idsOf(readMessage(request as never)!),
      responderOds: 'A82999',
      responderMailbox: 'A82999OT1',
      at: new Date('2025-10-01T14:10:00Z'),
      newId: testContext().newId,
    });
    assert.deepEqual(faultsIn(xml), []);
  });
}

/** Every coding, quantity and extension system of a resource, by the path it stands at. */
function* systemsOf(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* systemsOf(item, path);
  else if (typeof value === 'object' && value !== null) {
    const { system, url } = value as { system?: string; url?: string };
    // The namespace of identifiers is each sender's own.
    if (system !== undefined && !path.endsWith('.identifier')) yield `${path} ${system}`;
    if (url !== undefined) yield `${path} ${url}`;
    for (const [name, inner] of Object.entries(value)) yield* systemsOf(inner, `${path}.${name}`);
  }
}
const systemsIn = (xml: string | Uint8Array): Set<string> =>
  new Set(
    resourcesOf(fromXml(xml) as unknown as Record<string, unknown>)
      .filter(({ resourceType }) => resourceType !== 'Bundle')
      .flatMap((resource) => [...systemsOf(resource, String(resource.resourceType))]),
  );
const sample = (name: string): Buffer | undefined => sharedFile(`samples/messages/${name}`);

test('an Update Record message uses the systems and extensions a public one of another system uses', {
  skip: sample('pharmacy-first-service--example-1.xml') === undefined && 'the public messages are not here',
}, async () => {
  const theirs = systemsIn(sample('pharmacy-first-service--example-1.xml')!);
  const ours = systemsIn(xmlOf(await composeUpdateRecord(testContext(), fullUpdateRecordInput)));
  const paths = new Set([...theirs].map((line) => line.split(' ')[0]));
  const others = [...ours].filter((line) => paths.has(line.split(' ')[0]) && !theirs.has(line));
  assert.deepEqual(others, []);
  assert.ok(ours.size > 20);
});

test('the checker sees what breaks a profile', { skip: skipWithoutProfiles }, () => {
  const base = 'https://fhir.nhs.uk/STU3/StructureDefinition/';
  const list = {
    resourceType: 'List',
    meta: { profile: [`${base}CareConnect-ITK-MedicationDispense-List-1`] },
    status: 'current',
    mode: 'working',
    code: {
      coding: [
        { system: 'http://snomed.info/sct', code: '163541000000107', display: 'Dispensed Medication' },
      ],
      text: 'x',
    },
  };
  assert.deepEqual(profileFaults(list), [
    'List.mode: is not snapshot',
    'List.code.text: is there 1 times',
    'List.subject: is missing',
  ]);
  const patient = {
    resourceType: 'Patient',
    meta: { profile: [`${base}CareConnect-GPC-Patient-1`] },
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', use: 'official', value: '9010000036' }],
    name: [{ use: 'usual', family: 'Heron' }],
  };
  assert.deepEqual(profileFaults(patient), [
    'Patient.identifier[0].extension:nhsNumberVerificationStatus: is missing',
    'Patient.identifier[0].use: is there 1 times',
    'Patient.name:official: is missing',
  ]);
});
