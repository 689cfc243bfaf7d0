// MESH for the tests of this room: real TLS, real database, real files; and a client that sends exactly what it is told.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventParts } from '@gp-connect/foundation/audit';
import { createLogger } from '@gp-connect/foundation/http';
import { openStore } from '@gp-connect/foundation/store';
import { type Authority, clientTls, openAuthority, serverTls } from '@gp-connect/foundation/trust';
import { Agent, type Dispatcher, request } from 'undici';
import {
  type MailboxLoad,
  type MeshDependencies,
  type MeshSettings,
  type MeshStore,
  meshMigrations,
  meshSettings,
  type PatientResolution,
  type RunningMesh,
  startMesh,
  tokenHash,
} from './index.ts';

export const SHARED_KEY = 'BackBone';
export const V2 = 'application/vnd.mesh.v2+json';
export const CLIENT_NAME = 'test-1.fzz01.api.mesh-client.nhs.uk';
export const UPDATE = 'GPCONNECT_UPDATE_RECORD';
export const DOCUMENT = 'GPCONNECT_SEND_DOCUMENT';

const box = (
  id: string,
  ods: string,
  workflows: readonly (readonly [workflow: string, rights: 'send' | 'receive' | 'both'])[],
  more: Partial<MailboxLoad> = {},
): MailboxLoad => ({
  id,
  ods,
  name: `MAILBOX ${id}`,
  password: `password-of-${id}`,
  workflows: workflows.map(([workflow, rights]) => ({
    workflow,
    send: rights !== 'receive',
    receive: rights !== 'send',
  })),
  ...more,
});

/** A pharmacy, two practices (one with two mailboxes for a workflow), a closed one and one more sender. */
export const mailboxes: readonly MailboxLoad[] = [
  box(
    'X26OT900',
    'FZZ01',
    [
      [UPDATE, 'send'],
      [`${UPDATE}_ACK`, 'receive'],
      [DOCUMENT, 'send'],
      [`${DOCUMENT}_ACK`, 'receive'],
      ['ONLY_RECEIVED', 'receive'],
      ['NOT_AT_PRACTICE', 'send'],
    ],
    {
      password: 's3cret-pass',
      name: 'TEST PHARMACY',
      orgName: 'TEST PHARMACY LTD',
      smtp: 'a@example.nhs.uk',
    },
  ),
  box(
    'A82999OT1',
    'A82999',
    [
      [UPDATE, 'receive'],
      [`${UPDATE}_ACK`, 'send'],
      [DOCUMENT, 'receive'],
      [`${DOCUMENT}_ACK`, 'send'],
    ],
    { name: 'TEST HILL SURGERY' },
  ),
  box('A82998OT1', 'A82998', [[DOCUMENT, 'receive']]),
  box('A82998OT2', 'A82998', [[DOCUMENT, 'receive']]),
  box('A82997OT1', 'A82997', [[DOCUMENT, 'both']], { active: false }),
  box('X26OT901', 'FZZ02', [[DOCUMENT, 'send']]),
];

/** Patients the tests' PDS knows. */
const patients: Record<string, { birthDate: string; surname: string; found: PatientResolution }> = {
  '9010000028': { birthDate: '1988-03-04', surname: "O'HARA-LUND", found: { practice: 'A82999' } },
  '9434765919': { birthDate: '1970-12-11', surname: 'TWO_BOXES', found: { practice: 'A82998' } },
  '9990554412': { birthDate: '1960-01-02', surname: 'GONE', found: { problem: 'no-practice' } },
  '9123456787': { birthDate: '1950-05-05', surname: 'NOBOX', found: { practice: 'A81111' } },
};

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  body: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | AsyncIterable<Uint8Array>;
  /** Mailbox whose token goes along; null: none. */
  as?: string | null;
}

