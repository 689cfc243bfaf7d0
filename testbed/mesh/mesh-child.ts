// Starting and killing a MESH server process; its folder, certificates and settings outlive it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority, type TlsIdentity } from '@gp-connect/foundation/trust';
import { SHARED_KEY } from './mesh-for-tests.ts';

export interface MeshHome {
  readonly folder: string;
  readonly client: TlsIdentity;
  /** Starts the server; several starts one after the other find the same data. */
  start(): Promise<{ child: ChildProcess; origin: string }>;
  remove(): void;
}

export async function makeMeshHome(at: { url: string }, more: object = {}): Promise<MeshHome> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-mesh-home-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const server = await authority.issue({
    commonName: 'mesh.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const client = await authority.issue({
    commonName: 'test-1.fzz01.api.mesh-client.nhs.uk',
    usages: 'client',
  });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const settings = file(
    'settings.json',
    JSON.stringify({
      port: 0,
      operationsPort: 0,
      sharedKey: SHARED_KEY,
      databaseUrl: at.url,
      payloadFolder: join(folder, 'payloads'),
      keyFile: join(folder, 'keys/kek'),
      tls: {
        keyFile: file('key.pem', server.key),
        certificateFile: file('cert.pem', server.cert),
        caFile: file('ca.pem', server.ca),
      },
      ...more,
    }),
  );
  return {
    folder,
    client,
    async start() {
      const child = fork(join(import.meta.dirname, 'mesh-process.ts'), [settings], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      for await (const text of child.stdout!) {
        const port = /port (\d+)/.exec(String(text))?.[1];
        if (port) return { child, origin: `https://127.0.0.1:${port}` };
      }
      throw new Error('the MESH process ended before it was ready');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `kill -9`, and waits for the end. */
export async function killNow(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
