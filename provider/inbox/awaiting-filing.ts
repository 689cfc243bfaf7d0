// Consumers are told that something waits in the practice's workflow, and never what. spec: access-record-structured §9.1
import { londonToday } from '@gp-connect/foundation/fhir';
import { type ClinicalArea, clinicalAreaNames } from '@gp-connect/foundation/nhs';
import { sql } from '@gp-connect/foundation/store';
import type { Records } from '../record/index.ts';
import type { EntryKind } from './entries.ts';
import type { InboxTransaction } from './inbox-database.ts';

/** The lists an entry would join; documents are in none of them. */
const areasOf: Readonly<Record<EntryKind, readonly ClinicalArea[]>> = {
  observation: ['consultations', 'uncategorised'],
  condition: ['consultations', 'uncategorised'],
  medicine: ['consultations', 'medications'],
  immunisation: ['consultations', 'immunisations'],
  report: ['consultations'],
  'not-supplied': ['consultations'],
  allergy: ['consultations'],
  text: ['consultations'],
  document: [],
};

/** Brings the record's word on waiting items up to date with the inbox, within the caller's transaction. */
export async function tellAwaitingFiling(
  step: InboxTransaction,
  records: Records,
  practice: string,
  patientKey: number,
): Promise<void> {
  const waiting = await sql<{ kind: EntryKind; since: Date }>`select e.kind, min(i.received_at) as since
    from inbox_item i join inbox_entry e on e.practice = i.practice and e.item_key = i.item_key
    where i.practice = ${practice} and i.patient_key = ${patientKey} and i.state = 'open'
    group by e.kind`.execute(step);
  const listed = waiting.rows.filter(({ kind }) => areasOf[kind].length > 0);
  const areas = new Set(listed.flatMap(({ kind }) => areasOf[kind]));
  const since = listed.map((row) => row.since.getTime()).sort((a, b) => a - b)[0];
  await records.setAwaitingFiling(
    step,
    practice,
    patientKey,
    since === undefined
      ? null
      : {
          since: londonToday(new Date(since)),
          areas: clinicalAreaNames.filter((area) => areas.has(area)),
        },
  );
}
