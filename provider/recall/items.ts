// Work items of recalls: one for every entry an order named, until it is in a final state. spec: national-service INC-07, INC-13
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { RecordEntryKey, RecordTransaction } from '../record/index.ts';
import type { ReceivedEntry } from './filed-entries.ts';
import type { EntryState } from './selector.ts';

/** What the sender says of one of its messages. spec: INC-09 */
export type AuthorAnswer = 'correct' | 'wrong' | 'cannot-determine';
export type Outcome = 'entered-in-error' | 'corrected' | 'confirmed-correct' | 'rejected';

export interface RecallItem {
  readonly recall: string;
  readonly entry: string;
  readonly message: string;
  readonly senderOds: string;
  readonly stateThen: EntryState;
  readonly filedAt: string | null;
  readonly filedAs: RecordEntryKey | null;
  readonly flaggedAt: string;
  readonly containedAt: string | null;
  readonly releasedAt: string | null;
  /** What the author says is right. */
  readonly proposal: { readonly code: string; readonly display: string } | null;
  readonly authorAnswer: AuthorAnswer | null;
  /** Id of the author's new message that takes the place of this one. */
  readonly correctedBy: string | null;
  readonly outcome: Outcome | null;
  /** `Type/id` of the entry that took its place. */
  readonly replacement: string | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
}

interface Row {
  recall: string;
  entry: string;
  message: string;
  sender_ods: string;
  state_then: EntryState;
  filed_at: Date | null;
  patient_key: number | null;
  type: string | null;
  id: string | null;
  flagged_at: Date;
  contained_at: Date | null;
  released_at: Date | null;
  proposed_code: string | null;
  proposed_display: string | null;
  author_answer: AuthorAnswer | null;
  corrected_by: string | null;
  outcome: Outcome | null;
  replacement: string | null;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

const iso = (at: Date | null): string | null => (at === null ? null : new Date(at).toISOString());

const toItem = (row: Row): RecallItem => ({
  recall: row.recall,
  entry: row.entry,
  message: row.message,
  senderOds: row.sender_ods,
  stateThen: row.state_then,
  filedAt: iso(row.filed_at),
  filedAs: row.patient_key === null ? null : { patientKey: row.patient_key, type: row.type!, id: row.id! },
  flaggedAt: iso(row.flagged_at)!,
  containedAt: iso(row.contained_at),
  releasedAt: iso(row.released_at),
  proposal: row.proposed_code === null ? null : { code: row.proposed_code, display: row.proposed_display! },
  authorAnswer: row.author_answer,
  correctedBy: row.corrected_by,
  outcome: row.outcome,
  replacement: row.replacement,
  reason: row.reason,
  decidedBy: row.decided_by,
  decidedAt: iso(row.decided_at),
});

const members = sql`recall, entry, message, sender_ods, state_then, filed_at, patient_key, type, id, flagged_at,
  contained_at, released_at, proposed_code, proposed_display, author_answer, corrected_by, outcome, replacement, reason, decided_by, decided_at`;

/** Puts entries on the work list, where they are not there yet; where in the record they are is brought up to date. */
export async function putItems(
  db: RecordTransaction,
  practice: string,
  recall: string,
  entries: readonly ReceivedEntry[],
  at: string,
): Promise<void> {
  if (entries.length === 0) return;
  const column = (name: string, type: string, value: (entry: ReceivedEntry) => unknown) =>
    [name, type, entries.map(value)] as const;
  await unnestInsert(
    'recall_item',
    [
      column('practice', 'text', () => practice),
      column('recall', 'text', () => recall),
      column('entry', 'text', ({ entry }) => entry),
      column('message', 'text', ({ message }) => message),
      column('sender_ods', 'text', ({ senderOds }) => senderOds),
      column('state_then', 'text', ({ state }) => state),
      column('filed_at', 'timestamptz', ({ filedAt }) => filedAt),
      column('patient_key', 'int', ({ filedAs }) => filedAs?.patientKey ?? null),
      column('type', 'text', ({ filedAs }) => filedAs?.type ?? null),
      column('id', 'text', ({ filedAs }) => filedAs?.id ?? null),
      column('flagged_at', 'timestamptz', () => at),
    ],
    sql`on conflict (practice, recall, entry) do update set filed_at = excluded.filed_at,
      patient_key = excluded.patient_key, type = excluded.type, id = excluded.id where recall_item.outcome is null`,
  ).execute(db);
  // What an earlier recall put right is not wrong a second time.
  await sql`update recall_item i set outcome = o.outcome, replacement = o.replacement, reason = o.reason,
      decided_by = o.decided_by, decided_role = o.decided_role, decided_at = o.decided_at, contained_at = o.contained_at
    from recall_item o where i.practice = ${practice} and i.recall = ${recall} and i.outcome is null
      and o.practice = i.practice and o.entry = i.entry and o.recall <> i.recall
      and o.outcome in ('entered-in-error', 'corrected', 'rejected')`.execute(db);
}

/** Items that are not in a final state, or those named; in order of entry. */
export async function readItems(
  db: RecordTransaction,
  practice: string,
  {
    recall,
    entries,
    openOnly = false,
    after = '',
    limit,
  }: {
    recall?: string | undefined;
    entries?: readonly string[];
    openOnly?: boolean;
    after?: string;
    limit?: number;
  },
): Promise<RecallItem[]> {
  const found =
    await sql<Row>`select ${members} from recall_item where practice = ${practice} and entry > ${after}
    ${recall === undefined ? sql`` : sql`and recall = ${recall}`}
    ${entries === undefined ? sql`` : sql`and entry = any(${[...entries]}::text[])`}
    ${openOnly ? sql`and outcome is null` : sql``}
    order by entry ${limit === undefined ? sql`` : sql`limit ${limit}`}`.execute(db);
  return found.rows.map(toItem);
}

/** After a release, containment begins anew: what was read in between counts as exposed. */
export async function markContained(
  db: RecordTransaction,
  practice: string,
  recall: string,
  at: string,
): Promise<void> {
  await sql`update recall_item set released_at = null,
      contained_at = case when contained_at is null or released_at is not null then ${at}::timestamptz else contained_at end
    where practice = ${practice} and recall = ${recall} and outcome is null`.execute(db);
}

export async function markReleased(
  db: RecordTransaction,
  practice: string,
  recall: string,
  at: string,
): Promise<void> {
  await sql`update recall_item set released_at = ${at}
    where practice = ${practice} and recall = ${recall} and contained_at is not null and released_at is null`.execute(
    db,
  );
}

export async function propose(
  db: RecordTransaction,
  practice: string,
  recall: string,
  proposal: { code: string; display: string },
): Promise<void> {
  await sql`update recall_item set proposed_code = ${proposal.code}, proposed_display = ${proposal.display}
    where practice = ${practice} and recall = ${recall} and outcome is null`.execute(db);
}

/** Writes the final state of an item. */
export async function settle(
  db: RecordTransaction,
  practice: string,
  { recall, entry }: Pick<RecallItem, 'recall' | 'entry'>,
  decided: {
    outcome: Outcome;
    replacement: string | null;
    reason: string | null;
    by: string;
    role: string;
    at: string;
  },
): Promise<void> {
  await sql`update recall_item set outcome = ${decided.outcome}, replacement = ${decided.replacement},
      reason = ${decided.reason}, decided_by = ${decided.by}, decided_role = ${decided.role}, decided_at = ${decided.at}
    where practice = ${practice} and recall = ${recall} and entry = ${entry}`.execute(db);
}
