// A clinician of the practice settles work items: wrong, corrected, or right after all. Only this changes the record.
// spec: national-service INC-07…INC-11; messaging SG-12, SG-14
import { randomUUID } from 'node:crypto';
import { sql } from '@gp-connect/foundation/store';
import type { PracticeAudit } from '../audit/index.ts';
import type { Records, RecordTransaction } from '../record/index.ts';
import { type Correction, correctedEntry } from './corrected-entry.ts';
import type { FiledEntries } from './filed-entries.ts';
import { type Outcome, type RecallItem, readItems, settle } from './items.ts';
import { RecallRefusal } from './refusal.ts';
import { causeOf } from './steps.ts';

export interface Reviewer {
  readonly user: string;
  readonly name: string;
  readonly role: string;
}

export type Decision = { readonly entry: string; readonly reason: string } & (
  | { readonly decision: 'entered-in-error' | 'confirm-correct' }
  | { readonly decision: 'correct'; readonly correction: Correction }
);

export interface DecideDependencies {
  readonly records: Records;
  readonly entries: FiledEntries;
  readonly audit: PracticeAudit;
  readonly clock: () => number;
}

const MOST_DECISIONS = 500;
const LONGEST_REASON = 500;

const outcomes: Readonly<Record<Decision['decision'], Outcome>> = {
  'entered-in-error': 'entered-in-error',
  'confirm-correct': 'confirmed-correct',
  correct: 'corrected',
};

/**
 * Settles items of one recall, all or none; one that was settled so already is passed over.
 * @throws RecallRefusal 403 for anyone but a clinician, 404 for an entry not on the list, 409 for one settled otherwise
 * or held back by the inbox, 422 for a decision that is not complete
 */
export async function decide(
  { records, entries, audit, clock }: DecideDependencies,
  practice: string,
  recall: string,
  decisions: readonly Decision[],
  by: Reviewer,
): Promise<RecallItem[]> {
  if (by.role !== 'practice.clinician')
    throw new RecallRefusal(403, 'not-a-clinician', 'Only a clinician of the practice may settle entries');
  if (decisions.length === 0 || decisions.length > MOST_DECISIONS)
    throw new RecallRefusal(422, 'bad-decision', `Give 1 to ${MOST_DECISIONS} decisions`);
  if (decisions.some(({ reason }) => reason.trim() === '' || reason.length > LONGEST_REASON))
    throw new RecallRefusal(
      422,
      'bad-decision',
      `Every decision needs a reason of up to ${LONGEST_REASON} characters`,
    );
  const named = decisions.map(({ entry }) => entry);
  if (new Set(named).size < named.length)
    throw new RecallRefusal(422, 'bad-decision', 'An entry is named twice');
  const at = new Date(clock()).toISOString();
  return records.store.db.transaction().execute(async (db) => {
    const items = await lockItems(db, practice, recall, named);
    const current = await entries.current(db, practice, named);
    for (const decision of decisions) {
      const item = items.get(decision.entry);
      if (!item)
        throw new RecallRefusal(404, 'not-listed', 'An entry is not on the work list of this recall');
      if (item.outcome === outcomes[decision.decision]) continue;
      if (item.outcome)
        throw new RecallRefusal(409, 'settled', `An entry is settled as ${item.outcome} already`);
      const filedAs = current.get(decision.entry)?.filedAs ?? item.filedAs;
      const nhsNumber = filedAs && (await nhsNumberOf(db, practice, filedAs.patientKey));
      await audit.administrative({
        practice,
        action: `recall-${decision.decision}`,
        subject: `${recall} ${filedAs ? `${filedAs.type}/${filedAs.id}` : item.message}`,
        from: item.stateThen,
        to: outcomes[decision.decision],
        reason: decision.reason,
        actor: by.name,
        ...(nhsNumber ? { nhsNumber } : {}),
      });
      const replacement = filedAs
        ? await settleFiled({ db, records, practice, at, by }, filedAs, decision)
        : await settleWaiting({ db, entries, practice, at }, item, decision);
      if (filedAs) await records.liftQuarantine(db, practice, [filedAs], causeOf(recall));
      const outcome =
        !filedAs && decision.decision === 'entered-in-error' ? 'rejected' : outcomes[decision.decision];
      // What was refused while it waited stays held: no reviewer may file it afterwards.
      if (outcome === 'rejected') await entries.hold(db, practice, [item.entry], causeOf(recall));
      else await entries.release(db, practice, [item.entry], causeOf(recall));
      const { reason } = decision;
      await settle(db, practice, item, { outcome, replacement, reason, by: by.user, role: by.role, at });
      await sql`insert into recall_notice (practice, recall, sender_ods, message, outcome, created_at)
        values (${practice}, ${recall}, ${item.senderOds}, ${item.message}, ${outcome}, ${at})`.execute(db);
    }
    return readItems(db, practice, { recall, entries: named });
  });
}

async function lockItems(db: RecordTransaction, practice: string, recall: string, named: readonly string[]) {
  await sql`select 1 from recall_item where practice = ${practice} and recall = ${recall}
    and entry = any(${[...named]}::text[]) order by entry for update`.execute(db);
  const items = await readItems(db, practice, { recall, entries: named });
  return new Map(items.map((item) => [item.entry, item]));
}

async function nhsNumberOf(
  db: RecordTransaction,
  practice: string,
  key: number,
): Promise<string | undefined> {
  const found = await db
    .selectFrom('patient')
    .select('nhs_number')
    .where('practice', '=', practice)
    .where('patient_key', '=', key)
    .executeTakeFirst();
  return found?.nhs_number as string | undefined;
}

/** Answers what took the entry's place, where something did. */
async function settleFiled(
  {
    db,
    records,
    practice,
    at,
    by,
  }: { db: RecordTransaction; records: Records; practice: string; at: string; by: Reviewer },
  filedAs: NonNullable<RecallItem['filedAs']>,
  decision: Decision,
): Promise<string | null> {
  const { patientKey, type, id } = filedAs;
  if (decision.decision !== 'correct') {
    if (decision.decision === 'entered-in-error')
      await records.markEnteredInError(db, practice, patientKey, type, id);
    return null;
  }
  const stored = await sql<{ json: string }>`select json from resource where practice = ${practice}
    and patient_key = ${patientKey} and type = ${type} and id = ${id}`.execute(db);
  const json = stored.rows[0]?.json;
  if (json === undefined)
    throw new RecallRefusal(409, 'not-in-record', 'The entry is no longer in the record');
  const made = correctedEntry(json, decision.correction, {
    id: randomUUID(),
    provenanceId: randomUUID(),
    user: by.user,
    name: by.name,
    at,
    practiceName: practice,
  });
  await records.markEnteredInError(db, practice, patientKey, type, id);
  await records.addResources(db, practice, patientKey, [made.entry, made.provenance]);
  return `${type}/${(made.entry as { id?: string }).id}`;
}

async function settleWaiting(
  {
    db,
    entries,
    practice,
    at,
  }: { db: RecordTransaction; entries: FiledEntries; practice: string; at: string },
  item: RecallItem,
  decision: Decision,
): Promise<null> {
  if (decision.decision === 'correct')
    throw new RecallRefusal(
      409,
      'not-in-record',
      'The entry is not in the record: accept or refuse it in the inbox',
    );
  if (decision.decision === 'entered-in-error') await entries.reject(db, practice, item.entry, at);
  return null;
}
