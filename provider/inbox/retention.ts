// How long messages are kept: as long as what was filed from them stands in the record, and never less than eight years.
// Only then their bytes and answers go; what happened to them stays in the chain of events. spec: messaging §9 A2
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from './events.ts';
import { inPractice } from './inbox-database.ts';
import type { InboxRooms } from './receiving/judge.ts';
import { settingsOf } from './settings.ts';

export const SHORTEST_YEARS = 8;
/** So many at a time: the rest is for the next round. */
const AT_ONCE = 200;

interface OldMessage {
  message_key: number;
  sha256: string;
}

/** Messages that are old enough, reviewed, and that nothing waits for. */
async function finished({ db }: InboxRooms, practice: string, before: Date): Promise<OldMessage[]> {
  const found = await sql<OldMessage>`select m.message_key, m.sha256 from inbox_message m
    join inbox_raw r on r.practice = m.practice and r.message_key = m.message_key
    where m.practice = ${practice} and m.received_at < ${before} and m.state <> 'held'
      and not exists (select 1 from inbox_item i where i.practice = m.practice and i.message_key = m.message_key
        and (i.state = 'open' or coalesce(i.closed_at, i.received_at) >= ${before}))
      and not exists (select 1 from inbox_task t where t.practice = m.practice and t.done_at is null
        and (t.message_key = m.message_key or t.item_key in (select i.item_key from inbox_item i
          where i.practice = m.practice and i.message_key = m.message_key)))
      and not exists (select 1 from inbox_outbox o where o.practice = m.practice and o.message_key = m.message_key
        and o.sent_at is null and o.failed is null)
      and not exists (select 1 from recall_item c join inbox_item i on i.practice = c.practice
        and c.entry like i.item_key || '.%' where c.practice = m.practice and i.message_key = m.message_key
        and c.outcome is null)
    order by m.message_key limit ${AT_ONCE}`.execute(db);
  return found.rows;
}

/** Whether anything filed from the message is still in the record, entered in error or not. */
async function standsInRecord(
  { db, records }: InboxRooms,
  practice: string,
  message: number,
): Promise<boolean> {
  const filed = await sql<{ type: string; id: string }>`select f.type, f.id
    from inbox_filed f join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    where f.practice = ${practice} and i.message_key = ${message}`.execute(db);
  for (const { type, id } of filed.rows) {
    if ((await records.resource(practice, type, id)) !== undefined) return true;
  }
  return false;
}

/** Deletes what need not be kept any longer. Answers how many messages went. */
export async function sweepMessages(rooms: InboxRooms, practice: string): Promise<number> {
  const { db, ports } = rooms;
  const { keepYears } = await settingsOf(db, practice);
  const now = ports.now();
  const before = new Date(now);
  before.setUTCFullYear(before.getUTCFullYear() - Math.max(SHORTEST_YEARS, keepYears));
  const going: OldMessage[] = [];
  for (const message of await finished(rooms, practice, before)) {
    if (!(await standsInRecord(rooms, practice, message.message_key))) going.push(message);
  }
  if (going.length === 0) return 0;
  const keys = going.map(({ message_key }) => message_key);
  await inPractice(db, practice, async (step) => {
    for (const table of ['inbox_raw', 'inbox_outbox']) {
      await sql`delete from ${sql.table(table)} where practice = ${practice}
        and message_key = any(${keys}::int[])`.execute(step);
    }
    await addEvents(
      step,
      practice,
      now,
      going.map(({ message_key, sha256 }) => ({
        step: 'expired' as const,
        messageKey: message_key,
        detail: { sha256, keepYears },
      })),
    );
  });
  return going.length;
}
