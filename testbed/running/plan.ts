// The plan of a running England from the few things a person may choose.

import { londonToday } from '@gp-connect/foundation/fhir';
import { england } from '../england/index.ts';
import { layoutOf } from './layout.ts';
import { portsFrom } from './ports.ts';
import { openSecrets } from './secrets.ts';
import type { RunningPlan } from './service-settings.ts';

/** What travels from `npm start` to each service's process. */
export interface Choices {
  readonly dataFolder: string;
  readonly portBase: number;
  /** `postgres://…/{name}`: each service takes a database of its own beside it. */
  readonly databaseUrl?: string;
  readonly patients?: number;
  /** The day England was made for: kept with the data, so that a later start finds the same people. */
  readonly today: string;
}

export function planFrom(choices: Choices): RunningPlan {
  const layout = layoutOf(choices.dataFolder);
  return {
    layout,
    ports: portsFrom(choices.portBase),
    england: england({
      today: choices.today,
      ...(choices.patients === undefined ? {} : { patients: choices.patients }),
    }),
    secrets: openSecrets(layout),
    database: (service) => databaseOf(choices, service),
  };
}

export const todayInLondon = (): string => londonToday(new Date());

/** `postgres://host/gpc` gives `postgres://host/gpc_orchard`; without a server, a folder of the embedded database. */
export function databaseOf(choices: Choices, service: string): string {
  if (!choices.databaseUrl) return `embedded:${layoutOf(choices.dataFolder).databases}/${service}`;
  const url = new URL(choices.databaseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '') || '/gpc'}_${service}`;
  return url.href;
}
