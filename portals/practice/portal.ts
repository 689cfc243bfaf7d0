// Starts the practice portal: pages on which a practice reviews what others sent, and holds its own controls.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, type Logger } from '@gp-connect/foundation/http';
import { type FailureWords, openStaffPortal, type RunningPortal } from '../kit/index.ts';
import { careSettingRoutes } from './care-setting-routes.ts';
import { controlRoutes } from './control-routes.ts';
import { type Desk, newPracticeState, wordsFor } from './desk.ts';
import { openInboxClient } from './inbox-client.ts';
import { inboxRoutes } from './inbox-routes.ts';
import { lookBackRoutes } from './look-back-routes.ts';
import { startContent } from './pages/start.ts';
import { recallRoutes } from './recall-routes.ts';
import { recordRoutes } from './record-routes.ts';
import { reviewRoutes } from './review-routes.ts';
import type { PracticeSettings } from './settings.ts';

export interface PracticeDependencies {
  readonly logger?: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly clock?: () => number;
}

const noSuchPage: FailureWords = {
  title: 'Page not found',
  paragraphs: ['If you typed the address, check that it is right.'],
  again: false,
  status: 404,
};

/** Listens and resolves when the pages answer. The practice's system is first asked when somebody opens the inbox. */
export async function startPracticePortal(
  settings: PracticeSettings,
  { clock = Date.now, logger = createLogger({ name: 'practice' }) }: PracticeDependencies = {},
): Promise<RunningPortal> {
  const ca = settings.inboxCa === undefined ? undefined : await readFile(settings.inboxCa, 'utf8');
  const client = openInboxClient({
    inboxes: settings.inboxes,
    ...(ca === undefined ? {} : { ca }),
    timeoutSeconds: settings.timeoutSeconds,
  });
  const portal = await openStaffPortal({
    name: 'practice',
    settings,
    logger,
    clock,
    extraCss: readFileSync(join(import.meta.dirname, 'practice.css'), 'utf8'),
    title: 'GP Connect practice inbox',
    footerText:
      'GP Connect. Nothing enters a record before somebody here has accepted it; every opening is recorded.',
    home: { path: '/inbox', text: 'Go to the inbox' },
    pages: {
      start: { title: 'Review what others sent', content: startContent },
      signedOut: 'Messages you did not finish are still in the inbox.',
      newState: newPracticeState,
    },
    noSuchPage,
    wordsFor,
  });
  const desk: Desk = { ...portal.desk, client };
  inboxRoutes(portal.server, desk);
  reviewRoutes(portal.server, desk);
  controlRoutes(portal.server, desk);
  careSettingRoutes(portal.server, desk);
  lookBackRoutes(portal.server, desk);
  recordRoutes(portal.server, desk);
  recallRoutes(portal.server, desk);
  return portal.listen({ close: () => client.close() });
}
