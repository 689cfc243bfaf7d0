// For tests: an inbox on a database of its own, a practice with a few patients, and a mailbox in memory.
import { randomUUID } from 'node:crypto';
import { readResponse } from '@gp-connect/foundation/itk3';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';
import { openStore } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { createRestVault } from '@gp-connect/foundation/trust';
import {
  controlMigrations,
  type HostedPractice,
  inboundMigrations,
  inboundSwitchNames,
  openControls,
  openInbound,
} from '../controls/index.ts';
import { recallMigrations } from '../recall/index.ts';
import { openRecords, recordMigrations } from '../record/index.ts';
import { nhsNumber } from '../record/records-for-tests.ts';
import {
  type ArrivalMeta,
  type InboxPorts,
  inboxMigrations,
  type Mailbox,
  type OutgoingMessage,
  openInbox,
  plausibilityRules,
  type StaffUser,
} from './index.ts';
import type { MadeMessage, Person } from './messages-for-tests.ts';

/** The same in every process: what one kept the next opens. */
export const testVault = createRestVault([Buffer.alloc(32, 3)]);

export const practice: HostedPractice = {
  ods: 'Z90001',
  name: 'Sample Lane Surgery',
  organizationId: 'o1',
  asid: '200000009902',
};
export const practiceMailbox = 'Z90001OT001';
export const startOfTest = new Date('2026-11-18T10:00:00Z');

const staff = (id: string, role: string, ...roles: string[]): StaffUser => ({
  id,
  name: `User ${id}`,
  role,
  practice: practice.ods,
  roles,
});
export const doctor = staff('d1', 'General Medical Practitioner', 'clinician');
export const reviewer = staff('r1', 'Practice Pharmacist', 'reviewer');
export const reader = staff('x1', 'Receptionist', 'reader');
export const privacy = staff('p1', 'Privacy Officer', 'privacy');
export const lead = staff('l1', 'Practice Manager', 'lead', 'reviewer');

const person = (
  serial: number,
  family: string,
  given: string,
  birthDate: string,
  gender: string,
): Person => ({
  nhsNumber: nhsNumber(serial),
  family,
  given,
  birthDate,
  gender,
});

export const people = {
  lark: person(101, 'Lark', 'Wren', '1969-03-04', 'male'),
  finch: person(102, 'Finch', 'Una', '1997-05-06', 'female'),
  swift: person(103, 'Swift', 'Ida', '1980-07-08', 'female'),
  left: person(104, 'Gone', 'Otto', '1950-01-01', 'male'),
  diedRecently: person(105, 'Late', 'Ada', '1940-01-01', 'female'),
  diedLongAgo: person(106, 'Late', 'Bea', '1940-01-01', 'female'),
  child: person(107, 'Small', 'Tam', '2015-01-01', 'female'),
  renamed: person(108, 'Newname', 'Eve', '1985-02-02', 'female'),
  targeted: person(109, 'Aim', 'Ned', '1960-06-06', 'male'),
  stranger: person(199, 'Unknown', 'Zed', '1985-02-02', 'male'),
} as const;

type Facts = { period?: object; patient?: object; resources?: readonly { resourceType: string }[] };

const penicillinAllergy = {
  resourceType: 'AllergyIntolerance',
  id: 'allergy-penicillin',
  clinicalStatus: 'active',
  verificationStatus: 'unconfirmed',
  category: ['medication'],
  code: { coding: [{ system: system.snomed, code: '91936005', display: 'Allergy to penicillin' }] },
  patient: { reference: 'Patient/pt-swift' },
  assertedDate: '2001-01-01',
};
const formerPressure = {
  resourceType: 'Observation',
  id: 'bp-before',
  status: 'final',
  code: { coding: [{ system: system.snomed, code: '163035008', display: 'Sitting blood pressure' }] },
  subject: { reference: 'Patient/pt-lark' },
  effectiveDateTime: '2026-01-10',
  issued: '2026-01-10T09:00:00+00:00',
  component: [
    {
      code: { coding: [{ system: system.snomed, code: '407554009' }] },
      valueQuantity: { value: 138, code: 'mm[Hg]' },
    },
    {
      code: { coding: [{ system: system.snomed, code: '407555005' }] },
      valueQuantity: { value: 84, code: 'mm[Hg]' },
    },
  ],
};

const target = (id: string, code: string, value: number, day: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: system.snomed, code }] },
  subject: { reference: 'Patient/pt-targeted' },
  effectiveDateTime: day,
  issued: `${day}T09:00:00+00:00`,
  valueQuantity: { value, code: 'mm[Hg]' },
});
/** A patient whose own target was made stricter this year. */
const targets = [
  target('target-before', '315612005', 150, '2020-01-10'),
  target('target-systolic', '315612005', 125, '2026-01-10'),
  target('target-diastolic', '315613000', 75, '2026-01-10'),
];

const facts: Partial<Record<keyof typeof people, Facts>> = {
  lark: { resources: [formerPressure] },
  targeted: { resources: targets },
  swift: { resources: [penicillinAllergy] },
  left: { period: { start: '2010-01-01', end: '2024-11-01' }, patient: { active: false } },
  diedRecently: { patient: { active: false, deceasedDateTime: '2026-09-20' } },
  diedLongAgo: { patient: { active: false, deceasedDateTime: '2026-04-10' } },
  renamed: {
    patient: {
      name: [
        { use: 'official', family: 'Newname', given: ['Eve'] },
        { use: 'old', family: 'Formername', given: ['Eve'] },
      ],
    },
  },
};

const patientId = (name: string): string => `pt-${name}`;

