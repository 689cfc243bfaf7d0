// The MESH server as it runs in life: real audit log, payloads synced to disk, its own database.
import { join } from 'node:path';
import { AuditLog, openKeyStore } from '@gp-connect/foundation/audit';
import { createLogger } from '@gp-connect/foundation/http';
import { serverTls } from '@gp-connect/foundation/trust';
import { meshSettings, startMesh } from '@gp-connect/national';
import { pharmacy, practice, SHARED_KEY } from '../../mesh/mesh-for-tests.ts';
import type { MeshScene } from '../mesh-scene.ts';
import { playRole } from './role.ts';

interface Config {
  readonly scene: MeshScene;
  readonly folder: string;
  readonly database: string;
}

await playRole(async ({ scene, folder, database }: Config) => {
  const audit = await AuditLog.open({
    folder: join(folder, 'audit'),
    keys: openKeyStore({
      folder: join(folder, 'audit-keys'),
      origin: 'audit.example.nhs.uk/log/bench',
      kek: Buffer.alloc(32, 7),
      create: true,
    }),
    software: 'bench',
  });
  const mesh = await startMesh(
    meshSettings.parse({
      port: 0,
      operationsPort: 0,
      sharedKey: SHARED_KEY,
      databaseUrl: database,
      payloadFolder: join(folder, 'payloads'),
      keyFile: join(folder, 'keys/kek'),
    }),
    {
      logger: createLogger({ name: 'mesh', level: 'silent' }),
      tls: serverTls(scene.server, { clients: 'reject' }),
      audit: (parts) => audit.append(parts),
      resolvePatient: async () => ({ practice: practice.ods }),
    },
  );
  await mesh.putMailboxes([pharmacy, practice]);
  return {
    ready: mesh.address.port,
    async close() {
      await mesh.close();
      await audit.shutdown();
    },
  };
});
