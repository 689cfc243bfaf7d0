// The numbered log of changes the gateways follow, and the history of policy, written in one transaction.
// spec: national-service RTE-06 (feed), ENB-03 and ENB-05 (history kept for ever)
import { type Kysely, type Migration, sql, type Transaction } from '@gp-connect/foundation/store';
import type { Agreement, PolicyData, PracticeProduct } from './types.ts';

/** Changes kept for followers; one further behind takes a new snapshot. The history is kept for ever. */
const KEPT_CHANGES = 10_000;

/** What a follower applies to its copy. `reload`: take a new snapshot. */
export type Change = { version: number } & (
  | { kind: 'practice-product'; item: PracticeProduct }
  | { kind: 'agreement'; item: Agreement }
  | { kind: 'refused-pair'; item: { from: string; to: string; refused: boolean } }
  | { kind: 'practice-block'; item: PolicyData['practiceBlocks'][number] & { blocked: boolean } }
  | { kind: 'reload'; item: null }
);
type WithoutVersion<T> = T extends { version: number } ? Omit<T, 'version'> : never;

/** Who changed policy, in what role and why. spec: national-service ENB-03 */
export interface Reason {
  actor: string;
  role: string;
  reasonCode: string;
  /** At most 500 characters. */
  reasonText: string | null;
}

export interface HistoryEntry extends Reason {
  at: Date;
  kind: string;
  /** What changed, e.g. `A83999 update-record`. */
  subject: string;
  previous: unknown;
  next: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: any party's database type; the statements name their own tables
type AnyTransaction = Transaction<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyDatabase = Kysely<any>;

export const changeMigrations: readonly Migration[] = [
  {
    name: 'policy-001-changes',
    statements: [
      'create table national_version (one boolean primary key default true check (one), version int not null)',
      'insert into national_version (version) values (1)',
      `create table national_change (
        version int primary key,
        kind text not null,
        item text not null)`,
      `create table policy_history (
        id bigint generated always as identity primary key,
        at timestamptz not null,
        kind text not null,
        subject text not null,
        actor text not null,
        role text not null,
        reason_code text not null,
        reason_text text check (length(reason_text) <= 500),
        previous text,
        next text)`,
      'create index policy_history_subject on policy_history (kind, subject, at)',
    ],
  },
];

/** Takes the one lock every change of the directory waits for, so that versions commit in their order. */
export async function lockVersion(transaction: AnyTransaction): Promise<number> {
  const found = await sql<{ version: number }>`select version from national_version for update`.execute(
    transaction,
  );
  return found.rows[0]!.version;
}

/** Appends to the change log and moves the version on. Call inside the transaction that makes the change. */
export async function appendChange(
  transaction: AnyTransaction,
  change: WithoutVersion<Change>,
): Promise<number> {
  const moved = await sql<{ version: number }>`
    update national_version set version = version + 1 returning version`.execute(transaction);
  const { version } = moved.rows[0]!;
  await sql`insert into national_change (version, kind, item)
    values (${version}, ${change.kind}, ${JSON.stringify(change.item)})`.execute(transaction);
  await sql`delete from national_change where version <= ${version - KEPT_CHANGES}`.execute(transaction);
  return version;
}

export async function appendHistory(transaction: AnyTransaction, entry: HistoryEntry): Promise<void> {
  await sql`insert into policy_history (at, kind, subject, actor, role, reason_code, reason_text, previous, next)
    values (${entry.at}, ${entry.kind}, ${entry.subject}, ${entry.actor}, ${entry.role}, ${entry.reasonCode},
      ${entry.reasonText}, ${JSON.stringify(entry.previous)}, ${JSON.stringify(entry.next)})`.execute(
    transaction,
  );
}

export async function readVersion(db: AnyDatabase): Promise<number> {
  const found = await sql<{ version: number }>`select version from national_version`.execute(db);
  return found.rows[0]!.version;
}

/** Changes after a version, oldest first. */
export async function readChanges(db: AnyDatabase, after: number, limit = 1000): Promise<Change[]> {
  const found = await sql<{ version: number; kind: Change['kind']; item: string }>`
    select version, kind, item from national_change where version > ${after} order by version limit ${limit}`.execute(
    db,
  );
  return found.rows.map((row) => ({ ...row, item: JSON.parse(row.item) }) as Change);
}

/** History of what a subject begins with, newest first; `at` gives what was known at that instant. ENB-05 */
export async function readHistory(
  db: AnyDatabase,
  kind: string,
  subjectStart: string,
  at: Date,
  limit = 500,
): Promise<HistoryEntry[]> {
  const found = await sql<Omit<HistoryEntry, 'previous' | 'next'> & { previous: string; next: string }>`
    select at, kind, subject, actor, role, reason_code as "reasonCode", reason_text as "reasonText", previous, next
    from policy_history
    where kind = ${kind} and starts_with(subject, ${subjectStart}) and at <= ${at}
    order by at desc, id desc limit ${limit}`.execute(db);
  return found.rows.map((row) => ({
    ...row,
    previous: JSON.parse(row.previous),
    next: JSON.parse(row.next),
  }));
}
