// Looking back over what was filed: by code, sender, period or message; tasks for many at once, and marking many as
// entered in error under a clinician's confirmation. spec: messaging SG-12; national-service INC-10
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { afterWorkingDays } from '../working-days.ts';
import { demand } from './access.ts';
import { InboxRefusal } from './refusals.ts';

export interface LookBack {
  readonly code?: string | undefined;
  readonly sender?: string | undefined;
  /** ISO 8601; by the day the message came. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** MessageHeader.id or MESH id. */
  readonly messageId?: string | undefined;
}

interface FiledRow {
  filed_key: number;
  item_key: number;
  ref: string;
  type: string;
  id: string;
  patient_key: number;
  code: string | null;
  own_term: string | null;
  sent_term: string | null;
  filed_as: string;
  state: string;
  filed_at: Date;
  sender_ods: string;
  sender_name: string;
  service: string | null;
  encounter_at: string | null;
  message_id: string | null;
  patient_id: string;
}

export interface FiledView {
  readonly filed: number;
  readonly item: number;
  readonly resource: string;
  readonly code: string | null;
  /** The practice's own term, else the sender's. */
  readonly term: string | null;
  readonly as: string;
  readonly state: string;
  readonly filedAt: string;
  readonly sender: { readonly ods: string; readonly name: string };
  readonly service: string | null;
  readonly encounterAt: string | null;
  readonly messageId: string | null;
  readonly patientId: string;
}

const filedView = (row: FiledRow): FiledView => ({
  filed: row.filed_key,
  item: row.item_key,
  resource: `${row.type}/${row.id}`,
  code: row.code,
  term: row.own_term ?? row.sent_term ?? null,
  as: row.filed_as,
  state: row.state,
  filedAt: row.filed_at.toISOString(),
  sender: { ods: row.sender_ods, name: row.sender_name },
  service: row.service,
  encounterAt: row.encounter_at,
  messageId: row.message_id,
  patientId: row.patient_id,
});

/** Everything filed that fits, newest first. That it was searched is kept, what was found is not. */
export async function lookBack(
  { db, ports }: InboxRooms,
  practice: string,
  wanted: LookBack,
  user: StaffUser,
): Promise<FiledView[]> {
  demand(user, await settingsOf(db, practice), 'leadRoles');
  const { code, sender, from, to, messageId } = wanted;
  const found =
    await sql<FiledRow>`select f.*, i.sender_ods, i.sender_name, i.service, i.encounter_at, i.patient_id,
      m.message_id, e.own_term, e.sent_term
    from inbox_filed f
    join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    left join inbox_entry e on e.practice = f.practice and e.item_key = f.item_key and e.ref = f.ref
    join inbox_message m on m.practice = i.practice and m.message_key = i.message_key
    where f.practice = ${practice}
      ${code === undefined ? sql`` : sql`and f.code = ${code}`}
      ${sender === undefined ? sql`` : sql`and i.sender_ods = ${sender}`}
      ${from === undefined ? sql`` : sql`and i.received_at >= ${from}`}
      ${to === undefined ? sql`` : sql`and i.received_at < ${to}`}
      ${messageId === undefined ? sql`` : sql`and (m.message_id = ${messageId.toLowerCase()} or m.mesh_id = ${messageId})`}
    order by f.filed_key desc limit 20000`.execute(db);
  await inPractice(db, practice, (step) =>
    addEvents(step, practice, ports.now(), [
      { step: 'searched', by: user, detail: { ...wanted, found: found.rows.length } },
    ]),
  );
  return found.rows.map(filedView);
}

async function filedRows({ db }: InboxRooms, practice: string, keys: readonly number[]): Promise<FiledRow[]> {
  if (keys.length === 0) return [];
  const found =
    await sql<FiledRow>`select f.*, i.sender_ods, i.sender_name, i.service, i.encounter_at, i.patient_id,
      null as message_id
    from inbox_filed f join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    where f.practice = ${practice} and f.filed_key = any(${[...keys]}::int[]) order by f.filed_key`.execute(
      db,
    );
  return found.rows;
}

/** One task for each entry, due like a message for action. Answers how many were made. */
export async function makeTasks(
  rooms: InboxRooms,
  practice: string,
  filed: readonly number[],
  note: string,
  user: StaffUser,
): Promise<number> {
  const { db, ports } = rooms;
  const settings = await settingsOf(db, practice);
  demand(user, settings, 'leadRoles');
  const rows = await filedRows(rooms, practice, filed);
  const now = ports.now();
  await inPractice(db, practice, async (step) => {
    for (const { item_key, filed_key } of rows) {
      await sql`insert into inbox_task
        (practice, kind, item_key, purpose, priority, restricted, note, created_at, due_at)
        values (${practice}, 'look-back', ${item_key}, 'action', 2, false, ${`Entry ${filed_key}: ${note}`}, ${now},
          ${afterWorkingDays(now, settings.workingDaysForAction)})`.execute(step);
    }
    await addEvents(step, practice, now, [{ step: 'tasked', by: user, detail: { lookBack: rows.length } }]);
  });
  return rows.length;
}

/**
 * Marks entries as entered in error, all or none. `confirmed` is the number of entries the clinician was shown: any
 * other number changes nothing. Resources made of the same entry (a medicine and its plan) are marked together.
 * @throws InboxRefusal NOT_ALLOWED, INPUT
 */
export async function markEnteredInError(
  rooms: InboxRooms,
  practice: string,
  filed: readonly number[],
  confirmation: { readonly confirmed: number; readonly reason: string },
  user: StaffUser,
): Promise<number> {
  const { db, records, ports } = rooms;
  demand(user, await settingsOf(db, practice), 'clinicianRoles');
  const distinct = [...new Set(filed)];
  if (confirmation.confirmed !== distinct.length) {
    throw new InboxRefusal(
      'INPUT',
      `You confirmed ${confirmation.confirmed} entries, ${distinct.length} are named`,
      'SG-12',
    );
  }
  if (confirmation.reason.trim() === '') throw new InboxRefusal('INPUT', 'A reason is needed', 'SG-12');
  const rows = await filedRows(rooms, practice, distinct);
  if (rows.length !== distinct.length)
    throw new InboxRefusal('INPUT', 'Some entries are not of this practice');
  const now = ports.now();
  return inPractice(db, practice, async (step) => {
    let marked = 0;
    const done = new Set<string>();
    for (const row of rows) {
      const together = await sql<FiledRow>`select * from inbox_filed where practice = ${practice}
        and item_key = ${row.item_key} and ref = ${row.ref} and state <> 'entered-in-error'`.execute(step);
      for (const one of together.rows) {
        const key = `${one.type}/${one.id}`;
        await sql`update inbox_filed set state = 'entered-in-error', state_at = ${now}
          where practice = ${practice} and filed_key = ${one.filed_key}`.execute(step);
        // A Medication says nothing about the patient by itself and has no such status.
        if (one.type !== 'Medication' && !done.has(key)) {
          await records.markEnteredInError(step, practice, one.patient_key, one.type, one.id);
        }
        done.add(key);
      }
      marked += 1;
    }
    await addEvents(step, practice, now, [
      {
        step: 'entered-in-error',
        by: user,
        detail: { entries: marked, filed: distinct.join(' ').slice(0, 2_000), reason: confirmation.reason },
      },
    ]);
    return marked;
  });
}
