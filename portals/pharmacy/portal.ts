// Starts the pharmacy portal: pages on which a pharmacy writes up a Pharmacy First consultation, sends it and follows it.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CodeInput,
  openDirectory,
  type SenderDatabase,
  type SenderMailbox,
  senderJournal,
  senderMailbox,
  senderMigrations,
} from '@gp-connect/consumer';
import { openMailbox } from '@gp-connect/consumer/mesh';
import { londonToday } from '@gp-connect/foundation/fhir';
import { createLogger, type Logger } from '@gp-connect/foundation/http';
import { openStore, type Store } from '@gp-connect/foundation/store';
import { demonstrationSource, type TerminologySource } from '@gp-connect/foundation/terminology';
import { fileVault } from '@gp-connect/foundation/trust';
import {
  type FailureWords,
  findRoutes,
  openStaffPortal,
  productConnections,
  type RunningPortal,
  traceExplanations,
} from '../kit/index.ts';
import { demonstrationMedicines } from './choices.ts';
import { consultationRoutes } from './consultation-routes.ts';
import { type Desk, newPharmacyState, wordsFor } from './desk.ts';
import { messageRoutes } from './message-routes.ts';
import { startContent } from './pages/start.ts';
import { openRecallDesk, recallMigrations } from './recalls/recall-desk.ts';
import { recallRoutes } from './recalls/recall-routes.ts';
import { openMessages } from './sender.ts';
import type { PharmacySettings } from './settings.ts';

export interface PharmacyDependencies {
  readonly logger?: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly clock?: () => number;
  /** Takes the place of the MESH mailbox of the settings. */
  readonly mesh?: SenderMailbox;
  /** The demonstration edition where left out. */
  readonly terminology?: TerminologySource;
  /** Products to choose from: dm+d AMP. The demonstration ones where left out. */
  readonly medicines?: readonly CodeInput[];
}

export interface RunningPharmacy extends RunningPortal {
  /** A round of sending and collecting now. */
  round(): Promise<void>;
}

const noSuchPage: FailureWords = {
  title: 'Page not found',
  paragraphs: ['If you typed the address, check that it is right.'],
  again: false,
  status: 404,
};

/** Listens and resolves when the pages answer. Messages that wait are sent, and answers collected, in rounds. */
export async function startPharmacyPortal(
  settings: PharmacySettings,
  {
    clock = Date.now,
    logger = createLogger({ name: 'pharmacy' }),
    mesh,
    terminology = demonstrationSource(),
    medicines = demonstrationMedicines(),
  }: PharmacyDependencies = {},
): Promise<RunningPharmacy> {
  const store = await openStore<SenderDatabase>({ url: settings.database }, [
    ...senderMigrations,
    ...recallMigrations,
  ]);
  const connections = await productConnections(settings.tls);
  const directory = openDirectory(connections, settings, () => londonToday(new Date(clock())));
  const recalls = openRecallDesk({
    store,
    mesh: mesh ?? (await meshMailbox(settings, store, clock)),
    mailbox: settings.mesh.mailbox,
    ods: settings.pharmacy.ods,
    clock,
  });
  const messages = openMessages({
    store,
    vault: fileVault(settings.messageKeyFile, settings.earlierMessageKeyFiles),
    mailbox: settings.mesh.mailbox,
    identifierSystem: settings.identifierSystem,
    mesh: recalls.mesh,
    directory,
    terminology,
    clock,
    logger,
  });
  const portal = await openStaffPortal({
    name: 'pharmacy',
    settings,
    logger,
    clock,
    extraCss: readFileSync(join(import.meta.dirname, 'pharmacy.css'), 'utf8'),
    title: 'GP Connect pharmacy',
    footerText: 'GP Connect. A message is never the alarm: for anything urgent, ring the practice.',
    home: { path: '/find', text: 'Find another patient' },
    navigation: [
      { href: '/find', text: 'Find a patient' },
      { href: '/messages', text: 'Sent messages' },
      { href: '/recalls', text: 'Recalled messages' },
    ],
    pages: {
      start: { title: 'Send a consultation to the patient’s GP practice', content: startContent },
      signedOut: 'Consultations you did not send are gone. What was sent is followed up.',
      newState: newPharmacyState,
    },
    noSuchPage,
    wordsFor,
  });
  const desk: Desk = {
    ...portal.desk,
    settings,
    directory,
    messages,
    medicines,
    findNote: 'Every search is recorded with your name.',
    traceExplanations: {
      ...traceExplanations,
      restricted: () => ({
        title: 'Nothing can be sent for this patient',
        paragraphs: [
          'Access to this patient’s information is restricted nationally to protect them, so a message cannot be routed.',
          'Ask the patient which practice they are registered with and contact it directly. Do not record where they live.',
        ],
      }),
    },
    wordsFor,
  };
  findRoutes(portal.server, desk);
  consultationRoutes(portal.server, desk);
  messageRoutes(portal.server, desk);
  recallRoutes(portal.server, desk, recalls);
  const rounds = setInterval(() => void messages.round(), settings.roundSeconds * 1000);
  rounds.unref();
  const running = await portal.listen({
    async close() {
      clearInterval(rounds);
      await messages.round();
      await connections.close();
      await store.close();
    },
  });
  return { ...running, round: () => messages.round() };
}

async function meshMailbox(
  { mesh }: PharmacySettings,
  store: Store<SenderDatabase>,
  clock: () => number,
): Promise<SenderMailbox> {
  const { url, servername, mailbox, password, sharedKey, tls } = mesh;
  const read = (path: string) => readFile(path, 'utf8');
  const identity = tls && { key: await read(tls.key), cert: await read(tls.cert), ca: await read(tls.ca) };
  return senderMailbox(
    openMailbox(
      {
        mailboxId: mailbox,
        password,
        sharedKey,
        connection: {
          url,
          ...(servername === undefined ? {} : { servername }),
          ...(identity ? { tls: identity } : {}),
        },
        journal: senderJournal(store, mailbox),
      },
      { clock },
    ),
  );
}
