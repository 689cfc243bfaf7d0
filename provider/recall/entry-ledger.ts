// Received entries in a table of their own: who sent what kind of thing when, and what became of it. No text, no names:
// the code, and where in the record it was filed. spec: national-service INC-03, INC-04; messaging SG-12
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { RecordTransaction } from '../record/index.ts';
import type { FiledEntries, ReceivedEntry } from './filed-entries.ts';
import { type ResolvedSelector, versionIn } from './selector.ts';

/** A received entry as the inbox writes it. Times are ISO 8601. */
export interface LedgerEntry {
  readonly entry: string;
  readonly message: string;
  /** The id MESH gave the message, where it came that way. */
  readonly meshMessage?: string | null;
  /** `update-record` or `send-document`. */
  readonly product: string;
  readonly senderOds: string;
  readonly senderProduct: { readonly name: string; readonly version: string } | null;
  readonly service: string | null;
  /** What it says something about, e.g. `pregnancy-status`. */
  readonly field: string | null;
  readonly code: string | null;
  readonly value: number | null;
  readonly sentAt: string;
  readonly receivedAt: string;
  readonly decision: 'filed' | 'amended' | 'rejected' | null;
  readonly decidedAt: string | null;
  readonly filedAs: { readonly patientKey: number; readonly type: string; readonly id: string } | null;
}

/** Writes entries as they come in, or anew when something was decided about them. */
export async function writeLedger(
  db: RecordTransaction,
  practice: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const column = (name: string, type: string, value: (entry: LedgerEntry) => unknown) =>
    [name, type, entries.map(value)] as const;
  await unnestInsert(
    'received_entry',
    [
      column('practice', 'text', () => practice),
      column('entry', 'text', ({ entry }) => entry),
      column('message', 'text', ({ message }) => message),
      column('mesh_message', 'text', ({ meshMessage }) => meshMessage ?? null),
      column('product', 'text', ({ product }) => product),
      column('sender_ods', 'text', ({ senderOds }) => senderOds),
      column('sender_product', 'text', ({ senderProduct }) => senderProduct?.name ?? null),
      column('sender_version', 'text', ({ senderProduct }) => senderProduct?.version ?? null),
      column('service', 'text', ({ service }) => service),
      column('field', 'text', ({ field }) => field),
      column('code', 'text', ({ code }) => code),
      column('value', 'double precision', ({ value }) => value),
      column('sent_at', 'timestamptz', ({ sentAt }) => sentAt),
      column('received_at', 'timestamptz', ({ receivedAt }) => receivedAt),
      column('decision', 'text', ({ decision }) => decision),
      column('decided_at', 'timestamptz', ({ decidedAt }) => decidedAt),
      column('patient_key', 'int', ({ filedAs }) => filedAs?.patientKey ?? null),
      column('type', 'text', ({ filedAs }) => filedAs?.type ?? null),
      column('id', 'text', ({ filedAs }) => filedAs?.id ?? null),
    ],
    sql`on conflict (practice, entry) do update set decision = excluded.decision, decided_at = excluded.decided_at,
      patient_key = excluded.patient_key, type = excluded.type, id = excluded.id`,
  ).execute(db);
}

interface Row {
  entry: string;
  message: string;
  sender_ods: string;
  code: string | null;
  state: ReceivedEntry['state'];
  decided_at: Date | null;
  patient_key: number | null;
  type: string | null;
  id: string | null;
}

const toEntry = (row: Row): ReceivedEntry => {
  const inRecord = row.state === 'filed' || row.state === 'amended';
  return {
    entry: row.entry,
    message: row.message,
    senderOds: row.sender_ods,
    code: row.code,
    state: row.state,
    filedAt: inRecord && row.decided_at ? new Date(row.decided_at).toISOString() : null,
    filedAs:
      inRecord && row.patient_key !== null
        ? { patientKey: row.patient_key, type: row.type!, id: row.id! }
        : null,
  };
};

const members = sql`entry, message, sender_ods, code, decided_at, patient_key, type, id`;
const comparators = { lt: sql`<`, le: sql`<=`, eq: sql`=`, ge: sql`>=`, gt: sql`>` };
const oneOf = (column: string, values: readonly string[]) =>
  values.length === 0 ? sql`` : sql`and ${sql.ref(column)} = any(${[...values]}::text[])`;

