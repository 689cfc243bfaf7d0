// One supplier's deployment, with the records of its practices loaded at first start and their switches on.
import { loadSettings } from '@gp-connect/foundation/config';
import {
  openProviderStore,
  type ProviderStore,
  providerSettings,
  startProvider,
  switchNames,
} from '@gp-connect/provider';
import { type England, people } from '../../england/index.ts';
import { firstTime } from '../first-time.ts';
import { providerFile, writeSettings } from '../service-settings.ts';
import type { StartService } from './service.ts';

const provider =
  (id: 'orchard' | 'cedar'): StartService =>
  async (plan) => {
    const file = writeSettings(plan.layout, id, providerFile(plan, id));
    const settings = loadSettings(providerSettings, {
      file,
      env: process.env,
      prefix: `GPC_${id.toUpperCase()}`,
    });
    const opened = await openProviderStore(settings.database);
    await firstTime(plan.layout, id, () => loadPractices(opened, plan.england, id));
    return startProvider(settings, opened);
  };

async function loadPractices(
  { records, controls }: ProviderStore,
  england: England,
  id: string,
): Promise<void> {
  for (const practice of england.practices.filter(({ supplier }) => supplier === id)) {
    const { ods, name, asid, organisationId } = practice;
    await controls.host([{ ods, name, asid, organizationId: organisationId }]);
    await controls.set(ods, switchNames, true, { actor: 'demonstration', reason: 'first start' });
    await records.putPractice(ods, name);
    await records.loadCanonical(ods, resourcesOf(england, ods));
  }
}

function* resourcesOf(england: England, ods: string) {
  for (const person of people(england, ods)) yield person.resources;
}

export const orchard = provider('orchard');
export const cedar = provider('cedar');
