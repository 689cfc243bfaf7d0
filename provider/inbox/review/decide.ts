// Decisions on the entries of an item, one by one. Two reviewers cannot overwrite each other unseen.
// spec: messaging §10.9, SG-02, SG-03, SG-14
import { createHash } from 'node:crypto';
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { type InboxSettings, settingsOf } from '../settings.ts';
import { weightOf } from '../severity.ts';
import { demand, has, visibleItem } from './access.ts';
import { type AmendmentChanges, type JudgedAmendment, writeAmendment } from './amendment.ts';
import { type Decision, decisionFault, mayAcceptAll, wholeMessage } from './decision-rules.ts';
import { judgeAmendments } from './judge-amendment.ts';
import { demandCurrentRules } from './re-evaluate.ts';
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
  await demandCurrentRules(rooms, practice, itemKey);
  const amendments = await amendmentsIn(rooms, practice, itemKey, version, decisions, user);
  return inPractice(db, practice, async (step) => {
    const settings = await settingsOf(step, practice);
    demand(user, settings, 'reviewRoles');
    const item = await visibleItem(step, practice, itemKey, user, settings);
    demandOpen(item, version);
    const { stops } = await inbound.of(practice, step);
    await checkDecisions(step, practice, item, decisions, { settings, user, stops, amendments });
    await storeDecisions(step, practice, item, decisions, user, ports.now(), amendments);
    return { version: await nextVersion(step, practice, itemKey) };
  });
}

/** The amendments among decisions, judged before anything is stored: the item's version says they still hold. */
async function amendmentsIn(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
  version: number,
  decisions: readonly Decision[],
  user: StaffUser,
): Promise<ReadonlyMap<string, JudgedAmendment>> {
  const changes = new Map(
    decisions.flatMap(({ ref, decision, amendment }) =>
      decision === 'amend' && amendment !== undefined ? [[ref, amendment]] : [],
    ),
  );
  if (changes.size === 0) return new Map();
  const settings = await settingsOf(rooms.db, practice);
  demand(user, settings, 'reviewRoles');
  const item = await visibleItem(rooms.db, practice, itemKey, user, settings);
  demandOpen(item, version);
  const redecided = new Set(decisions.map(({ ref }) => ref));
  return judgeAmendments(rooms, practice, item, changes, redecided);
}

/**
 * What an entry would say with other values, and what the rules find on it then. Nothing is stored.
 * @throws InboxRefusal NOT_ALLOWED, NOT_FOUND, CLOSED, DECISION, AMENDMENT
 */
export async function checkAmendment(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
  { ref, amendment }: { readonly ref: string; readonly amendment: AmendmentChanges },
  user: StaffUser,
): Promise<AmendmentView> {
  const settings = await settingsOf(rooms.db, practice);
  demand(user, settings, 'clinicianRoles');
  const item = await visibleItem(rooms.db, practice, itemKey, user, settings);
  demandOpen(item, item.version);
  const judged = await judgeAmendments(rooms, practice, item, new Map([[ref, amendment]]));
  return amendmentView(judged.get(ref)!);
}

export const amendmentView = ({ changes, was, words, code, ownTerm, findings }: JudgedAmendment) => ({
  changes,
  was,
  text: words,
  code,
  term: ownTerm,
  severity: weightOf(findings),
  findings,
});
export type AmendmentView = ReturnType<typeof amendmentView>;

interface Deciding {
  readonly settings: InboxSettings;
  readonly user: StaffUser;
  readonly stops: Parameters<typeof decisionFault>[1]['stops'];
  /** By entry: what the rules say of those that were amended. */
  readonly amendments?: ReadonlyMap<string, JudgedAmendment>;
}

export async function checkDecisions(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  decisions: readonly Decision[],
  { settings, user, stops, amendments }: Deciding,
): Promise<void> {
  const entries = new Map((await entryRows(step, practice, item.item_key)).map((row) => [row.ref, row]));
  const findings = await findingsOf(step, practice, item.item_key);
  for (const decision of decisions) {
    const entry = entries.get(decision.ref);
    if (entry === undefined && decision.ref !== wholeMessage) {
      throw new InboxRefusal('DECISION', 'The item has no such entry');
    }
    const amended = decision.decision === 'amend' ? amendments?.get(decision.ref) : undefined;
    const fault = decisionFault(decision, {
      item,
      entry: entry && amended ? { kind: entry.kind, code: amended.code } : entry,
      findings: amended?.findings ?? findings.filter(({ ref }) => ref === (entry?.ref ?? '')),
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
  amendments: ReadonlyMap<string, JudgedAmendment> = new Map(),
): Promise<void> {
  for (const { ref, decision, reason = null, actionTaken = null, actionNote = null } of decisions) {
    const judged = decision === 'amend' ? amendments.get(ref) : undefined;
    const amendment = judged === undefined ? null : writeAmendment(judged);
    await sql`insert into inbox_decision
      (practice, item_key, ref, decision, reason, action_taken, action_note, amendment, user_id, user_name, user_role,
        at)
      values (${practice}, ${item.item_key}, ${ref}, ${decision}, ${reason}, ${actionTaken}, ${actionNote},
        ${amendment}, ${user.id}, ${user.name}, ${user.role}, ${now})`.execute(step);
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
        // The values stay with the decision; the seal here says they were not changed since.
        ...(amendments.has(ref) ? sealOf(amendments.get(ref)!) : {}),
        ruleSet: item.rule_set_version,
      },
    })),
  );
}

const sealOf = ({ changes, was, resource }: JudgedAmendment) => ({
  amended: Object.keys(changes).join(' '),
  amendmentSha256: createHash('sha256').update(JSON.stringify({ changes, was, resource })).digest('hex'),
});

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