export interface MeshUnderTest {
  readonly running: RunningMesh;
  readonly store: MeshStore;
  readonly authority: Authority;
  readonly origin: string;
  readonly time: { now: number };
  readonly audited: EventParts[];
  /** Set to make PDS fail. */
  readonly pds: { down: boolean };
  /** Folder of the payloads, where they are files. */
  readonly payloads: string;
  readonly agent: Dispatcher;
  /** Files in the payload folder. */
  storedFiles(): string[];
  authorization(mailbox: string, more?: TokenChange): string;
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Sends a message of version 2 and answers its id. */
  send(headers?: Record<string, string>, body?: string | Buffer): Promise<string>;
  inbox(mailbox: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface TokenChange {
  nonce?: string;
  count?: string;
  password?: string;
  key?: string;
  timestamp?: string;
}

/** `yyyyMMddHHmm` of a moment. */
export const minuteStamp = (time: number) => new Date(time).toISOString().replace(/\D/g, '').slice(0, 12);

export async function startTestMesh(
  at: { url: string },
  {
    settings = {},
    dependencies = {},
    server = 'reject',
  }: {
    settings?: Partial<MeshSettings> & Record<string, unknown>;
    dependencies?: Partial<MeshDependencies>;
    server?: 'reject' | 'answer';
  } = {},
): Promise<MeshUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-mesh-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const identity = await authority.issue({
    commonName: 'mesh.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const client = await authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
  const store: MeshStore = await openStore(at, meshMigrations);
  const time = { now: Date.now() };
  const audited: EventParts[] = [];
  const pds = { down: false };
  const payloads = join(folder, 'payloads');
  const running = await startMesh(
    meshSettings.parse({
      port: 0,
      operationsPort: 0,
      sharedKey: SHARED_KEY,
      payloadFolder: payloads,
      keyFile: join(folder, 'keys/kek'),
      sweepSeconds: 3600,
      routingRetryMs: 20,
      ...settings,
    }),
    {
      store,
      logger: createLogger({ name: 'mesh', level: 'silent' }),
      tls: serverTls(identity, { clients: server }),
      clock: () => time.now,
      audit: async (parts) => void audited.push(parts),
      resolvePatient: async ({ nhsNumber, birthDate, surname }) => {
        if (pds.down) throw new Error('PDS does not answer');
        const patient = patients[nhsNumber];
        if (!patient) return { problem: 'not-found' };
        const matches = patient.birthDate === birthDate && patient.surname === surname;
        return matches ? patient.found : { problem: 'no-match' };
      },
      ...dependencies,
    },
  );
  await running.putMailboxes(mailboxes);
  const agent = new Agent({
    allowH2: false,
    connect: clientTls(client) as Agent.Options['connect'] & object,
  });
  const origin = `https://127.0.0.1:${running.address.port}`;

  const authorization = (mailbox: string, change: TokenChange = {}): string => {
    const loaded = mailboxes.find(({ id }) => id === mailbox);
    const token = {
      mailboxId: mailbox,
      nonce: change.nonce ?? randomUUID(),
      nonceCount: change.count ?? '0',
      timestamp: change.timestamp ?? minuteStamp(time.now),
    };
    const hash = tokenHash(token, change.password ?? loaded?.password ?? 'x', change.key ?? SHARED_KEY);
    return `NHSMESH ${mailbox}:${token.nonce}:${token.nonceCount}:${token.timestamp}:${hash}`;
  };
  const ask = async (path: string, { method = 'GET', headers = {}, body, as }: Ask = {}): Promise<Answer> => {
    const owner = as === undefined ? (path.split('/')[1] ?? '').split('?')[0]!.toUpperCase() : as;
    const token = owner === null ? {} : { authorization: authorization(owner) };
    const answer = await request(`${origin}/messageexchange${path}`, {
      method: method as 'GET',
      headers: { ...token, ...headers },
      dispatcher: agent,
      ...(body === undefined ? {} : { body: body as Buffer }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const text = bytes.toString();
    return { status: answer.statusCode, headers: answer.headers, bytes, text, body: parsed(text) };
  };
  return {
    running,
    store,
    authority,
    origin,
    time,
    audited,
    pds,
    payloads,
    agent,
    storedFiles: () =>
      readdirSync(payloads, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    authorization,
    ask,
    async send(headers = {}, body = 'payload') {
      const sent = await ask('/X26OT900/outbox', {
        method: 'POST',
        headers: { accept: V2, 'mex-to': 'A82999OT1', 'mex-workflowid': UPDATE, ...headers },
        body,
      });
      if (sent.status !== 202) throw new Error(`send answered ${sent.status} ${sent.text}`);
      return String(sent.body.message_id);
    },
    async inbox(mailbox) {
      return (await ask(`/${mailbox}/inbox`, { headers: { accept: V2 } })).body.messages as string[];
    },
    async close() {
      await agent.close();
      await running.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether any stored file holds a text in clear. */
export function filesHolding(files: readonly string[], text: string): string[] {
  return files.filter((file) => readFileSync(file).includes(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
