// The message sender of one mailbox: checks, queues, sends, follows. spec: messaging §2.5, §3.5, §5.1, §5.4
import type { Store } from '@gp-connect/foundation/store';
import type { RestVault } from '@gp-connect/foundation/trust';
import { type Confirmation, type Prepared, prepare } from './before-sending.ts';
import type { ComposedMessage } from './composed.ts';
import { follow } from './follow.ts';
import type { ComposeContext, PreviousVersion, SenderSettings } from './input.ts';
import { keptAnswer, opened, sealEarlier } from './kept-copies.ts';
import type { PatientDirectory, PlausibilityCheck, SenderMailbox } from './ports.ts';
import { type Collected, type ResponseDesk, receiveResponses } from './receive-responses.ts';
import { checkTimeOuts, recoverClaims, type SentSummary, sendDue } from './send-due.ts';
import { defaultTimeOuts, leftTheSender, longestDelay, type MessageState, type TimeOuts } from './states.ts';
import {
  findMessage,
  insertMessage,
  lockActivity,
  previousOf,
  recentMessages,
  recordEvent,
  type StoredMessage,
  versionsOf,
} from './store.ts';
import type { SenderDatabase } from './tables.ts';
import { closeTask, type PersonTask, tasksForPeople } from './tasks.ts';

export interface MessageSenderSettings {
  /** Opened with `senderMigrations`. */
  readonly store: Store<SenderDatabase>;
  /** Seals what is kept of messages. */
  readonly vault: RestVault;
  readonly sender: SenderSettings;
  readonly mesh: SenderMailbox;
  readonly directory: PatientDirectory;
  readonly plausibility?: PlausibilityCheck;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly timeOuts?: TimeOuts;
  /** Milliseconds a Send Document message waits for a newer version; three hours at most and by default. */
  readonly delay?: number;
}

export interface SubmitOptions {
  /** Sender's own id of the consultation, visit or supply the message is about. */
  readonly activity: string;
  /** `ref` of every confirmation a person has read. */
  readonly confirmed?: readonly string[];
  readonly user?: string;
  /** Send with the next round, whatever the delay. */
  readonly atOnce?: boolean;
}

export type Submitted =
  | {
      readonly state: 'queued';
      readonly messageId: string;
      readonly notBefore: Date;
      readonly notes: readonly string[];
    }
  | { readonly state: 'confirm'; readonly confirmations: readonly Confirmation[] }
  | Extract<Prepared, { state: 'stopped' }>;

/** What a user must hear when an activity is deleted after it was sent. spec: messaging §5.1 S6 */
export interface DeletionWarning {
  readonly patientName: string;
  readonly nhsNumber: string;
  readonly sentAt: Date | null;
  readonly practice: string | null;
}

export interface MessageSender {
  /** What the composers need, with the time of now. */
  context(): ComposeContext;
  /** Runs the checks before sending; nothing is stored. */
  prepare(message: ComposedMessage): Promise<Prepared>;
  /** Checks and queues a message. A newer version of an activity takes the place of one that has not left yet. */
  submit(message: ComposedMessage, options: SubmitOptions): Promise<Submitted>;
  /** The version that the next message of an activity replaces; undefined if none has left. */
  previousVersion(activity: string): Promise<PreviousVersion | undefined>;
  /** Takes back what has not left; warns of what has. No message is sent by this. */
  activityDeleted(activity: string): Promise<DeletionWarning[]>;
  sendDue(): Promise<SentSummary>;
  receiveResponses(): Promise<Collected>;
  /** Time-outs, claims of dead processes, and sealing what an earlier version stored plain. */
  followUp(): Promise<{ recovered: number; unconfirmed: number }>;
  tasksForPeople(): Promise<PersonTask[]>;
  closeTask(id: string, user: string, note: string): Promise<boolean>;
  /** The kept copy and the state of a message. */
  message(messageId: string): Promise<StoredMessage | undefined>;
  /** Every version of an activity, oldest first. */
  versions(activity: string): Promise<StoredMessage[]>;
  /** The newest messages, made at `since` or later, newest first. */
  recent(most: number, since?: Date): Promise<StoredMessage[]>;
  /** An acknowledgement as it came, by its MESH id; undefined where none of that id came. */
  answer(meshId: string): Promise<Buffer | undefined>;
}

/** The message names another previous version than the one that has left: compose it again. */
export class StaleVersionError extends Error {
  readonly code = 'STALE_VERSION';
  constructor() {
    super('the version this message replaces is not the newest that was sent: compose it again');
    this.name = 'StaleVersionError';
  }
}

