// A filed entry found to be wrong or another person's, or everything one sender sent about a patient: one action takes it
// out of every output at once, and says who has read the record since. spec: national-service DCC-05, DCC-06, INC-07
import { sql } from '@gp-connect/foundation/store';
import { entryLedger } from '../../recall/index.ts';
import { addEvents, type InboxEvent } from '../events.ts';
import { type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { RecordAccess, StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';
import { entryKeyOf } from './ledger.ts';
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

/** One patient's entries from one sender. */
export interface FromSender {
  readonly nhsNumber: string;
  /** ODS code. */
  readonly sender: string;
  /** ISO 8601; by when the message came. `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Quarantined {
  /** Entries of the record that were meant, and those that were not withheld before. */
  readonly filed: number;
  readonly withheld: number;
  /** Waiting entries that can no longer be filed. */
  readonly waiting: number;
  readonly readers: readonly RecordAccess[];
}

/** Quarantines of one entry and of a sender stand apart: lifting one leaves the other. */
const causeOfEntry = 'inbox';
const causeOfSender = (sender: string): string => `inbox-sender:${sender}`;

const columns = sql`f.filed_key, f.item_key, f.patient_key, f.type, f.id, f.state, f.filed_at, i.nhs_number`;

async function entriesWith({ db }: InboxRooms, practice: string, filed: number): Promise<EntryOfItem[]> {
  const found = await sql<EntryOfItem>`select ${columns}
    from inbox_filed named
    join inbox_filed f on f.practice = named.practice and f.item_key = named.item_key and f.ref = named.ref
    join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    where named.practice = ${practice} and named.filed_key = ${filed} order by f.filed_key`.execute(db);
  if (found.rows.length === 0) throw new InboxRefusal('NOT_FOUND', 'There is no such entry');
  return found.rows;
}

const meant = (practice: string, { nhsNumber, sender, from, to }: FromSender) => sql`i.practice = ${practice}
  and i.nhs_number = ${nhsNumber} and i.sender_ods = ${sender}
  ${from === undefined ? sql`` : sql`and i.received_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and i.received_at < ${to}`}`;

async function filedFrom(step: InboxTransaction, practice: string, from: FromSender): Promise<EntryOfItem[]> {
  const found = await sql<EntryOfItem>`select ${columns}
    from inbox_item i join inbox_filed f on f.practice = i.practice and f.item_key = i.item_key
    where ${meant(practice, from)} order by f.filed_key`.execute(step);
  return found.rows;
}

async function waitingFrom(step: InboxTransaction, practice: string, from: FromSender): Promise<string[]> {
  const found = await sql<{ item_key: number; position: number }>`select e.item_key, e.position
    from inbox_item i join inbox_entry e on e.practice = i.practice and e.item_key = i.item_key
    where ${meant(practice, from)} and i.state = 'open' order by e.item_key, e.position`.execute(step);
  return found.rows.map(({ item_key, position }) => entryKeyOf(item_key, position));
}

/** What was filed and what waits. @throws InboxRefusal NOT_FOUND where it is neither */
async function cameFrom(step: InboxTransaction, practice: string, from: FromSender) {
  const entries = await filedFrom(step, practice, from);
  const waiting = await waitingFrom(step, practice, from);
  if (entries.length + waiting.length === 0) {
    throw new InboxRefusal('NOT_FOUND', 'Nothing of this patient came from this sender');
  }
  return { entries, waiting };
}

const keysOf = (entries: readonly EntryOfItem[]) =>
  entries.map(({ patient_key, type, id }) => ({ patientKey: patient_key, type, id }));

const demandReason = (reason: string): void => {
  if (reason.trim() === '') throw new InboxRefusal('INPUT', 'A reason is needed', 'DCC-06');
};

/** Withholds the entry from all outputs, and answers who has read the record since it was filed. */
export async function quarantineEntry(
  rooms: InboxRooms,
  practice: string,
  filed: number,
  reason: string,
  user: StaffUser,
): Promise<Pick<Quarantined, 'withheld' | 'readers'>> {
  demand(user, await settingsOf(rooms.db, practice), 'reviewRoles');
  demandReason(reason);
  const entries = await entriesWith(rooms, practice, filed);
  const withheld = await inPractice(rooms.db, practice, (step) =>
    withhold(rooms, step, practice, entries, causeOfEntry, [
      { step: 'quarantined', itemKey: entries[0]!.item_key, by: user, detail: { filed, reason } },
    ]),
  );
  return { withheld, readers: await readersOf(rooms, practice, entries) };
}

/** Lets the entry out again, unless another quarantine holds it. */
export async function releaseEntry(
  rooms: InboxRooms,
  practice: string,
  filed: number,
  reason: string,
  user: StaffUser,
): Promise<void> {
  demand(user, await settingsOf(rooms.db, practice), 'clinicianRoles');
  const entries = await entriesWith(rooms, practice, filed);
  await inPractice(rooms.db, practice, (step) =>
    letOut(rooms, step, practice, entries, causeOfEntry, [
      { step: 'released', itemKey: entries[0]!.item_key, by: user, detail: { filed, reason } },
    ]),
  );
}

/** Withholds what was filed, and holds what waits. @throws InboxRefusal NOT_ALLOWED, NOT_FOUND, INPUT */
export async function quarantineSender(
  rooms: InboxRooms,
  practice: string,
  from: FromSender,
  reason: string,
  user: StaffUser,
): Promise<Quarantined> {
  demand(user, await settingsOf(rooms.db, practice), 'reviewRoles');
  demandReason(reason);
  const cause = causeOfSender(from.sender);
  const { entries, ...counts } = await inPractice(rooms.db, practice, async (step) => {
    const { entries, waiting } = await cameFrom(step, practice, from);
    await entryLedger.hold(step, practice, waiting, cause);
    const counts = { filed: entries.length, waiting: waiting.length };
    const withheld = await withhold(rooms, step, practice, entries, cause, [
      { step: 'quarantined', by: user, detail: { sender: from.sender, ...counts, reason } },
    ]);
    return { entries, withheld, ...counts };
  });
  return { ...counts, readers: await readersOf(rooms, practice, entries) };
}

/** @throws InboxRefusal NOT_ALLOWED, NOT_FOUND */
export async function releaseSender(
  rooms: InboxRooms,
  practice: string,
  from: Pick<FromSender, 'nhsNumber' | 'sender'>,
  reason: string,
  user: StaffUser,
): Promise<{ readonly filed: number; readonly released: number; readonly waiting: number }> {
  demand(user, await settingsOf(rooms.db, practice), 'clinicianRoles');
  const cause = causeOfSender(from.sender);
  return inPractice(rooms.db, practice, async (step) => {
    const { entries, waiting } = await cameFrom(step, practice, from);
    await entryLedger.release(step, practice, waiting, cause);
    const counts = { filed: entries.length, waiting: waiting.length };
    const released = await letOut(rooms, step, practice, entries, cause, [
      { step: 'released', by: user, detail: { sender: from.sender, ...counts, reason } },
    ]);
    return { ...counts, released };
  });
}

async function withhold(
  { records, ports }: InboxRooms,
  step: InboxTransaction,
  practice: string,
  entries: readonly EntryOfItem[],
  cause: string,
  events: readonly InboxEvent[],
): Promise<number> {
  const added = entries.length === 0 ? 0 : await records.quarantine(step, practice, keysOf(entries), cause);
  await sql`update inbox_filed set state = 'quarantined', state_at = ${ports.now()}
    where practice = ${practice} and state in ('filed', 'for-review')
      and filed_key = any(${entries.map(({ filed_key }) => filed_key)}::int[])`.execute(step);
  await addEvents(step, practice, ports.now(), events);
  return added;
}

async function letOut(
  { records, ports }: InboxRooms,
  step: InboxTransaction,
  practice: string,
  entries: readonly EntryOfItem[],
  cause: string,
  events: readonly InboxEvent[],
): Promise<number> {
  const lifted =
    entries.length === 0 ? 0 : await records.liftQuarantine(step, practice, keysOf(entries), cause);
  await sql`update inbox_filed f set state = 'filed', state_at = ${ports.now()}
    where f.practice = ${practice} and f.state = 'quarantined'
      and f.filed_key = any(${entries.map(({ filed_key }) => filed_key)}::int[])
      and not exists (select 1 from quarantined_entry q where q.practice = f.practice
        and q.patient_key = f.patient_key and q.type = f.type and q.id = f.id)`.execute(step);
  await addEvents(step, practice, ports.now(), events);
  return lifted;
}

async function readersOf(
  { ports }: InboxRooms,
  practice: string,
  entries: readonly EntryOfItem[],
): Promise<readonly RecordAccess[]> {
  const [first] = entries.toSorted((a, b) => a.filed_at.getTime() - b.filed_at.getTime());
  return first === undefined
    ? []
    : ((await ports.readersSince?.(practice, first.nhs_number, first.filed_at)) ?? []);
}
