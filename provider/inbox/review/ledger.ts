// The inbox's entries as the recall desk searches them. spec: national-service INC-03, INC-04; messaging SG-12
import { decimalNumber } from '@gp-connect/foundation/fhir';
import { contractTables } from '@gp-connect/foundation/plausibility';
import { sql } from '@gp-connect/foundation/store';
import { type LedgerEntry, writeLedger } from '../../recall/index.ts';
import { fieldOf } from '../entry-field.ts';
import type { FiledResource } from '../filing/compose-record.ts';
import type { InboxTransaction } from '../inbox-database.ts';
import type { DecisionRow, EntryRow, ItemRow } from './rows.ts';

/** The entry's name within its practice. */
export const entryKeyOf = (itemKey: number, position: number): string => `${itemKey}.${position}`;

interface MessageRow {
  message_id: string | null;
  mesh_id: string;
  sent_at: Date | null;
  sender_product: string | null;
  sender_version: string | null;
}

type Undecided = Omit<LedgerEntry, 'decision' | 'decidedAt' | 'filedAs'>;

async function undecided(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  entries: readonly EntryRow[],
): Promise<Undecided[]> {
  const found = await sql<MessageRow>`select message_id, mesh_id, sent_at, sender_product, sender_version
    from inbox_message where practice = ${practice} and message_key = ${item.message_key}`.execute(step);
  const sent = found.rows[0];
  const receivedAt = item.received_at.toISOString();
  return entries.map((entry) => ({
    entry: entryKeyOf(item.item_key, entry.position),
    message: sent?.message_id ?? sent?.mesh_id ?? '',
    meshMessage: sent?.mesh_id ?? null,
    product: item.product.startsWith('send-document') ? 'send-document' : item.product,
    senderOds: item.sender_ods,
    senderProduct:
      sent?.sender_product == null ? null : { name: sent.sender_product, version: sent.sender_version ?? '' },
    service: item.service,
    field: fieldOf(entry),
    code: entry.code,
    value: measuredValue(entry),
    sentAt: sent?.sent_at?.toISOString() ?? receivedAt,
    receivedAt,
  }));
}

type Measured = { code?: { coding?: { code?: string }[] }; valueQuantity?: { value?: unknown } };

/** The figure of an observation; of a blood pressure its systolic. */
function measuredValue({ kind, resource }: EntryRow): number | null {
  if (kind !== 'observation') return null;
  const { component = [], ...own } = JSON.parse(resource) as Measured & { component?: Measured[] };
  const systolic = component.find(({ code }) =>
    (code?.coding ?? []).some((coding) => contractTables.systolicCodes.has(coding.code ?? '')),
  );
  return decimalNumber((own.valueQuantity ?? systolic?.valueQuantity)?.value as never) ?? null;
}

/** Entries of a new item: all pending. */
export async function ledgerArrivals(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  entries: readonly EntryRow[],
): Promise<void> {
  const open = await undecided(step, practice, item, entries);
  await writeLedger(
    step,
    practice,
    open.map((entry) => ({ ...entry, decision: null, decidedAt: null, filedAs: null })),
  );
}

const outcomes: Readonly<Record<DecisionRow['decision'], LedgerEntry['decision']>> = {
  accept: 'filed',
  override: 'filed',
  amend: 'amended',
  'text-only': 'amended',
  refuse: 'rejected',
};

/** What became of the entries of an item, and where in the record they are. */
export async function ledgerOutcomes(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  entries: readonly EntryRow[],
  decisions: ReadonlyMap<string, Pick<DecisionRow, 'decision'>>,
  filed: readonly FiledResource[],
  now: Date,
): Promise<void> {
  const open = await undecided(step, practice, item, entries);
  await writeLedger(
    step,
    practice,
    open.map((entry, at) => {
      const { ref } = entries[at]!;
      const resource = filed.find((one) => one.ref === ref && one.type !== 'Medication');
      const { decision } = decisions.get(ref)!;
      return {
        ...entry,
        decision: outcomes[decision],
        decidedAt: now.toISOString(),
        filedAs:
          resource === undefined
            ? null
            : { patientKey: item.patient_key, type: resource.type, id: resource.id },
      };
    }),
  );
}
