// The message sender of a script: everything it keeps stands in one folder, and one process at a time holds it. What a
// process that was killed had begun is finished by the next. spec: messaging §3.5; mesh §8 C4
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openStore } from '@gp-connect/foundation/store';
import type { RestVault } from '@gp-connect/foundation/trust';
import { type MailboxSettings, type MeshMailbox, openMailbox, openSendJournal } from '../mesh/index.ts';
import {
  defaultTimeOuts,
  type MessageSender,
  openMessageSender,
  type PatientDirectory,
  type PersonTask,
  type PlausibilityCheck,
  type StoredMessage,
  senderMailbox,
} from '../messages/index.ts';
import { type Checked, check, type HandedIn, type HandIn, handIn } from './hand-in.ts';
import { type ScriptedDatabase, scriptedMigrations } from './tables.ts';

export interface ScriptedSenderSettings {
  /** Holds the kept copies, their states and the send journal. Patient data: readable by its owner only. */
  readonly folder: string;
  /** Seals what is kept of messages; its key stands elsewhere. */
  readonly vault: RestVault;
  readonly mailbox: Omit<MailboxSettings, 'journal'>;
  /** Namespace of identifiers, e.g. `https://hospital.example/id`. */
  readonly identifierSystem: string;
  readonly directory: PatientDirectory;
  readonly plausibility: PlausibilityCheck;
  /** Milliseconds to wait for another process that holds the folder; a minute if left out. */
  readonly patience?: number;
}

export interface ScriptedSender {
  readonly messages: MessageSender;
  /** Composes and checks without keeping or sending anything. */
  check(wanted: HandIn): Promise<Checked>;
  handIn(wanted: HandIn): Promise<HandedIn>;
  /** The newest message under an id of the caller's own, or the one of a message id. */
  find(id: string): Promise<StoredMessage | undefined>;
  recent(most: number): Promise<readonly StoredMessage[]>;
  tasks(): Promise<readonly PersonTask[]>;
  /** Sends what waits, collects answers, looks for time-outs. @throws MeshError where MESH cannot be used */
  round(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/**
 * Opens the folder, waiting where another process holds it. Close it between rounds, so that others get their turn.
 * @throws LockedFolderError where it stays held
 */
export async function openScriptedSender(settings: ScriptedSenderSettings): Promise<ScriptedSender> {
  const { folder, vault, identifierSystem, directory, plausibility } = settings;
  const { mailboxId } = settings.mailbox;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const journal = await patiently(settings.patience ?? PATIENCE_MS, () =>
    openSendJournal(join(folder, 'journal')),
  );
  const closers: (() => Promise<void>)[] = [() => journal.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const store = await openStore<ScriptedDatabase>(
      { url: `embedded:${join(folder, 'store')}` },
      scriptedMigrations,
    );
    closers.push(() => store.close());
    const mailbox: MeshMailbox = openMailbox({ ...settings.mailbox, journal });
    closers.push(() => mailbox.close());
    const messages = openMessageSender({
      store,
      vault,
      sender: { mailbox: mailboxId, identifierSystem },
      mesh: senderMailbox(mailbox),
      directory,
      plausibility,
      now: () => new Date(),
      newId: randomUUID,
      // Whoever claimed a message held this folder, and holds it no more.
      timeOuts: { ...defaultTimeOuts, claim: 0 },
    });
    const desk = { store, mailbox: mailboxId, sender: messages };
    return {
      messages,
      check: (wanted) => check(desk, wanted),
      handIn: (wanted) => handIn(desk, wanted),
      find: async (id) => (await messages.versions(id)).at(-1) ?? (await messages.message(id.toLowerCase())),
      recent: (most) => messages.recent(most),
      tasks: () => messages.tasksForPeople(),
      async round() {
        await messages.followUp();
        await messages.sendDue();
        await messages.receiveResponses();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function patiently<Value>(patience: number, open: () => Promise<Value>): Promise<Value> {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if ((error as Error).name !== 'LockedFolderError' || Date.now() > until) throw error;
      await wait(200);
    }
  }
}