/** Opens the sender of a mailbox. Call `sendDue`, `receiveResponses` and `followUp` from a timer. */
export function openMessageSender(settings: MessageSenderSettings): MessageSender {
  const { store, vault, sender, mesh, directory, plausibility, now, newId } = settings;
  const { mailbox } = sender;
  const timeOuts = settings.timeOuts ?? defaultTimeOuts;
  const delay = Math.min(settings.delay ?? longestDelay, longestDelay);
  const desk: ResponseDesk = { store, vault, mesh, mailbox, now, newId };

  const queue = async (
    message: ComposedMessage,
    practice: string,
    options: SubmitOptions,
    confirmations: readonly Confirmation[],
  ): Promise<Date> => {
    const waits = message.product.startsWith('send-document') && options.atOnce !== true ? delay : 0;
    const at = now();
    const notBefore = new Date(at.getTime() + waits);
    await store.db.transaction().execute(async (db) => {
      await lockActivity(db, mailbox, options.activity);
      const versions = await versionsOf(db, mailbox, options.activity, true);
      if (previousOf(versions)?.document_id !== message.replaces?.documentId) throw new StaleVersionError();
      for (const unsent of versions.filter(({ state }) => state === 'built')) {
        await follow({ db, mailbox, newId }, unsent, { event: 'replaced-unsent', at });
      }
      await insertMessage(db, vault, message, {
        activityKey: options.activity,
        practice,
        notBefore,
        now: at,
      });
      const rules = message.product === 'update-record' ? plausibility?.ruleSetVersion : undefined;
      const detail = rules === undefined ? '' : `checked by rule set ${rules}`;
      await recordEvent(db, mailbox, message.messageId, { event: 'queued', at, detail, user: options.user });
      for (const { ref } of confirmations) {
        const step = { event: 'confirmed', at, detail: ref, user: options.user } as const;
        await recordEvent(db, mailbox, message.messageId, step);
      }
    });
    return notBefore;
  };

  return {
    context: () => ({ sender, now: now(), newId }),
    prepare: (message) => prepare(message, directory, plausibility, now()),

    async submit(message, options) {
      const prepared = await prepare(message, directory, plausibility, now());
      if (prepared.state === 'stopped') return prepared;
      const open = prepared.confirmations.filter(({ ref }) => !options.confirmed?.includes(ref));
      if (open.length > 0) return { state: 'confirm', confirmations: open };
      const notBefore = await queue(message, prepared.practice, options, prepared.confirmations);
      return { state: 'queued', messageId: message.messageId, notBefore, notes: prepared.notes };
    },

    async previousVersion(activity) {
      const previous = previousOf(await versionsOf(store.db, mailbox, activity));
      return previous && { documentId: previous.document_id, version: previous.version };
    },

    async activityDeleted(activity) {
      return store.db.transaction().execute(async (db) => {
        await lockActivity(db, mailbox, activity);
        const versions = await versionsOf(db, mailbox, activity, true);
        for (const unsent of versions.filter(({ state }) => state === 'built')) {
          await follow({ db, mailbox, newId }, unsent, { event: 'replaced-unsent', at: now() });
        }
        return versions
          .filter(({ state }) => leftTheSender.includes(state as MessageState))
          .map((row) => opened(vault, row))
          .map((row) => ({
            patientName: row.patient_name,
            nhsNumber: row.patient_nhs_number,
            sentAt: row.sent_at,
            practice: row.practice_ods,
          }));
      });
    },

    sendDue: () => sendDue(desk),
    receiveResponses: () => receiveResponses(desk),

    async followUp() {
      await sealEarlier(store.db, vault, mailbox);
      const recovered = await recoverClaims(desk, timeOuts);
      return { recovered, unconfirmed: await checkTimeOuts(desk, timeOuts) };
    },

    tasksForPeople: () => tasksForPeople(desk),
    closeTask: (id, user, note) => closeTask(desk, id, user, note),
    async message(messageId) {
      const row = await findMessage(store.db, mailbox, messageId);
      return row && opened(vault, row);
    },
    versions: async (activity) =>
      (await versionsOf(store.db, mailbox, activity)).map((row) => opened(vault, row)),
    recent: async (most, since = new Date(0)) =>
      (await recentMessages(store.db, mailbox, { most, since })).map((row) => opened(vault, row)),
    answer: (meshId) => keptAnswer(store.db, vault, mailbox, meshId),
  };
}
