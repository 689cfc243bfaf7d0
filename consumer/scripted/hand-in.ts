// Handing in under an id of the caller's own, so that the same command given twice sends once. spec: messaging §3.5
import type { Store } from '@gp-connect/foundation/store';
import type {
  ComposeContext,
  Composed,
  ComposedMessage,
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

type Confirm = { readonly state: 'confirm'; readonly confirmations: readonly Confirmation[] };
type Stopped = {
  readonly state: 'stopped';
  readonly problems: readonly InputProblem[];
  readonly findings: readonly PlausibilityFinding[];
};

export type HandedIn =
  | { readonly state: 'queued'; readonly message: StoredMessage; readonly notes: readonly string[] }
  /** Handed in before with the same content: nothing was made. */
  | { readonly state: 'before'; readonly message: StoredMessage }
  /** The id was used for other content: nothing was made. */
  | { readonly state: 'other-content'; readonly message: StoredMessage }
  | Confirm
  | Stopped;

/** What would be sent, where it could be composed, and whether it may. */
export interface Checked {
  readonly message: ComposedMessage | undefined;
  readonly verdict:
    | {
        readonly state: 'ready';
        readonly practice: string;
        readonly confirmed: readonly string[];
        readonly notes: readonly string[];
      }
    | Confirm
    | Stopped;
}

export interface HandInDesk {
  readonly store: Store<ScriptedDatabase>;
  readonly mailbox: string;
  readonly sender: MessageSender;
}

/** Composes and runs every check; nothing is kept or sent. */
export async function check({ sender }: HandInDesk, wanted: HandIn): Promise<Checked> {
  const composed = await wanted.compose(sender.context(), await sender.previousVersion(wanted.id));
  const stopped = (problems: readonly InputProblem[]): Stopped => ({
    state: 'stopped',
    problems,
    findings: [],
  });
  if (!composed.ok) return { message: undefined, verdict: stopped(composed.problems) };
  const { message } = composed;
  const prepared = await sender.prepare(message);
  if (prepared.state === 'stopped') return { message, verdict: prepared };
  const elsewhere = otherPractice(wanted.practice, prepared.practice);
  if (elsewhere) return { message, verdict: stopped([elsewhere]) };
  const { confirmations, practice, notes } = prepared;
  const open = confirmations.filter(({ finding }) => !wanted.confirmed?.includes(finding.ruleId));
  if (open.length > 0) return { message, verdict: { state: 'confirm', confirmations: open } };
  return {
    message,
    verdict: { state: 'ready', practice, confirmed: confirmations.map(({ ref }) => ref), notes },
  };
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
  const { message, verdict } = await check(desk, wanted);
  if (message === undefined || verdict.state !== 'ready') return verdict as Confirm | Stopped;
  // Before the message: a message without it would look like other content to the next run.
  await remember(desk, message.messageId, wanted.fingerprint);
  const { confirmed } = verdict;
  const options = { activity: wanted.id, confirmed, user: wanted.user, atOnce: true };
  const submitted = await sender.submit(message, options);
  if (submitted.state !== 'queued') return submitted;
  const kept = await sender.message(message.messageId);
  return { state: 'queued', message: kept!, notes: submitted.notes };
}

function otherPractice(wanted: string | undefined, registered: string): InputProblem | undefined {
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
