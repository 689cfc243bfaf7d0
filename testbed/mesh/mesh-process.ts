// A MESH server in a process of its own, for tests that kill it: `node mesh-process.ts {settings.json}`; prints its port.
import { readFileSync } from 'node:fs';
import { createLogger } from '@gp-connect/foundation/http';
import { meshSettings, startMesh } from '@gp-connect/national';
import { pharmacy, practice } from './mesh-for-tests.ts';

const settings = meshSettings.parse(JSON.parse(readFileSync(process.argv[2]!, 'utf8')));
const mesh = await startMesh(settings, {
  logger: createLogger({ name: 'mesh', level: 'silent' }),
  audit: async () => undefined,
  resolvePatient: async () => ({ practice: practice.ods }),
});
await mesh.putMailboxes([pharmacy, practice]);
console.log(`port ${mesh.address.port}`);
