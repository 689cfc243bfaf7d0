// When a new rule set comes: waiting items are judged again, filed ones are looked at again and never changed.
// spec: messaging SG-10, SG-11
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { RuleEvaluation, StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { putFindings } from '../receiving/put-item.ts';
import { settingsOf } from '../settings.ts';
import { type KeptFinding, priorityOf, weightOf } from '../severity.ts';
import { demand } from './access.ts';
import { amendedBefore, evaluateItem } from './judge-amendment.ts';
import { InboxRefusal } from './refusals.ts';
import { decisionsOf, findingsOf, type ItemRow } from './rows.ts';

interface Evaluated {
  readonly evaluation: RuleEvaluation;
  readonly findings: readonly KeptFinding[];
}

/**
 * Judges waiting items of a practice again where their rule set is another than today's. Findings of the inbox itself
 * stay; decisions made on the findings before are taken back, refusals aside. Answers how many items were judged.
 */
export async function reEvaluate(rooms: InboxRooms, practice: string, only?: number): Promise<number> {
  const { db, ports } = rooms;
  const version = await ports.rules.version(practice);
  const waiting = await sql<ItemRow>`select * from inbox_item
    where practice = ${practice} and state = 'open' and rule_set_version <> ${version}
      ${only === undefined ? sql`` : sql`and item_key = ${only}`}`.execute(db);
  let judged = 0;
  for (const item of waiting.rows) {
    const again = await evaluateItem(rooms, practice, item);
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

/**
 * Nothing is decided or filed on findings of rules that are no longer in force: the item is judged again first.
 * @throws InboxRefusal CHANGED where it was
 */
export async function demandCurrentRules(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
): Promise<void> {
  if ((await reEvaluate(rooms, practice, itemKey)) > 0) {
    throw new InboxRefusal(
      'CHANGED',
      'The rules have changed since this item was judged: look again',
      'SG-11',
    );
  }
}

export interface WouldFire {
  readonly item: number;
  readonly sender: string;
  readonly filedAt: string;
  readonly ref: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly severity: string;
  readonly message: string;
}

/** Rules that would fire today on items filed since a day, and did not when they were filed. Nothing is changed. */
export async function lookBackByRules(
  rooms: InboxRooms,
  practice: string,
  since: Date,
  user: StaffUser,
): Promise<readonly WouldFire[]> {
  demand(user, await settingsOf(rooms.db, practice), 'leadRoles');
  return (await wouldFire(rooms, practice, since)).hits;
}

const PAGE = 200;
/** More than anyone reads: the report says how many items were judged before it stopped. */
const MOST_HITS = 20_000;

export async function wouldFire(
  rooms: InboxRooms,
  practice: string,
  since: Date,
): Promise<{ readonly judged: number; readonly hits: readonly WouldFire[] }> {
  const hits: WouldFire[] = [];
  let judged = 0;
  for (let after = 0; ; ) {
    const filed = await sql<ItemRow>`select * from inbox_item where practice = ${practice}
      and state = 'completed' and closed_at >= ${since} and item_key > ${after}
      order by item_key limit ${PAGE}`.execute(rooms.db);
    for (const item of filed.rows) hits.push(...(await newlyFound(rooms, practice, item)));
    judged += filed.rows.length;
    if (filed.rows.length < PAGE || hits.length >= MOST_HITS) return { judged, hits };
    after = filed.rows.at(-1)!.item_key;
  }
}

async function newlyFound(rooms: InboxRooms, practice: string, item: ItemRow): Promise<WouldFire[]> {
  const { db } = rooms;
  const amended = amendedBefore(await decisionsOf(db, practice, item.item_key));
  const again = await evaluateItem(rooms, practice, item, amended);
  const before = await findingsOf(db, practice, item.item_key);
  return (again?.findings ?? []).flatMap((finding) => {
    const { ref, ruleId, ruleVersion, severity, message } = finding;
    // What the item itself put into the record is no finding about it.
    if (ruleId.startsWith('DU-')) return [];
    if (before.some((known) => known.ref === ref && known.ruleId === ruleId)) return [];
    const filedAt = item.closed_at!.toISOString();
    return [
      { item: item.item_key, sender: item.sender_ods, filedAt, ref, ruleId, ruleVersion, severity, message },
    ];
  });
}