function recordOf(name: keyof typeof people): { resourceType: string }[] {
  const one = people[name];
  const { period = { start: '2010-01-01' }, patient = {}, resources = [] } = facts[name] ?? {};
  return [
    {
      resourceType: 'Patient',
      id: patientId(name),
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
          extension: [
            { url: 'registrationPeriod', valuePeriod: period },
            {
              url: 'registrationType',
              valueCodeableConcept: { coding: [{ system: system.registrationType, code: 'R' }] },
            },
          ],
        },
      ],
      identifier: [{ system: system.nhsNumber, value: one.nhsNumber }],
      active: true,
      name: [{ use: 'official', family: one.family, given: [one.given] }],
      gender: one.gender,
      birthDate: one.birthDate,
      address: [{ use: 'home', postalCode: 'ZZ99 3CZ' }],
      managingOrganization: { reference: `Organization/${practice.organizationId}` },
      ...patient,
    } as { resourceType: string },
    ...resources,
  ];
}

export interface TestMailbox extends Mailbox {
  readonly sent: OutgoingMessage[];
  readonly acknowledged: string[];
  failSending: boolean;
  put(message: string | Uint8Array, meta?: Partial<ArrivalMeta>): string;
}

/** A mailbox that keeps its messages in memory. */
export function testMailbox(id = practiceMailbox): TestMailbox {
  const waiting = new Map<string, { meta: ArrivalMeta; body: Uint8Array }>();
  let serial = 0;
  return {
    id,
    sent: [],
    acknowledged: [],
    failSending: false,
    put(message, meta = {}) {
      const meshMessageId = meta.meshMessageId ?? randomUUID();
      waiting.set(meshMessageId, {
        body: typeof message === 'string' ? Buffer.from(message) : message,
        meta: {
          meshMessageId,
          mailbox: id,
          from: 'X26OT900',
          workflowId: 'GPCONNECT_UPDATE_RECORD',
          subject: 'A message',
          messageType: 'DATA',
          ...meta,
        },
      });
      return meshMessageId;
    },
    list: async () => [...waiting.keys()],
    async download(messageId) {
      const { meta, body } = waiting.get(messageId)!;
      async function* pieces() {
        for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
      }
      return { meta, body: pieces() };
    },
    async acknowledge(messageId) {
      waiting.delete(messageId);
      this.acknowledged.push(messageId);
    },
    async send(message) {
      if (this.failSending) throw new Error('MESH cannot be reached');
      this.sent.push(message);
      serial += 1;
      return { messageId: `sent-${serial}` };
    },
  };
}

export type InboxUnderTest = Awaited<ReturnType<typeof openTestInbox>>;

/** An inbox whose practice has everything switched on. The clock stands where `clock.now` says. */
export async function openTestInbox(database: { url: string }, ports: Partial<InboxPorts> = {}) {
  const store = await openStore<never>(database, [
    ...recordMigrations,
    ...controlMigrations,
    ...inboundMigrations,
    ...recallMigrations,
    ...inboxMigrations,
  ]);
  const clock = { now: startOfTest };
  const records = openRecords(store);
  const controls = openControls(store.db as never, () => clock.now.getTime());
  const inbound = openInbound(store.db, () => clock.now);
  const alerts: { kind: string; detail: string }[] = [];
  const rules = plausibilityRules(demonstrationSource());
  const inbox = openInbox({
    store,
    records,
    controls,
    inbound,
    ports: {
      practiceOf: async ({ mailbox }) =>
        mailbox === practiceMailbox ? { ods: practice.ods, name: practice.name, mailbox } : undefined,
      vault: testVault,
      rules,
      terminology: demonstrationSource(),
      now: () => clock.now,
      newId: randomUUID,
      onAlert: (alert) => void alerts.push(alert),
      ...ports,
    },
  });
  const mailbox = testMailbox();
  const answersAfter = (from: number) =>
    mailbox.sent.slice(from).map((message) => {
      const read = readResponse(Buffer.from(message.body));
      if (!('response' in read)) throw new Error(`unreadable answer: ${read.unreadable}`);
      return { ...read.response, to: message.to, workflowId: message.workflowId, localId: message.localId };
    });
  return {
    store,
    records,
    controls,
    inbound,
    inbox,
    rules,
    mailbox,
    clock,
    alerts,
    /** Puts a message in the mailbox, collects, and answers the responses that went out. */
    async deliver(message: MadeMessage | string | Uint8Array, meta: Partial<ArrivalMeta> = {}) {
      const before = mailbox.sent.length;
      mailbox.put(typeof message === 'object' && 'xml' in message ? message.xml : message, meta);
      await inbox.collect(mailbox);
      return answersAfter(before);
    },
    codes(answers: readonly { code: string }[]): string[] {
      return answers.map(({ code }) => code);
    },
    /** The newest open item. */
    async latest(user: StaffUser = doctor) {
      const items = await inbox.list(practice.ods, user);
      const newest = items.toSorted((a, b) => b.item - a.item)[0];
      if (newest === undefined) throw new Error('there is no open item');
      return inbox.open(practice.ods, newest.item, user);
    },
    close: () => store.close(),
  };
}

/** Loads the practice and its people: once a database. */
export async function fillTestPractice({ records, controls, inbound }: InboxUnderTest): Promise<void> {
  await controls.host([practice]);
  await inbound.set(practice.ods, inboundSwitchNames, true, { actor: 'test', reason: 'test' });
  await records.putPractice(practice.ods, practice.name);
  await records.putActors(practice.ods, [
    {
      resourceType: 'Organization',
      id: practice.organizationId,
      identifier: [{ system: system.odsOrganisation, value: practice.ods }],
      name: practice.name,
    } as { resourceType: string },
  ]);
  for (const name of Object.keys(people) as (keyof typeof people)[]) {
    if (name !== 'stranger') await records.replacePatient(practice.ods, recordOf(name));
  }
}
