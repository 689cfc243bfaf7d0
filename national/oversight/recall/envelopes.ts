// Who received which messages, from MESH's own audit log: the log is followed into a table, so that a question over 24
// months is answered without reading it again. No patient and no content is in it. spec: national-service INC-05, AUD-07, AUD-09
import type { AuditReader } from '@gp-connect/foundation/audit';
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { OversightDatabase, OversightStore } from './cases.ts';
import type { EnvelopeScope, Envelopes } from './ports.ts';

/** Rows written at a time. */
const BATCH = 1000;

interface Step {
  readonly event: string;
  readonly at: string;
  readonly message: string;
  readonly product: string;
  readonly sender: string | null;
  readonly practice: string | null;
}

interface MessagePart {
  kind?: string;
  event: string;
  at: string;
  trace: string | null;
  product: string | null;
  workflow: string;
  practice: string | null;
  organisation: { ods: string } | null;
}

/** Envelopes of a log up to its newest checkpoint, at most ten seconds behind. */
export function envelopesOfAudit(
  store: OversightStore,
  { origin, reader }: { origin: string; reader: Pick<AuditReader, 'parts'> },
): Envelopes {
  const { db } = store;
  let following: Promise<void> = Promise.resolve();
  const caughtUp = (): Promise<void> => {
    const next = following.catch(() => undefined).then(() => follow(store, origin, reader));
    following = next;
    return next;
  };
  const inScope = ({ product, senderOds, sentFrom, sentTo }: EnvelopeScope) => sql`origin = ${origin}
    and product = ${product} and handed_over_at >= ${sentFrom} and handed_over_at <= ${sentTo}
    ${senderOds.length === 0 ? sql`` : sql`and sender = any(${[...senderOds]}::text[])`}`;
  return {
    async recipients(scope) {
      await caughtUp();
      const found = await sql<{ practice: string; messages: number; first: Date; last: Date }>`
        select practice, count(*)::int as messages, min(received_at) as first, max(received_at) as last
        from message_envelope where ${inScope(scope)} and received_at is not null and practice is not null
        group by practice order by practice`.execute(db);
      return found.rows.map(({ practice, messages, first, last }) => ({
        practice,
        messages,
        firstAt: new Date(first).toISOString(),
        lastAt: new Date(last).toISOString(),
      }));
    },
    async inTransit(scope) {
      await caughtUp();
      const found = await sql<{ count: number }>`select count(*)::int as count from message_envelope
        where ${inScope(scope)} and received_at is null and ended_at is null`.execute(db);
      return found.rows[0]!.count;
    },
  };
}

async function follow(
  store: OversightStore,
  origin: string,
  reader: Pick<AuditReader, 'parts'>,
): Promise<void> {
  const cursor = await sql<{ next: number }>`select next_index::int as next from message_envelope_cursor
    where origin = ${origin}`.execute(store.db);
  const from = cursor.rows[0]?.next ?? 0;
  let batch: Step[] = [];
  let next = from;
  const write = async (): Promise<void> => {
    const steps = batch;
    batch = [];
    await store.db.transaction().execute((transaction) => putSteps(transaction, origin, steps));
  };
  for await (const { index, bytes } of reader.parts('patient', from)) {
    const step = stepOf(JSON.parse(bytes.toString('utf8')) as MessagePart);
    if (step) batch.push(step);
    next = Math.max(next, index + 1);
    if (batch.length === BATCH) await write();
  }
  await write();
  // Only now: entries come by month, so that the highest index may come before lower ones; rows may be written again.
  await sql`insert into message_envelope_cursor (origin, next_index) values (${origin}, ${next})
    on conflict (origin) do update set next_index = greatest(message_envelope_cursor.next_index, ${next})`.execute(
    store.db,
  );
}

/** Steps of messages themselves: refusals were never messages, and answers are no entries. */
function stepOf(part: MessagePart): Step | undefined {
  const { kind, event, at, trace, product, workflow, practice, organisation } = part;
  if (kind !== 'message' || !trace || !product || event === 'refused' || workflow.endsWith('_ACK'))
    return undefined;
  return { event, at, message: trace, product, practice, sender: organisation?.ods ?? null };
}

/** The steps of one message may stand in one batch: each kind is written by itself. */
async function putSteps(db: OversightDatabase, origin: string, steps: readonly Step[]): Promise<void> {
  const columns = {
    handed_over_at: ['handed-over'],
    received_at: ['collected', 'acknowledged'],
    ended_at: ['acknowledged', 'expired'],
  };
  for (const [column, events] of Object.entries(columns)) {
    // The first of its kind counts.
    const first = new Map<string, Step>();
    for (const step of steps)
      if (events.includes(step.event) && !first.has(step.message)) first.set(step.message, step);
    if (first.size === 0) continue;
    const some = [...first.values()];
    await unnestInsert(
      'message_envelope',
      [
        ['origin', 'text', some.map(() => origin)],
        ['message', 'text', some.map(({ message }) => message)],
        ['product', 'text', some.map(({ product }) => product)],
        ['sender', 'text', some.map(({ sender }) => sender)],
        ['practice', 'text', some.map(({ practice }) => practice)],
        [column, 'timestamptz', some.map(({ at }) => at)],
      ],
      sql`on conflict (origin, message) do update set
        sender = coalesce(message_envelope.sender, excluded.sender),
        practice = coalesce(excluded.practice, message_envelope.practice),
        ${sql.ref(column)} = coalesce(message_envelope.${sql.ref(column)}, excluded.${sql.ref(column)})`,
    ).execute(db);
  }
}
