// The rows of an item: proposed entries, findings, the review task; and what becomes of the version it replaces.
// spec: messaging R19, §5.4, SG-13, SG-15, SG-22
import type { DocumentIdentifier } from '@gp-connect/foundation/itk3';
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { InboxTransaction } from '../inbox-database.ts';
import { ledgerArrivals } from '../review/ledger.ts';
import { entryRows, itemRow } from '../review/rows.ts';
import { type KeptFinding, priorityOf, weightOf } from '../severity.ts';
import type { Judgement } from './judge.ts';
import { knownDocument, setDocumentState } from './known-messages.ts';
import type { Proposal } from './proposal.ts';

export interface NewItem {
  readonly messageKey: number;
  readonly judgement: Extract<Judgement, { kind: 'accepted' }>;
  readonly proposal: Proposal;
  readonly replacesItem: number | null;
  readonly now: Date;
  readonly dueAt: (urgent: boolean, forAction: boolean) => Date;
}

export async function putItem(step: InboxTransaction, practice: string, item: NewItem): Promise<number> {
  const { judgement, proposal, now } = item;
  const { match, evaluation, product } = judgement;
  const severity = weightOf(proposal.findings);
  const urgent = proposal.findings.some((finding) => finding.urgent);
  const row = await step
    .insertInto('inbox_item')
    .values({
      practice,
      message_key: item.messageKey,
      patient_key: match.patient.key,
      patient_id: match.patient.id,
      nhs_number: match.patient.nhsNumber,
      product: product.id,
      service: proposal.service,
      title: proposal.title,
      sender_ods: proposal.senderOds,
      sender_name: proposal.senderName,
      author_name: proposal.authorName,
      author_role: proposal.authorRole,
      recipient_type: proposal.recipientType,
      encounter_at: proposal.encounterAt,
      received_at: now,
      state: 'open',
      severity,
      urgent,
      sensitive: proposal.sensitive,
      standing: proposal.standing,
      replaces_item: item.replacesItem,
      rule_set_version: evaluation.ruleSetVersion,
      not_evaluated: JSON.stringify(evaluation.notEvaluated),
      evaluated_at: now,
    })
    .returning('item_key')
    .executeTakeFirstOrThrow();
  const itemKey = row.item_key as number;
  await putEntries(step, practice, itemKey, proposal.entries);
  await putFindings(step, practice, itemKey, proposal.findings);
  const made = await itemRow(step, practice, itemKey);
  await ledgerArrivals(step, practice, made!, await entryRows(step, practice, itemKey));
  const forAction = proposal.recipientType === 'FA';
  await sql`insert into inbox_task
    (practice, kind, item_key, message_key, purpose, priority, restricted, created_at, due_at)
    values (${practice}, 'review', ${itemKey}, ${item.messageKey}, ${forAction ? 'action' : 'information'},
      ${priorityOf(severity, urgent)}, ${proposal.sensitive}, ${now}, ${item.dueAt(urgent, forAction)})`.execute(
    step,
  );
  return itemKey;
}

async function putEntries(
  step: InboxTransaction,
  practice: string,
  itemKey: number,
  entries: Proposal['entries'],
): Promise<void> {
  if (entries.length === 0) return;
  const all = <Value>(value: (entry: Proposal['entries'][number]) => Value) => entries.map(value);
  await unnestInsert('inbox_entry', [
    ['practice', 'text', all(() => practice)],
    ['item_key', 'int', all(() => itemKey)],
    ['ref', 'text', all(({ ref }) => ref)],
    ['position', 'int', entries.map((_, at) => at)],
    ['kind', 'text', all(({ kind }) => kind)],
    ['heading', 'text', all(({ heading }) => heading ?? null)],
    ['code_system', 'text', all(({ codeSystem }) => codeSystem ?? null)],
    ['code', 'text', all(({ code }) => code ?? null)],
    ['sent_term', 'text', all(({ sentTerm }) => sentTerm ?? null)],
    ['own_term', 'text', all(({ ownTerm }) => ownTerm)],
    ['words', 'text', all(({ words }) => words)],
    ['resource', 'text', all(({ resource }) => JSON.stringify(resource))],
  ]).execute(step);
}

export async function putFindings(
  step: InboxTransaction,
  practice: string,
  itemKey: number,
  findings: readonly KeptFinding[],
): Promise<void> {
  if (findings.length === 0) return;
  const all = <Value>(value: (finding: KeptFinding) => Value) => findings.map(value);
  await unnestInsert('inbox_finding', [
    ['practice', 'text', all(() => practice)],
    ['item_key', 'int', all(() => itemKey)],
    ['ref', 'text', all(({ ref }) => ref)],
    ['rule_id', 'text', all(({ ruleId }) => ruleId)],
    ['rule_version', 'text', all(({ ruleVersion }) => ruleVersion)],
    ['rule_set_version', 'text', all(({ ruleSetVersion }) => ruleSetVersion)],
    ['severity', 'text', all(({ severity }) => severity)],
    ['urgent', 'boolean', all(({ urgent }) => urgent)],
    ['overridable', 'boolean', all(({ overridable }) => overridable)],
    ['message', 'text', all(({ message }) => message)],
    ['parameters', 'text', all(({ parameters }) => JSON.stringify(parameters))],
    ['evaluated_at', 'timestamptz', all(({ evaluatedAt }) => evaluatedAt)],
    ['current', 'boolean', all(() => true)],
  ]).execute(step);
}

/**
 * The version before: an unreviewed one leaves the list (one task, the new version's); what was filed of it is marked
 * for review and never taken away. Answers its item, if there is one.
 */
export async function archiveReplaced(
  step: InboxTransaction,
  practice: string,
  target: DocumentIdentifier,
  now: Date,
): Promise<number | undefined> {
  const known = await knownDocument(step, practice, target);
  await setDocumentState(step, practice, target, 'superseded');
  if (known?.itemKey == null) return undefined;
  const { itemKey } = known;
  await sql`update inbox_item set state = 'superseded', closed_at = ${now}, version = version + 1
    where practice = ${practice} and item_key = ${itemKey} and state = 'open'`.execute(step);
  await sql`update inbox_task set done_at = ${now}, done_by = 'replaced by a newer version'
    where practice = ${practice} and item_key = ${itemKey} and done_at is null`.execute(step);
  await sql`update inbox_filed set state = 'for-review', state_at = ${now}
    where practice = ${practice} and item_key = ${itemKey} and state = 'filed'`.execute(step);
  return itemKey;
}
