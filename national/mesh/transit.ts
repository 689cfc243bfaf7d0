// What the operator sees of messages under way: their envelopes' metadata, nothing of a patient. spec: national-service INC-06, RTE-18
import { sql } from '@gp-connect/foundation/store';
import { z } from 'zod';
import { HELD } from './message-rows.ts';
import type { MeshStore } from './types.ts';

export const transitQuery = z.strictObject({
  /** `in-transit`: accepted, not collected, not stopped. `held`: stopped by a pause. `uploading`: not complete yet. */
  state: z.enum(['in-transit', 'held', 'uploading']).default('in-transit'),
  senderOds: z.string().max(100).optional(),
  workflow: z.string().max(300).optional(),
  pause: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export type TransitQuery = z.output<typeof transitQuery>;

export interface MessageInTransit {
  readonly id: string;
  readonly status: string;
  readonly held: boolean;
  /** Pauses that hold it. */
  readonly pauses: readonly string[];
  readonly workflow: string;
  readonly sender: string;
  readonly senderOds: string;
  /** Null while a GPPROVIDER address waits to be resolved. */
  readonly recipient: string | null;
  readonly recipientOds: string | null;
  readonly product: string | null;
  readonly productVersion: string | null;
  /** Bytes as sent. */
  readonly size: number;
  readonly totalChunks: number;
  readonly createdAt: string;
  readonly acceptedAt: string | null;
  readonly collectedAt: string | null;
}

const STATES = {
  'in-transit': sql`mesh_message.status = 'accepted' and not ${HELD}`,
  held: sql`mesh_message.status in ('accepted', 'uploading') and ${HELD}`,
  uploading: sql`mesh_message.status = 'uploading'`,
};

/** A page, in the order of delivery. */
export async function listTransit(
  { db }: MeshStore,
  { state, senderOds, workflow, pause, limit, cursor }: TransitQuery,
): Promise<{ messages: MessageInTransit[]; cursor?: string }> {
  type Row = Omit<MessageInTransit, 'createdAt' | 'acceptedAt' | 'collectedAt' | 'pauses'> & {
    position: number;
    pauses: string;
    createdAt: Date;
    acceptedAt: Date | null;
    collectedAt: Date | null;
  };
  const { rows } = await sql<Row>`
    select mesh_message.id, mesh_message.status, ${HELD} as held, mesh_message.workflow, mesh_message.sender,
      s.ods as "senderOds", mesh_message.recipient, r.ods as "recipientOds", mesh_message.product,
      mesh_message.product_version as "productVersion", mesh_message.size::float8 as size,
      mesh_message.total_chunks as "totalChunks", mesh_message.created_at as "createdAt",
      mesh_message.accepted_at as "acceptedAt", mesh_message.collected_at as "collectedAt",
      mesh_message.position::float8 as position,
      coalesce((select json_agg(h.pause order by h.pause)::text from mesh_hold h
        where h.message = mesh_message.id), '[]') as pauses
    from mesh_message join mesh_mailbox s on s.id = mesh_message.sender
      left join mesh_mailbox r on r.id = mesh_message.recipient
    where mesh_message.ended_at is null and ${STATES[state]} and mesh_message.position > ${Number(cursor ?? 0)}
      ${senderOds === undefined ? sql`` : sql`and s.ods = ${senderOds.toUpperCase()}`}
      ${workflow === undefined ? sql`` : sql`and mesh_message.workflow = ${workflow}`}
      ${pause === undefined ? sql`` : sql`and exists (select 1 from mesh_hold h2 where h2.message = mesh_message.id and h2.pause = ${pause})`}
    order by mesh_message.position limit ${limit + 1}`.execute(db);
  const page = rows.slice(0, limit);
  const iso = (time: Date | null) => (time === null ? null : new Date(time).toISOString());
  return {
    messages: page.map(({ position: _, pauses, ...row }) => ({
      ...row,
      pauses: JSON.parse(pauses) as string[],
      createdAt: iso(row.createdAt)!,
      acceptedAt: iso(row.acceptedAt),
      collectedAt: iso(row.collectedAt),
    })),
    ...(rows.length > limit ? { cursor: String(page.at(-1)!.position) } : {}),
  };
}
