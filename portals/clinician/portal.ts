// Starts the clinician portal: pages on which a care worker finds a patient and reads their GP record.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectory } from '@gp-connect/consumer';
import { londonToday } from '@gp-connect/foundation/fhir';
import { createLogger, type Logger } from '@gp-connect/foundation/http';
import {
  type FailureWords,
  findRoutes,
  openStaffPortal,
  productConnections,
  type RunningPortal,
  traceExplanations,
} from '../kit/index.ts';
import { type Desk, wordsFor } from './desk.ts';
import { startContent } from './pages/start.ts';
import { recordRoutes } from './record-routes.ts';
import { createRecordShelf } from './record-shelf.ts';
import type { ClinicianSettings } from './settings.ts';
import { newStaffState } from './staff-session.ts';

export interface ClinicianDependencies {
  readonly logger?: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly clock?: () => number;
}

const noSuchPage: FailureWords = {
  title: 'Page not found',
  paragraphs: [
    'If you typed the address, check that it is right. Nothing in this service has a lasting address.',
  ],
  again: false,
  status: 404,
};

/** Listens and resolves when the pages answer. The identity provider is first asked when somebody signs in. */
export async function startClinicianPortal(
  settings: ClinicianSettings,
  { clock = Date.now, logger = createLogger({ name: 'clinician' }) }: ClinicianDependencies = {},
): Promise<RunningPortal> {
  const connections = await productConnections(settings.tls);
  const shelf = createRecordShelf({
    idleSeconds: settings.recordIdleMinutes * 60,
    largestTotalBytes: settings.largestTotalMegabytes * 1024 * 1024,
    clock,
  });
  const portal = await openStaffPortal({
    name: 'clinician',
    settings,
    logger,
    clock,
    extraCss: readFileSync(join(import.meta.dirname, 'clinician.css'), 'utf8'),
    title: 'GP Connect clinician',
    footerText: 'GP Connect. Records are shown for direct care only; every access is recorded.',
    home: { path: '/find', text: 'Find another patient' },
    pages: {
      start: { title: 'See a patient’s GP record', content: startContent },
      signedOut: 'The record you had open has been removed from this service.',
      newState: newStaffState,
    },
    noSuchPage,
    wordsFor,
  });
  const desk: Desk = {
    ...portal.desk,
    settings,
    shelf,
    connections,
    directory: openDirectory(connections, settings, () => londonToday(new Date(clock()))),
    findNote: 'Every search and every record you open is recorded with your name.',
    traceExplanations,
    wordsFor,
  };
  desk.sessions.onEnd((session) => shelf.drop(session.id));
  findRoutes(portal.server, desk);
  recordRoutes(portal.server, desk);

  const open = portal.metrics.gauge('gpc_portal_records_open', 'Records held in memory');
  return portal.listen({
    sweep() {
      shelf.sweep();
      open.set(shelf.size);
    },
    health: () => ({ records: shelf.size, recordBytes: shelf.bytes }),
    close: () => connections.close(),
  });
}
