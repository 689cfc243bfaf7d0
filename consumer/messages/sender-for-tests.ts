// For tests: inputs of made-up people, and the far side of the sender's ports: a MESH mailbox and PDS in memory.
import { randomBytes } from 'node:crypto';
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import {
  composeResponse,
  idsOf,
  type MessageIds,
  readMessage,
  responseWorkflow,
} from '@gp-connect/foundation/itk3';
import { createRestVault } from '@gp-connect/foundation/trust';
import type { ComposeContext, SendDocumentInput, UpdateRecordInput } from './input.ts';
import type { InboxMessage, OutgoingMessage, PatientDirectory, SenderMailbox, SendResult } from './ports.ts';

/** A key of the test run's own. */
export const testVault = createRestVault([randomBytes(32)]);

export function countedIds(group: number): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `5a6b0000-${group.toString(16).padStart(4, '0')}-4a00-8a00-${String(count).padStart(12, '0')}`;
  };
}

export const sender = { mailbox: 'X26OT900', identifierSystem: 'https://pharmacy.example/id' };

export const testContext = (group = 1): ComposeContext => ({
  sender,
  now: new Date('2025-10-01T14:05:00Z'),
  newId: countedIds(group),
});

export const testPatient = {
  nhsNumber: '9010000036',
  family: 'Heron',
  given: ['Jo'],
  title: 'Ms',
  birthDate: '1968-02-03',
  gender: 'female' as const,
  postcode: 'ZZ99 9ZZ',
};

const organisation = { ods: 'FZZ01', name: 'Test Pharmacy', phone: '0113 496 0000' };
const practitioners = [
  { family: 'Finch', given: ['Ada'], gphcNumber: '2123456', role: { code: 'R1290', display: 'Pharmacist' } },
];
const pdf = Buffer.from('%PDF-1.4\n%%EOF\n');

export const updateRecordInput: UpdateRecordInput = {
  patient: testPatient,
  organisation,
  practitioners,
  service: 'minor-illness',
  seen: '2025-10-01',
  clinicalSummary: 'Insect bite on the left calf, no spreading redness.',
  headings: { history: 'Not allergic to penicillin.' },
};

export const fullUpdateRecordInput: UpdateRecordInput = {
  ...updateRecordInput,
  outcomeOfAttendance: { code: '1', display: 'Discharged' },
  headings: {
    history: 'None of note & <nothing> else.',
    'red-flags': 'None.',
    'information-and-advice-given': 'Keep clean.',
    'plan-and-requested-actions': 'None.',
    'signpost-details': 'Optician.',
  },
  presentingComplaints: [{ code: '276433004', display: 'Insect bite - wound' }],
  bloodPressures: [
    {
      kind: 'sitting',
      systolic: 128,
      diastolic: 76,
      bodySite: { code: '368208006', display: 'Left upper arm structure' },
    },
    { kind: 'self-measured', systolic: 126, diastolic: 74 },
  ],
  measurements: [
    { kind: 'pulse', value: 72 },
    { kind: 'temperature', value: 37.4 },
    { kind: 'weight-self', value: 70.5, unit: 'kg' },
  ],
  irregularPulse: true,
  ambulatoryReport: { title: 'Report', pdf },
  ambulatoryDeclined: true,
  pregnancy: { status: 'not-pregnant', confirmedTerm: 'Not pregnant' },
  supplies: [
    {
      status: 'completed',
      medicine: {
        code: '289411000001107',
        display: 'Flucloxacillin 500mg capsules (A A H Pharmaceuticals Ltd)',
      },
      supplyType: { code: 'patient-group-direction', display: 'Patient group direction' },
      quantity: { value: 20, unit: 'Capsule', code: '428641000' },
      daysSupply: 5,
      handedOver: '2025-10-01',
      dose: 'One capsule four times a day for 5 days',
    },
  ],
};

