// A filed entry found to be wrong or another person's: one action takes it out of every output at once, and says who
// has read the record since. spec: national-service DCC-05, DCC-06
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { RecordAccess, StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';
import { InboxRefusal } from './refusals.ts';

interface EntryOfItem {
  filed_key: number;
  item_key: number;
  patient_key: number;
  type: string;
  id: string;
  state: string;
  filed_at: Date;
  nhs_number: string;
}

const cause = 'inbox';

async function entriesWith(rooms: InboxRooms, practice: string, filed: number): Promise<EntryOfItem[]> {
  const found =
    await sql<EntryOfItem>`select f.filed_key, f.item_key, f.patient_key, f.type, f.id, f.state, f.filed_at,
      i.nhs_number
    from inbox_filed named
    join inbox_filed f on f.practice = named.practice and f.item_key = named.item_key and f.ref = named.ref
    join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    where named.practice = ${practice} and named.filed_key = ${filed} order by f.filed_key`.execute(rooms.db);
  return found.rows;
}

/** Withholds the entry from all outputs, and answers who has read the record since it was filed. */
export async function quarantineEntry(
  rooms: InboxRooms,
  practice: string,
  filed: number,
  reason: string,
  user: StaffUser,
): Promise<{ readonly withheld: number; readonly readers: readonly RecordAccess[] }> {
  const { db, records, ports } = rooms;
  demand(user, await settingsOf(db, practice), 'reviewRoles');
  if (reason.trim() === '') throw new InboxRefusal('INPUT', 'A reason is needed', 'DCC-06');
  const entries = await entriesWith(rooms, practice, filed);
  const [first] = entries;
  if (first === undefined) throw new InboxRefusal('NOT_FOUND', 'There is no such entry');
  const withheld = await inPractice(db, practice, async (step) => {
    const keys = entries.map(({ patient_key, type, id }) => ({ patientKey: patient_key, type, id }));
    const added = await records.quarantine(step, practice, keys, cause);
    await setState(rooms, practice, entries, 'filed', 'quarantined', step);
    await addEvents(step, practice, ports.now(), [
      { step: 'quarantined', itemKey: first.item_key, by: user, detail: { filed, reason } },
    ]);
    return added;
  });
  const readers = (await ports.readersSince?.(practice, first.nhs_number, first.filed_at)) ?? [];
  return { withheld, readers };
}

/** Lets the entry out again. */
export async function releaseEntry(
  rooms: InboxRooms,
  practice: string,
  filed: number,
  reason: string,
  user: StaffUser,
): Promise<void> {
  const { db, records, ports } = rooms;
  demand(user, await settingsOf(db, practice), 'clinicianRoles');
  const entries = await entriesWith(rooms, practice, filed);
  const [first] = entries;
  if (first === undefined) throw new InboxRefusal('NOT_FOUND', 'There is no such entry');
  await inPractice(db, practice, async (step) => {
    const keys = entries.map(({ patient_key, type, id }) => ({ patientKey: patient_key, type, id }));
    await records.liftQuarantine(step, practice, keys, cause);
    await setState(rooms, practice, entries, 'quarantined', 'filed', step);
    await addEvents(step, practice, ports.now(), [
      { step: 'released', itemKey: first.item_key, by: user, detail: { filed, reason } },
    ]);
  });
}

async function setState(
  { ports }: InboxRooms,
  practice: string,
  entries: readonly EntryOfItem[],
  from: string,
  to: string,
  step: Parameters<typeof addEvents>[0],
): Promise<void> {
  const keys = entries.map(({ filed_key }) => filed_key);
  await sql`update inbox_filed set state = ${to}, state_at = ${ports.now()}
    where practice = ${practice} and filed_key = any(${keys}::int[]) and state = ${from}`.execute(step);
}
