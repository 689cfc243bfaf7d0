// One supplier's deployment, with the records of its practices loaded at first start and their switches on.
import { loadSettings } from '@gp-connect/foundation/config';
import {
  inboundSwitchNames,
  openInbound,
  openProviderStore,
  type ProviderStore,
  providerSettings,
  startProvider,
  switchNames,
} from '@gp-connect/provider';
import { type England, people } from '../../england/index.ts';
import { firstTime } from '../first-time.ts';
import { practiceInbox } from '../practice-inbox.ts';
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
    await firstTime(plan.layout, `${id}-inbox`, () => switchMessagesOn(opened, plan.england, id));
    const inbox = practiceInbox(plan, id);
    const running = await startProvider(settings, opened, { inbox });
    return {
      async close() {
        inbox.leave();
        await running.close();
        await inbox.close();
      },
    };
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

/** They ship off; in the demonstration every practice takes what it is sent. */
async function switchMessagesOn({ store }: ProviderStore, england: England, id: string): Promise<void> {
  const inbound = openInbound(store.db as never, () => new Date());
  for (const { ods, supplier } of england.practices) {
    if (supplier !== id) continue;
    await inbound.set(ods, inboundSwitchNames, true, { actor: 'demonstration', reason: 'first start' });
  }
}

function* resourcesOf(england: England, ods: string) {
  for (const person of people(england, ods)) yield person.resources;
}

export const orchard = provider('orchard');
export const cedar = provider('cedar');
