// The baseline of MESH: the least that takes bodies over mutual TLS durably, with nothing checked, encrypted or audited.
// A body goes to a file that is synced, and one row is committed; a GET streams the file back.
import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openStore, sql } from '@gp-connect/foundation/store';
import { serverTls } from '@gp-connect/foundation/trust';
import type { MeshScene } from '../mesh-scene.ts';
import { playRole } from './role.ts';

interface Config {
  readonly scene: MeshScene;
  readonly folder: string;
  readonly database: string;
}

await playRole(async ({ scene, folder, database }: Config) => {
  mkdirSync(folder, { recursive: true });
  const store = await openStore<never>({ url: database }, [
    { name: 'bare-001', statements: ['create table bare (id text primary key, size float8 not null)'] },
  ]);
  const server = createServer(serverTls(scene.server, { clients: 'reject' }), async (request, response) => {
    const id = basename(request.url!);
    const file = join(folder, id);
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-length': statSync(file).size });
      return void pipeline(createReadStream(file), response).catch(() => undefined);
    }
    await pipeline(request, createWriteStream(file));
    const handle = await open(file, 'r');
    const { size } = await handle.stat();
    await handle.datasync();
    await handle.close();
    await sql`insert into bare (id, size) values (${id}, ${size})`.execute(store.db);
    response.writeHead(202).end();
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ready: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await store.close();
    },
  };
});
