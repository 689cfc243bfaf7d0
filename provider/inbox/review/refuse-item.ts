// Refusing a whole message at review: nothing is filed, the sender is told. spec: messaging SG-14
import { tellAwaitingFiling } from '../awaiting-filing.ts';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand, visibleItem } from './access.ts';
import { close } from './complete.ts';
import { demandOpen, storeDecisions } from './decide.ts';
import { type Decision, type RefusalReason, refusalReasons } from './decision-rules.ts';
import { ledgerOutcomes } from './ledger.ts';
import { putNotice } from './notices.ts';
import { InboxRefusal } from './refusals.ts';
import { entryRows } from './rows.ts';

/** @throws InboxRefusal NOT_ALLOWED, NOT_FOUND, CLOSED, CHANGED, DECISION without a listed reason */
export async function refuseItem(
  { db, records, ports }: InboxRooms,
  practice: string,
  itemKey: number,
  version: number,
  refusal: { readonly reason: RefusalReason; readonly note?: string | undefined },
  user: StaffUser,
): Promise<void> {
  const { reason } = refusal;
  if (!refusalReasons.includes(reason)) {
    throw new InboxRefusal('DECISION', `a refusal needs a reason: ${refusalReasons.join(', ')}`, 'SG-14');
  }
  await inPractice(db, practice, async (step) => {
    const settings = await settingsOf(step, practice);
    demand(user, settings, 'reviewRoles');
    const item = await visibleItem(step, practice, itemKey, user, settings);
    demandOpen(item, version);
    const entries = await entryRows(step, practice, itemKey);
    const decisions = entries.map(
      ({ ref }): Decision => ({ ref, decision: 'refuse', reason, actionNote: refusal.note }),
    );
    const now = ports.now();
    await storeDecisions(step, practice, item, decisions, user, now);
    await close(step, practice, item, 'refused', user, now);
    await tellAwaitingFiling(step, records, practice, item.patient_key);
    const refused = new Map(decisions.map(({ ref, decision }) => [ref, { decision }]));
    await ledgerOutcomes(step, practice, item, entries, refused, [], now);
    await putNotice(step, practice, item, 'rejected', reason, settings.tellSender, now);
    await addEvents(step, practice, now, [
      { step: 'rejected', itemKey, messageKey: item.message_key, by: user, detail: { reason } },
    ]);
  });
}
