// A MESH server with a pharmacy and a practice, and clients of both over mutual TLS, for tests of the two together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type MailboxDependencies,
  type MailboxSettings,
  type MeshConnection,
  type MeshMailbox,
  memoryJournal,
  openConnection,
  openMailbox,
} from '@gp-connect/consumer/mesh';
import { createLogger } from '@gp-connect/foundation/http';
import { openStore } from '@gp-connect/foundation/store';
import { openAuthority, serverTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import {
  type MailboxLoad,
  type MeshSettings,
  meshMigrations,
  meshSettings,
  type RunningMesh,
  startMesh,
} from '@gp-connect/national';

export const SHARED_KEY = 'BackBone';
export const WORKFLOW = 'GPCONNECT_UPDATE_RECORD';
const ACKNOWLEDGEMENT = `${WORKFLOW}_ACK`;

export const pharmacy: MailboxLoad = {
  id: 'X26OT900',
  ods: 'FZZ01',
  name: 'TEST PHARMACY',
  password: 'pharmacy-password',
  workflows: [
    { workflow: WORKFLOW, send: true, receive: false },
    { workflow: ACKNOWLEDGEMENT, send: false, receive: true },
  ],
};
export const practice: MailboxLoad = {
  id: 'A82999OT1',
  ods: 'A82999',
  name: 'TEST HILL SURGERY',
  password: 'practice-password',
  workflows: [
    { workflow: WORKFLOW, send: false, receive: true },
    { workflow: ACKNOWLEDGEMENT, send: true, receive: false },
  ],
};

export interface MeshTogether {
  readonly server: RunningMesh;
  readonly origin: string;
  readonly folder: string;
  readonly connection: MeshConnection;
  /** The certificate of both clients. */
  readonly client: TlsIdentity;
  readonly pharmacy: MeshMailbox;
  readonly practice: MeshMailbox;
  /** A mailbox that does not wait between attempts; pauses it would have made are noted in `pauses`. */
  mailbox(
    of: MailboxLoad,
    settings?: Partial<MailboxSettings>,
    dependencies?: MailboxDependencies,
  ): MeshMailbox;
  readonly pauses: number[];
  close(): Promise<void>;
}

export async function startMeshTogether(
  at: { url: string },
  settings: Partial<MeshSettings> & Record<string, unknown> = {},
): Promise<MeshTogether> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-mesh-together-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const identity = await authority.issue({
    commonName: 'mesh.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const client = await authority.issue({
    commonName: 'test-1.fzz01.api.mesh-client.nhs.uk',
    usages: 'client',
  });
  const store = await openStore<Record<string, never>>(at, meshMigrations);
  const server = await startMesh(
    meshSettings.parse({
      port: 0,
      operationsPort: 0,
      sharedKey: SHARED_KEY,
      payloadFolder: join(folder, 'payloads'),
      keyFile: join(folder, 'keys/kek'),
      ...settings,
    }),
    {
      store,
      logger: createLogger({ name: 'mesh', level: 'silent' }),
      tls: serverTls(identity, { clients: 'reject' }),
      audit: async () => undefined,
      resolvePatient: async ({ surname }) =>
        surname === 'LUND' ? { practice: 'A82999' } : { problem: 'no-match' },
    },
  );
  await server.putMailboxes([pharmacy, practice]);
  const origin = `https://127.0.0.1:${server.address.port}`;
  const connection = openConnection({ url: origin, tls: client });
  const pauses: number[] = [];
  const mailbox: MeshTogether['mailbox'] = ({ id, password }, more = {}, dependencies = {}) =>
    openMailbox(
      { mailboxId: id, password, sharedKey: SHARED_KEY, connection, journal: memoryJournal(), ...more },
      { pause: async (ms) => void pauses.push(ms), ...dependencies },
    );
  return {
    server,
    origin,
    folder,
    connection,
    client,
    pharmacy: mailbox(pharmacy),
    practice: mailbox(practice),
    mailbox,
    pauses,
    async close() {
      await connection.close();
      await server.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
