// Decisions on the entries of an item, one by one. Two reviewers cannot overwrite each other unseen.
// spec: messaging §10.9, SG-02, SG-03, SG-14
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { type InboxSettings, settingsOf } from '../settings.ts';
import { demand, has, visibleItem } from './access.ts';
import { type Decision, decisionFault, mayAcceptAll, wholeMessage } from './decision-rules.ts';
import { InboxRefusal } from './refusals.ts';
import { entryRows, findingsOf, type ItemRow } from './rows.ts';

/** The item, open and at the version the reviewer looked at. @throws InboxRefusal CLOSED, CHANGED */
export function demandOpen(item: ItemRow, version: number): void {
  if (item.state !== 'open') throw new InboxRefusal('CLOSED', `The item is ${item.state}`);
  if (item.version !== version) {
    throw new InboxRefusal('CHANGED', 'Someone else has changed this item since you opened it');
  }
}

export async function nextVersion(
  step: InboxTransaction,
  practice: string,
  itemKey: number,
): Promise<number> {
  const found = await sql<{ version: number }>`update inbox_item set version = version + 1
    where practice = ${practice} and item_key = ${itemKey} returning version`.execute(step);
  return found.rows[0]!.version;
}

/**
 * Stores decisions; all or none. Answers the item's new version.
 * @throws InboxRefusal NOT_ALLOWED, NOT_FOUND, CLOSED, CHANGED, DECISION (with the rule that stands against it)
 */
export async function decide(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
  version: number,
  decisions: readonly Decision[],
  user: StaffUser,
): Promise<{ version: number }> {
  const { db, inbound, ports } = rooms;
  return inPractice(db, practice, async (step) => {
    const settings = await settingsOf(step, practice);
    demand(user, settings, 'reviewRoles');
    const item = await visibleItem(step, practice, itemKey, user, settings);
    demandOpen(item, version);
    const { stops } = await inbound.of(practice, step);
    await checkDecisions(step, practice, item, decisions, { settings, user, stops });
    await storeDecisions(step, practice, item, decisions, user, ports.now());
    return { version: await nextVersion(step, practice, itemKey) };
  });
}

interface Deciding {
  readonly settings: InboxSettings;
  readonly user: StaffUser;
  readonly stops: Parameters<typeof decisionFault>[1]['stops'];
}

export async function checkDecisions(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  decisions: readonly Decision[],
  { settings, user, stops }: Deciding,
): Promise<void> {
  const entries = new Map((await entryRows(step, practice, item.item_key)).map((row) => [row.ref, row]));
  const findings = await findingsOf(step, practice, item.item_key);
  for (const decision of decisions) {
    const entry = entries.get(decision.ref);
    if (entry === undefined && decision.ref !== wholeMessage) {
      throw new InboxRefusal('DECISION', 'The item has no such entry');
    }
    const fault = decisionFault(decision, {
      item,
      entry,
      findings: findings.filter(({ ref }) => ref === (entry?.ref ?? '')),
      isClinician: has(user, settings, 'clinicianRoles'),
      starredOverride: settings.starredOverride,
      stops,
    });
    if (fault !== undefined) {
      const what = entry === undefined ? 'the message' : `entry ${entry.position + 1}`;
      throw new InboxRefusal('DECISION', `${what}: ${fault.reason}`, fault.requirement);
    }
  }
}

export async function storeDecisions(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  decisions: readonly Decision[],
  user: StaffUser,
  now: Date,
): Promise<void> {
  for (const { ref, decision, reason = null, actionTaken = null, actionNote = null } of decisions) {
    await sql`insert into inbox_decision
      (practice, item_key, ref, decision, reason, action_taken, action_note, user_id, user_name, user_role, at)
      values (${practice}, ${item.item_key}, ${ref}, ${decision}, ${reason}, ${actionTaken}, ${actionNote},
        ${user.id}, ${user.name}, ${user.role}, ${now})`.execute(step);
  }
  await addEvents(
    step,
    practice,
    now,
    decisions.map(({ ref, decision, actionTaken, reason }) => ({
      step: 'decided' as const,
      itemKey: item.item_key,
      messageKey: item.message_key,
      by: user,
      // A reason in a clinician's own words stays with the decision; only a listed one is repeated here.
      detail: {
        ref,
        decision,
        actionTaken,
        ...(decision === 'refuse' ? { reason } : {}),
        ruleSet: item.rule_set_version,
      },
    })),
  );
}

/** Accepts every entry at once, where nothing was found above INFO. @throws InboxRefusal DECISION SG-02 */
export async function acceptAll(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
  version: number,
  user: StaffUser,
): Promise<{ version: number }> {
  const [entries, findings] = await Promise.all([
    entryRows(rooms.db, practice, itemKey),
    findingsOf(rooms.db, practice, itemKey),
  ]);
  if (!mayAcceptAll(findings)) {
    throw new InboxRefusal('DECISION', 'Something was found: decide on each entry', 'SG-02');
  }
  const decisions = entries.map(({ ref }): Decision => ({ ref, decision: 'accept' }));
  return decide(rooms, practice, itemKey, version, decisions, user);
}