/** What a recall may call several services by one name. spec: messaging §6.1, national-service ORG-03 */
const servicesOf: Readonly<Record<string, readonly string[]>> = {
  'pharmacy-first': ['pharmacy-first', 'minor-illness', 'urgent-supply'],
};
const servicesMeant = (names: readonly string[]): string[] =>
  names.flatMap((name) => servicesOf[name] ?? [name]);

/** By the sender's id, with or without `urn:uuid:`, or by MESH's. */
function messageNamed(ids: readonly string[]) {
  if (ids.length === 0) return sql``;
  const bare = ids.map((id) => id.replace(/^urn:uuid:/i, ''));
  const all = [...new Set([...ids, ...bare, ...bare.map((id) => id.toLowerCase())])];
  return sql`and (message = any(${all}::text[]) or mesh_message = any(${all}::text[]))`;
}

export const entryLedger: FiledEntries = {
  async search(db, practice, selector, asAt) {
    const versions = await versionsInRange(db, practice, selector);
    const { valuePredicate } = selector;
    const found = await sql<Row>`select * from (
      select ${members}, case when decided_at is null or decided_at > ${asAt} then 'pending' else decision end as state
      from received_entry
      where practice = ${practice} and product = ${selector.product}
        and sent_at >= ${selector.sentFrom} and sent_at <= ${selector.sentTo} and received_at <= ${asAt}
        ${oneOf('code', selector.codes)} ${oneOf('sender_ods', selector.senderOds)}
        ${oneOf('service', servicesMeant(selector.services))} ${oneOf('field', selector.fields)}
        ${messageNamed(selector.messageIds)}
        ${
          versions === undefined
            ? sql``
            : sql`and sender_product = ${selector.senderProduct!.name} and sender_version = any(${versions}::text[])`
        }
        ${valuePredicate ? sql`and value ${comparators[valuePredicate.comparator]} ${valuePredicate.value}` : sql``}
      ) entries where state = any(${[...selector.entryState]}::text[]) order by entry`.execute(db);
    return found.rows.map(toEntry);
  },

  async current(db, practice, entries) {
    if (entries.length === 0) return new Map();
    const found = await sql<Row>`select ${members}, coalesce(decision, 'pending') as state from received_entry
      where practice = ${practice} and entry = any(${[...entries]}::text[]) order by entry for update`.execute(
      db,
    );
    return new Map(found.rows.map((row) => [row.entry, toEntry(row)]));
  },

  async hold(db, practice, entries, cause) {
    if (entries.length === 0) return;
    await sql`insert into received_entry_hold (practice, entry, cause)
      select ${practice}, entry, ${cause} from unnest(${[...entries]}::text[]) as given (entry)
      on conflict do nothing`.execute(db);
  },

  async release(db, practice, entries, cause) {
    if (entries.length === 0) return;
    await sql`delete from received_entry_hold where practice = ${practice} and cause = ${cause}
      and entry = any(${[...entries]}::text[])`.execute(db);
  },

  async reject(db, practice, entry, at) {
    await sql`update received_entry set decision = 'rejected', decided_at = ${at}
      where practice = ${practice} and entry = ${entry} and decision is null`.execute(db);
  },
};

/** Versions of the sender's product seen at this practice that the range covers; undefined where none is asked for. */
async function versionsInRange(
  db: RecordTransaction,
  practice: string,
  { senderProduct }: ResolvedSelector,
): Promise<string[] | undefined> {
  if (!senderProduct) return undefined;
  const seen = await sql<{ version: string }>`select distinct sender_version as version from received_entry
    where practice = ${practice} and sender_product = ${senderProduct.name} and sender_version is not null`.execute(
    db,
  );
  return seen.rows
    .map(({ version }) => version)
    .filter((version) => versionIn(senderProduct.versionRange, version));
}

/** Whether a waiting entry may be accepted: no recall holds it. For the inbox, inside its own transaction. */
export async function isHeld(db: RecordTransaction, practice: string, entry: string): Promise<boolean> {
  const found = await sql`select 1 from received_entry_hold
    where practice = ${practice} and entry = ${entry} limit 1`.execute(db);
  return found.rows.length > 0;
}
