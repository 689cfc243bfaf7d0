// The rows of an item as its readers want them.
import { sql } from '@gp-connect/foundation/store';
import type { EntryKind } from '../entries.ts';
import type { InboxDb } from '../inbox-database.ts';
import type { KeptFinding, Weight } from '../severity.ts';
import { type JudgedAmendment, readAmendment } from './amendment.ts';

export type ItemState = 'open' | 'completed' | 'refused' | 'superseded' | 'void';

export interface ItemRow {
  item_key: number;
  message_key: number;
  patient_key: number;
  patient_id: string;
  nhs_number: string;
  product: string;
  service: string | null;
  title: string;
  sender_ods: string;
  sender_name: string;
  author_name: string;
  author_role: string | null;
  recipient_type: string;
  encounter_at: string | null;
  received_at: Date;
  state: ItemState;
  severity: Weight;
  urgent: boolean;
  sensitive: boolean;
  standing: 'current' | 'died' | 'left';
  replaces_item: number | null;
  rule_set_version: string;
  not_evaluated: string;
  evaluated_at: Date;
  version: number;
  closed_at: Date | null;
}

export interface EntryRow {
  ref: string;
  position: number;
  kind: EntryKind;
  heading: string | null;
  code_system: string | null;
  code: string | null;
  sent_term: string | null;
  own_term: string | null;
  words: string;
  resource: string;
}

export type DecisionKind = 'accept' | 'amend' | 'text-only' | 'refuse' | 'override';

export interface DecisionRow {
  ref: string;
  decision: DecisionKind;
  reason: string | null;
  action_taken: string | null;
  action_note: string | null;
  user_id: string;
  user_name: string;
  user_role: string;
  at: Date;
  amendment: JudgedAmendment | null;
}

export async function itemRow(db: InboxDb, practice: string, itemKey: number): Promise<ItemRow | undefined> {
  const found = await sql<ItemRow>`select * from inbox_item
    where practice = ${practice} and item_key = ${itemKey}`.execute(db);
  return found.rows[0];
}

export async function entryRows(db: InboxDb, practice: string, itemKey: number): Promise<EntryRow[]> {
  const found = await sql<EntryRow>`select * from inbox_entry
    where practice = ${practice} and item_key = ${itemKey} order by position`.execute(db);
  return found.rows;
}

interface FindingRow {
  ref: string;
  rule_id: string;
  rule_version: string;
  rule_set_version: string;
  severity: KeptFinding['severity'];
  urgent: boolean;
  overridable: boolean;
  message: string;
  parameters: string;
  evaluated_at: Date;
}

/** Findings as they stand after the last evaluation. */
export async function findingsOf(db: InboxDb, practice: string, itemKey: number): Promise<KeptFinding[]> {
  const found = await sql<FindingRow>`select * from inbox_finding
    where practice = ${practice} and item_key = ${itemKey} and current`.execute(db);
  return found.rows.map((row) => ({
    ref: row.ref,
    ruleId: row.rule_id,
    ruleVersion: row.rule_version,
    ruleSetVersion: row.rule_set_version,
    severity: row.severity,
    urgent: row.urgent,
    overridable: row.overridable,
    message: row.message,
    parameters: JSON.parse(row.parameters) as Record<string, unknown>,
    evaluatedAt: row.evaluated_at.toISOString(),
  }));
}

/** The decision that stands for each entry: the latest. Earlier ones stay in the table. */
export async function decisionsOf(
  db: InboxDb,
  practice: string,
  itemKey: number,
): Promise<ReadonlyMap<string, DecisionRow>> {
  const found = await sql<
    Omit<DecisionRow, 'amendment'> & { amendment: string | null }
  >`select * from inbox_decision
    where practice = ${practice} and item_key = ${itemKey} and withdrawn_at is null order by decision_key`.execute(
    db,
  );
  return new Map(
    found.rows.map(({ amendment, ...row }) => [
      row.ref,
      { ...row, amendment: amendment === null ? null : readAmendment(amendment) },
    ]),
  );
}
