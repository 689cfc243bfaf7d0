// Counts by sender, service and code; how often rules fire; the alarm for senders who contradict themselves.
// spec: messaging SG-14, SG-17
import { sql } from '@gp-connect/foundation/store';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';

/** Rules by which a message contradicts itself: what systematic miscoding looks like. */
const contradictionRules = ['T-06', 'T-07', 'PG-01', 'PG-02', 'PG-14'];
const WEEK = 7 * 86_400_000;

export interface SenderCounts {
  readonly sender: string;
  readonly service: string | null;
  readonly received: number;
  readonly accepted: number;
  readonly refused: number;
  readonly overdue: number;
}

export interface RuleCounts {
  readonly rule: string;
  readonly sender: string;
  readonly service: string | null;
  readonly code: string | null;
  readonly hits: number;
}

export interface ContradictionAlarm {
  readonly sender: string;
  readonly items: number;
  readonly contradicting: number;
  readonly share: number;
}

export interface Counters {
  readonly senders: readonly SenderCounts[];
  readonly rules: readonly RuleCounts[];
  readonly alarms: readonly ContradictionAlarm[];
}

/** Counts since a day; alarms always over the last seven days. */
export async function counters(
  rooms: InboxRooms,
  practice: string,
  since: Date,
  user: StaffUser,
): Promise<Counters> {
  const { db, ports } = rooms;
  demand(user, await settingsOf(db, practice), 'readRoles');
  const senders = await sql<SenderCounts>`select i.sender_ods as sender, i.service, count(*)::int as received,
      (count(*) filter (where i.state = 'completed'))::int as accepted,
      (count(*) filter (where i.state = 'refused'))::int as refused,
      (count(*) filter (where i.state = 'open' and t.due_at <= ${ports.now()}))::int as overdue
    from inbox_item i
    join inbox_task t on t.practice = i.practice and t.item_key = i.item_key and t.kind = 'review'
    where i.practice = ${practice} and i.received_at >= ${since}
    group by i.sender_ods, i.service order by i.sender_ods, i.service`.execute(db);
  const rules = await sql<RuleCounts>`select f.rule_id as rule, i.sender_ods as sender, i.service, e.code,
      count(*)::int as hits
    from inbox_finding f
    join inbox_item i on i.practice = f.practice and i.item_key = f.item_key
    left join inbox_entry e on e.practice = f.practice and e.item_key = f.item_key and e.ref = f.ref
    where f.practice = ${practice} and f.current and i.received_at >= ${since}
    group by f.rule_id, i.sender_ods, i.service, e.code order by hits desc, f.rule_id limit 1000`.execute(db);
  return { senders: senders.rows, rules: rules.rows, alarms: await contradictions(rooms, practice) };
}

/** Senders whose share of contradicting items in seven days passed the practice's threshold. */
export async function contradictions(
  { db, ports }: InboxRooms,
  practice: string,
): Promise<ContradictionAlarm[]> {
  const { contradictionAlarm } = await settingsOf(db, practice);
  const since = new Date(ports.now().getTime() - WEEK);
  const found = await sql<{ sender: string; items: number; contradicting: number }>`
    select i.sender_ods as sender, count(distinct i.item_key)::int as items,
      (count(distinct i.item_key) filter (where f.rule_id = any(${contradictionRules}::text[])))::int as contradicting
    from inbox_item i
    left join inbox_finding f on f.practice = i.practice and f.item_key = i.item_key and f.current
    where i.practice = ${practice} and i.received_at >= ${since} and i.product = 'update-record'
    group by i.sender_ods order by i.sender_ods`.execute(db);
  return found.rows
    .map((row) => ({ ...row, share: row.contradicting / row.items }))
    .filter(({ share }) => share > contradictionAlarm);
}
