// What a patient may read: who sent what, who accepted it, when. spec: messaging §9 A3, SG-24
import { sql } from '@gp-connect/foundation/store';
import type { InboxRooms } from '../receiving/judge.ts';

export interface PatientExtractLine {
  readonly receivedAt: string;
  readonly from: string;
  readonly what: string;
  readonly state: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly entriesFiled: number;
}

const stateWords: Readonly<Record<string, string>> = {
  open: 'waiting for review',
  completed: 'filed in your record',
  refused: 'not filed',
  superseded: 'replaced by a newer version',
  void: 'withdrawn',
};

/** Every message about a person, newest first. */
export async function patientExtract(
  { db }: InboxRooms,
  practice: string,
  nhsNumber: string,
): Promise<PatientExtractLine[]> {
  const found = await sql<{
    received_at: Date;
    sender_name: string;
    sender_ods: string;
    title: string;
    state: string;
    closed_at: Date | null;
    decided_by: string | null;
    filed: number;
  }>`select i.received_at, i.sender_name, i.sender_ods, i.title, i.state, i.closed_at,
      (select t.done_by from inbox_task t where t.practice = i.practice and t.item_key = i.item_key
        and t.kind = 'review' limit 1) as decided_by,
      (select count(distinct f.ref)::int from inbox_filed f where f.practice = i.practice and f.item_key = i.item_key
        and f.state in ('filed', 'for-review')) as filed
    from inbox_item i where i.practice = ${practice} and i.nhs_number = ${nhsNumber}
    order by i.received_at desc`.execute(db);
  return found.rows.map((row) => ({
    receivedAt: row.received_at.toISOString(),
    from: `${row.sender_name} (${row.sender_ods})`,
    what: row.title,
    state: stateWords[row.state] ?? row.state,
    decidedBy: row.decided_by,
    decidedAt: row.closed_at?.toISOString() ?? null,
    entriesFiled: row.filed,
  }));
}
