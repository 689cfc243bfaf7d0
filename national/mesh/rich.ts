// The undocumented rich lists: newest first, acknowledged included, for the last 30 days. spec: mesh §3.9
import type { Mesh } from './context.ts';
import { SchemaFault } from './errors.ts';
import { type Query, text, wholeNumber } from './inbox.ts';
import { isMessageId, isoTime } from './message-id.ts';
import type { Sent } from './message-store.ts';
import { expiryOf } from './tracking.ts';

const LARGEST = { inbox: 2000, outbox: 100 } as const;
const DEFAULT_PAGE = 100;
const SPAN_MS = 30 * 86_400_000;

/** A page of one side of a mailbox. `path` is the request's, for its links. @throws SchemaFault */
export async function richList(
  mesh: Mesh,
  side: 'inbox' | 'outbox',
  mailbox: string,
  query: Query,
  { path, self }: { path: string; self: string },
): Promise<object> {
  const asked = wholeNumber(query, 'max_results', 1, 2000) ?? DEFAULT_PAGE;
  const most = Math.min(asked, LARGEST[side]);
  const since = startTime(query, mesh.clock() - SPAN_MS);
  const from = text(query, 'continue_from', 24, 1000);
  const before = from === undefined ? undefined : readPlace(from);
  const rows = await mesh.messages.richPage(side, mailbox, { since, before, most: most + 1 });
  const page = rows.slice(0, most);
  const names = await namesOf(
    mesh,
    page.flatMap(({ sender, recipient }) => [sender, recipient]),
  );
  const next = rows.length > most ? placeOf(page.at(-1)!) : undefined;
  return {
    valid_at: new Date(mesh.clock()).toISOString(),
    messages: page.map((message) => ({
      message_id: message.id,
      expiry_timestamp: isoTime(expiryOf(mesh, message)),
      local_id: message.localId,
      message_type: message.kind,
      recipient: message.recipient,
      recipient_name: names.get(message.recipient ?? '') ?? null,
      sender: message.sender,
      sender_name: names.get(message.sender ?? '') ?? null,
      sent_date: isoTime(message.createdAt),
      status: message.status,
      status_code: message.statusCode,
      workflow_id: message.workflow,
      total_chunks: message.totalChunks,
    })),
    links: { self, ...(next === undefined ? {} : { next: nextLink(path, query, next) }) },
  };
}

/** Opaque to clients. */
const placeOf = ({ createdAt, id }: Sent): string =>
  Buffer.from(`before:${createdAt.toISOString()} ${id}`).toString('base64url');

/** @throws SchemaFault where it is not one of ours */
function readPlace(token: string): Sent {
  const [, time = '', id = ''] =
    /^before:(\S{24}) (\S+)$/.exec(Buffer.from(token, 'base64url').toString('latin1')) ?? [];
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !isMessageId(id))
    throw new SchemaFault('query', 'continue_from', 'not a place in this list', 'value_error');
  return { createdAt, id };
}

/** The request again, from another place. */
export function nextLink(path: string, query: Query, from: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (typeof value === 'string' && name !== 'continue_from') parameters.set(name, value);
  parameters.set('continue_from', from);
  return `${path}?${parameters}`;
}

function startTime(query: Query, earliest: number): Date {
  const given = text(query, 'start_time', 1, 40);
  if (given === undefined) return new Date(earliest);
  const time = Date.parse(given);
  if (Number.isNaN(time))
    throw new SchemaFault('query', 'start_time', 'a time in ISO 8601 is needed', 'value_error.datetime');
  return new Date(Math.max(time, earliest));
}

async function namesOf(mesh: Mesh, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    const mailbox = id === null ? undefined : await mesh.mailboxes.find(id);
    if (mailbox) names.set(mailbox.id, mailbox.name);
  }
  return names;
}