export const sendDocumentInput: SendDocumentInput = {
  style: 'v2',
  patient: testPatient,
  organisation: { ods: 'B82001', name: 'Other Surgery' },
  practitioners: [{ family: 'Finch', sdsUserId: '111222333444' }],
  title: 'Minor injury',
  lastSaved: new Date('2025-10-01T13:00:00Z'),
  primary: { contentType: 'application/pdf', bytes: pdf },
};

/** PDS in memory: knows the test patient, registered at A82999. */
export const testDirectory: PatientDirectory = {
  async trace(nhsNumber) {
    if (nhsNumber !== testPatient.nhsNumber) return undefined;
    return { nhsNumber, families: ['HERON'], birthDate: '1968-02-03', practice: 'A82999', problems: [] };
  },
};

export interface TestMailbox extends SenderMailbox {
  readonly sent: OutgoingMessage[];
  readonly acknowledged: string[];
  /** Takes the place of the next answers to a send. */
  readonly answers: SendResult[];
  put(message: InboxMessage): string;
  /** Puts an acknowledgement of a sent message in the inbox. */
  respond(code: string, to: string, more?: Partial<MessageIds>): string;
  report(code: string, linkedMeshId: string, more?: Partial<InboxMessage>): string;
}

/** A mailbox in memory; with `sendsOnce` the same send id is accepted once and answered the same ever after. */
export function testMailbox(sendsOnce = true): TestMailbox {
  const inbox = new Map<string, InboxMessage>();
  const accepted = new Map<string, string>();
  const newId = countedIds(99);
  let count = 0;
  const nextMeshId = (): string => {
    count += 1;
    return `20251001140512${String(count).padStart(6, '0')}_A1B2C3`;
  };
  const mailbox: TestMailbox = {
    sendsOnce,
    sent: [],
    acknowledged: [],
    answers: [],
    async send(message) {
      const answer = mailbox.answers.shift();
      if (answer !== undefined && answer.outcome !== 'accepted') return answer;
      const before = sendsOnce ? accepted.get(message.sendId) : undefined;
      if (before !== undefined) return { outcome: 'accepted', meshId: before };
      const meshId = nextMeshId();
      accepted.set(message.sendId, meshId);
      mailbox.sent.push(message);
      return { outcome: 'accepted', meshId };
    },
    waiting: async () => [...inbox.keys()],
    download: async (id) => inbox.get(id),
    async acknowledge(id) {
      mailbox.acknowledged.push(id);
      inbox.delete(id);
    },
    put(message) {
      const id = nextMeshId();
      inbox.set(id, message);
      return id;
    },
    respond(code, to, more = {}) {
      const original = mailbox.sent.find(({ sendId }) => sendId === to);
      const message = original && readMessage(fromXml(original.body) as unknown as Bundle)!;
      const ids = message ? idsOf(message) : { ...noIds, messageId: to };
      const { xml } = composeResponse({
        code,
        diagnostics: `because of ${code}`,
        answers: { ...ids, ...more },
        responderOds: 'A82999',
        responderMailbox: 'A82999OT1',
        at: new Date('2025-10-01T15:00:00Z'),
        newId,
      });
      const workflowId = responseWorkflow(original?.fields.workflowId ?? 'GPCONNECT_UPDATE_RECORD');
      return mailbox.put({ type: 'DATA', workflowId, subject: '', body: Buffer.from(xml) });
    },
    report(code, linkedMeshId, more = {}) {
      return mailbox.put({
        type: 'REPORT',
        workflowId: 'GPCONNECT_UPDATE_RECORD',
        subject: '',
        report: { linkedMeshId, code, text: 'No mailbox matched' },
        body: new Uint8Array(),
        ...more,
      });
    },
  };
  return mailbox;
}

const noIds: MessageIds = {
  messageId: undefined,
  bundleIdentifier: undefined,
  senderReference: undefined,
  recipientType: undefined,
  messageDefinition: undefined,
  localExtension: undefined,
};
