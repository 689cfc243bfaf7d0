// The national directory, with England loaded at first start, and MESH beside it.
import { loadSettings } from '@gp-connect/foundation/config';
import {
  directorySettings,
  loadDirectory,
  openDirectoryStore,
  startDirectory,
  takesProduct,
} from '@gp-connect/national';
import { directoryData } from '../directory-data.ts';
import { firstTime } from '../first-time.ts';
import { directoryFile, writeSettings } from '../service-settings.ts';
import { startNationalMesh } from './mesh.ts';
import type { StartService } from './service.ts';

export const directory: StartService = async (plan) => {
  const file = writeSettings(plan.layout, 'directory', directoryFile(plan));
  const settings = loadSettings(directorySettings, { file, env: process.env, prefix: 'GPC_DIRECTORY' });
  const store = await openDirectoryStore(settings);
  await firstTime(plan.layout, 'directory', () => loadDirectory(store, directoryData(plan.england)));
  const starting = startDirectory(settings, { store });
  const takes = takesProduct(async () => (await starting).directory.snapshot());
  const [running, mesh] = await Promise.all([starting, startNationalMesh(plan, store, takes)]);
  return {
    async close() {
      await mesh.close();
      await running.close();
      await store.close();
    },
  };
};
