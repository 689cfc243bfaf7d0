// Handing in under an id of the caller's own, so that the same command given twice sends once. spec: messaging §3.5
import type { Store } from '@gp-connect/foundation/store';
import type {
  ComposeContext,
  Composed,
  Confirmation,
  InputProblem,
  MessageSender,
  PlausibilityFinding,
  PreviousVersion,
  StoredMessage,
} from '../messages/index.ts';
import type { ScriptedDatabase } from './tables.ts';

export interface HandIn {
  /** The caller's own id of the letter, visit or supply. */
  readonly id: string;
  /** Of the content: a rerun with another one is told apart from a repetition. */
  readonly fingerprint: string;
  readonly compose: (context: ComposeContext, replaces: PreviousVersion | undefined) => Promise<Composed>;
  /** Rules whose warnings a person has read. */
  readonly confirmed?: readonly string[];
  readonly user: string;
  /** Only to the practice with this ODS code. */
  readonly practice?: string;
  /** A new version of what was sent under the id, or once more what was refused. */
  readonly again?: boolean;
}

export type HandedIn =
  | { readonly state: 'queued'; readonly message: StoredMessage; readonly notes: readonly string[] }
  /** Handed in before with the same content: nothing was made. */
  | { readonly state: 'before'; readonly message: StoredMessage }
  /** The id was used for other content: nothing was made. */
  | { readonly state: 'other-content'; readonly message: StoredMessage }
  | { readonly state: 'confirm'; readonly confirmations: readonly Confirmation[] }
  | {
      readonly state: 'stopped';
      readonly problems: readonly InputProblem[];
      readonly findings: readonly PlausibilityFinding[];
    };

export interface HandInDesk {
  readonly store: Store<ScriptedDatabase>;
  readonly mailbox: string;
  readonly sender: MessageSender;
}

/** Checks, queues and remembers; what was handed in before is answered as it stands. */
export async function handIn(desk: HandInDesk, wanted: HandIn): Promise<HandedIn> {
  const { sender } = desk;
  const newest = (await sender.versions(wanted.id)).at(-1);
  if (newest !== undefined) {
    const same = (await fingerprintOf(desk, newest.message_id)) === wanted.fingerprint;
    const finished = newest.state === 'failed' || newest.state === 'superseded';
    if (same && !(wanted.again && finished)) return { state: 'before', message: newest };
    if (!same && !wanted.again) return { state: 'other-content', message: newest };
  }
  const composed = await wanted.compose(sender.context(), await sender.previousVersion(wanted.id));
  if (!composed.ok) return { state: 'stopped', problems: composed.problems, findings: [] };
  const { message } = composed;
  const prepared = await sender.prepare(message);
  if (prepared.state === 'stopped') return prepared;
  const elsewhere = otherPractice(wanted.practice, prepared.practice);
  if (elsewhere) return { state: 'stopped', problems: [elsewhere], findings: [] };
  const read = prepared.confirmations.filter(({ finding }) => wanted.confirmed?.includes(finding.ruleId));
  if (read.length < prepared.confirmations.length) {
    const open = prepared.confirmations.filter((each) => !read.includes(each));
    return { state: 'confirm', confirmations: open };
  }
  // Before the message: a message without it would look like other content to the next run.
  await remember(desk, message.messageId, wanted.fingerprint);
  const submitted = await sender.submit(message, {
    activity: wanted.id,
    confirmed: read.map(({ ref }) => ref),
    user: wanted.user,
    atOnce: true,
  });
  if (submitted.state !== 'queued') return submitted;
  const kept = await sender.message(message.messageId);
  return { state: 'queued', message: kept!, notes: submitted.notes };
}

export function otherPractice(wanted: string | undefined, registered: string): InputProblem | undefined {
  return wanted === undefined || wanted === registered
    ? undefined
    : {
        field: 'practice',
        message: `The patient is registered at practice ${registered}, not at ${wanted}: look at who the letter is for`,
      };
}

async function fingerprintOf({ store, mailbox }: HandInDesk, messageId: string): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('scripted_hand_in')
    .select('fingerprint')
    .where('mailbox', '=', mailbox)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return row?.fingerprint;
}

async function remember(
  { store, mailbox }: HandInDesk,
  messageId: string,
  fingerprint: string,
): Promise<void> {
  await store.db
    .insertInto('scripted_hand_in')
    .values({ mailbox, message_id: messageId, fingerprint })
    .execute();
}
