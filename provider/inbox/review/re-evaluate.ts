// When a new rule set comes: waiting items are judged again, filed ones are looked at again and never changed.
// spec: messaging SG-10, SG-11
import { sql } from '@gp-connect/foundation/store';
import { entriesOf } from '../entries.ts';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { RuleEvaluation, StaffUser } from '../ports.ts';
import { circumstances, type InboxRooms } from '../receiving/judge.ts';
import { placed } from '../receiving/proposal.ts';
import { putFindings } from '../receiving/put-item.ts';
import { recordContextOf } from '../receiving/record-context.ts';
import { settingsOf } from '../settings.ts';
import { type KeptFinding, priorityOf, weightOf } from '../severity.ts';
import { demand } from './access.ts';
import { findingsOf, type ItemRow } from './rows.ts';
import { storedMessage } from './stored-message.ts';

interface Evaluated {
  readonly evaluation: RuleEvaluation;
  readonly findings: readonly KeptFinding[];
}

async function evaluateAgain(
  rooms: InboxRooms,
  practice: string,
  item: ItemRow,
): Promise<Evaluated | undefined> {
  const { db, records, ports } = rooms;
  const patient = await records.findPatientByKey(practice, item.patient_key);
  if (patient === undefined) return undefined;
  const message = await storedMessage(rooms, practice, item.message_key);
  const document = message.document!;
  const record = {
    ...(await recordContextOf(records, practice, patient)),
    ...(await circumstances(rooms, practice, { patient }, message, item.item_key)),
    receivedAt: item.received_at.toISOString(),
  };
  const sentAt = message.header.timestamp;
  const evaluation = await ports.rules.evaluate(practice, document, sentAt, record, ports.now());
  const refs = new Set(entriesOf(document).map(({ ref }) => ref));
  return { evaluation, findings: placed(evaluation.findings, refs) };
}

/**
 * Judges waiting items of a practice again where their rule set is another than today's. Findings of the inbox itself
 * stay; decisions made on the findings before are taken back, refusals aside. Answers how many items were judged.
 */
export async function reEvaluate(rooms: InboxRooms, practice: string): Promise<number> {
  const { db, ports } = rooms;
  const version = await ports.rules.version(practice);
  const waiting = await sql<ItemRow>`select * from inbox_item
    where practice = ${practice} and state = 'open' and rule_set_version <> ${version}`.execute(db);
  let judged = 0;
  for (const item of waiting.rows) {
    const again = await evaluateAgain(rooms, practice, item);
    if (again === undefined) continue;
    judged += Number(await keepEvaluation(rooms, practice, item, again));
  }
  return judged;
}

async function keepEvaluation(
  { db, ports }: InboxRooms,
  practice: string,
  item: ItemRow,
  { evaluation, findings }: Evaluated,
): Promise<boolean> {
  const now = ports.now();
  return inPractice(db, practice, async (step) => {
    const before = await findingsOf(step, practice, item.item_key);
    const own = before.filter(({ ruleSetVersion }) => ruleSetVersion === 'inbox');
    const all = [...own, ...findings];
    const severity = weightOf(all);
    const urgent = all.some((finding) => finding.urgent);
    const changed = await sql`update inbox_item set severity = ${severity}, urgent = ${urgent},
        rule_set_version = ${evaluation.ruleSetVersion}, evaluated_at = ${now},
        not_evaluated = ${JSON.stringify(evaluation.notEvaluated)}, version = version + 1
      where practice = ${practice} and item_key = ${item.item_key} and state = 'open' and version = ${item.version}
      returning item_key`.execute(step);
    // A reviewer was quicker: the next round looks again.
    if (changed.rows.length === 0) return false;
    await sql`update inbox_finding set current = false where practice = ${practice}
      and item_key = ${item.item_key} and rule_set_version <> 'inbox' and current`.execute(step);
    await putFindings(step, practice, item.item_key, findings);
    // Decisions rested on the findings before: all but refusals are to be made again. None is erased.
    await sql`update inbox_decision set withdrawn_at = ${now} where practice = ${practice}
      and item_key = ${item.item_key} and decision <> 'refuse' and withdrawn_at is null`.execute(step);
    await sql`update inbox_task set priority = ${priorityOf(severity, urgent)}
      where practice = ${practice} and item_key = ${item.item_key} and done_at is null`.execute(step);
    await addEvents(step, practice, now, [
      {
        step: 're-evaluated',
        itemKey: item.item_key,
        detail: { from: item.rule_set_version, to: evaluation.ruleSetVersion },
      },
    ]);
    return true;
  });
}

export interface WouldFire {
  readonly item: number;
  readonly sender: string;
  readonly filedAt: string;
  readonly ref: string;
  readonly ruleId: string;
  readonly severity: string;
  readonly message: string;
}

/** Rules that would fire today on items filed since a day, and did not when they were filed. Nothing is changed. */
export async function lookBackByRules(
  rooms: InboxRooms,
  practice: string,
  since: Date,
  user: StaffUser,
): Promise<WouldFire[]> {
  const { db } = rooms;
  demand(user, await settingsOf(db, practice), 'leadRoles');
  const filed =
    await sql<ItemRow>`select * from inbox_item where practice = ${practice} and state = 'completed'
    and closed_at >= ${since} order by item_key limit 5000`.execute(db);
  const found: WouldFire[] = [];
  for (const item of filed.rows) {
    const again = await evaluateAgain(rooms, practice, item);
    const before = await findingsOf(db, practice, item.item_key);
    for (const finding of again?.findings ?? []) {
      // What the item itself put into the record is no finding about it.
      if (finding.ruleId.startsWith('DU-')) continue;
      if (before.some(({ ref, ruleId }) => ref === finding.ref && ruleId === finding.ruleId)) continue;
      found.push({
        item: item.item_key,
        sender: item.sender_ods,
        filedAt: item.closed_at!.toISOString(),
        ref: finding.ref,
        ruleId: finding.ruleId,
        severity: finding.severity,
        message: finding.message,
      });
    }
  }
  return found;
}
