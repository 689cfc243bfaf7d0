// Who was shown a patient's record, or had it before them since an entry was filed, out of the practice's own audit; a
// page at a time, newest first. spec: national-service DCC-06, AUD-08, AUD-15
import { sql } from '@gp-connect/foundation/store';
import type { RecordReadOf, StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';
import { InboxRefusal } from './refusals.ts';

export interface ReadsWanted {
  readonly nhsNumber: string;
  /** ISO 8601: a day or an instant. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface ReadView
  extends Pick<RecordReadOf, 'at' | 'organisation' | 'role' | 'product' | 'areas' | 'purpose' | 'outcome'> {
  /** Number of the entry in the practice's audit log. */
  readonly read: number;
  readonly user: string | null;
}

export interface ReadsPage {
  readonly reads: readonly ReadView[];
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

export const MOST_READS = 200;
const USUAL_READS = 50;
const beginning = '1970-01-01T00:00:00.000Z';

const instant = (text: string): string => {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InboxRefusal('INPUT', 'from and to are days or instants');
  return at.toISOString();
};
/** A day given as the end is meant with its whole length. */
const endOf = (text: string): string =>
  text.length === 10 ? new Date(Date.parse(instant(text)) + 86_400_000).toISOString() : instant(text);

/** @throws InboxRefusal NOT_ALLOWED, NOT_FOUND where the patient is none of the practice's, INPUT */
export async function whoRead(
  rooms: InboxRooms,
  practice: string,
  wanted: ReadsWanted,
  user: StaffUser,
): Promise<ReadsPage> {
  demand(user, await settingsOf(rooms.db, practice), 'privacyRoles');
  if ((await rooms.records.findPatient(practice, wanted.nhsNumber)) === undefined) {
    throw new InboxRefusal('NOT_FOUND', 'There is no such patient at this practice');
  }
  return readsPage(rooms, practice, { ...wanted, need: 'asked by the practice' }, user);
}

/** The same for one filed entry: since it was filed. */
export async function whoReadFiled(
  rooms: InboxRooms,
  practice: string,
  filed: number,
  page: Pick<ReadsWanted, 'cursor' | 'limit'>,
  user: StaffUser,
): Promise<ReadsPage> {
  demand(user, await settingsOf(rooms.db, practice), 'privacyRoles');
  const found = await sql<{ nhs_number: string; filed_at: Date }>`select i.nhs_number, f.filed_at
    from inbox_filed f join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    where f.practice = ${practice} and f.filed_key = ${filed}`.execute(rooms.db);
  const row = found.rows[0];
  if (row === undefined) throw new InboxRefusal('NOT_FOUND', 'There is no such entry');
  const since = { nhsNumber: row.nhs_number, from: row.filed_at.toISOString() };
  return readsPage(rooms, practice, { ...page, ...since, need: `filed entry ${filed}` }, user);
}

async function readsPage(
  { ports }: InboxRooms,
  practice: string,
  wanted: ReadsWanted & { readonly need: string },
  user: StaffUser,
): Promise<ReadsPage> {
  const { nhsNumber, from, to, cursor, need } = wanted;
  const limit = Math.min(MOST_READS, Math.max(1, wanted.limit ?? USUAL_READS));
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
    throw new InboxRefusal('INPUT', 'cursor is not one this service gave');
  }
  if (ports.reads === undefined) throw new InboxRefusal('NOT_FOUND', 'This system keeps no audit of reads');
  const found = await ports.reads({
    practice,
    nhsNumber,
    from: from === undefined ? beginning : instant(from),
    to: to === undefined ? null : endOf(to),
    ...(cursor === undefined ? {} : { before: Number(cursor) }),
    // One more tells whether there is a next page.
    limit: limit + 1,
    actor: `${user.name} (${user.id}), ${user.role}`,
    need,
  });
  const shown = found.slice(0, limit);
  return {
    reads: shown.map(({ index, at, organisation, staff, role, product, areas, purpose, outcome }) => ({
      read: index,
      at,
      organisation: organisation && { ods: organisation.ods, name: organisation.name },
      user: staff,
      role,
      product,
      areas,
      purpose,
      outcome,
    })),
    next: found.length > limit ? String(shown.at(-1)!.index) : null,
  };
}
