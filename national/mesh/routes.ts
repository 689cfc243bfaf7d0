// The wire of MESH: paths, methods, status codes, bodies in v1 and v2. spec: mesh §3
import { type FastifyRequest, streamOf } from '@gp-connect/foundation/http';
import { acknowledge } from './acknowledge.ts';
import { authenticate } from './authenticate.ts';
import { download } from './download.ts';
import { SchemaFault } from './errors.ts';
import { listInbox } from './inbox.ts';
import { endpointLookup, workflowSearch } from './lookups.ts';
import { acceptsGzip } from './media.ts';
import { isMessageId } from './message-id.ts';
import { nextLink, richList } from './rich.ts';
import { send, sendChunk } from './send.ts';
import { trackById, trackByLocalId } from './tracking.ts';
import type { Mailbox } from './types.ts';
import { answer, type Call, type Route } from './wire.ts';

export const meshPath = '/messageexchange';

type MailboxHandler = (call: Call, mailbox: Mailbox) => Promise<unknown>;

/** Runs a handler for the mailbox of the path, once its token is proven. A 403 is audited before it is answered. */
const forMailbox =
  (run: MailboxHandler, sending = false) =>
  async (call: Call): Promise<unknown> => {
    const mailboxId = (call.parameters.mailbox ?? '').toUpperCase();
    const { authorization } = call.request.headers;
    let mailbox: Mailbox | undefined;
    try {
      mailbox = await authenticate(call.mesh, { authorization, mailboxId, sending });
      return await run(call, mailbox);
    } catch (error) {
      if ((error as { status?: number }).status === 403) await auditForbidden(call, mailbox, error as Error);
      throw error;
    }
  };

function auditForbidden({ mesh, parameters, certificate }: Call, mailbox: Mailbox | undefined, error: Error) {
  const id = idOf(parameters);
  return mesh.audit({
    event: 'refused',
    outcome: error.message,
    message: { id: isMessageId(id) ? id : '', workflow: '', localId: null, size: 0 },
    sender: mailbox,
    recipient: undefined,
    nhsNumber: null,
    certificate,
  });
}

export const meshRoutes: readonly Route[] = [
  { method: 'GET', path: '/_ping', run: ping },
  { method: 'GET', path: '/health', run: ping },
  { method: 'GET', path: '/endpointlookup/:ods/:workflow', run: lookUpEndpoint },
  { method: 'GET', path: '/endpointlookup/:ods', run: lookUpEndpoint },
  { method: 'GET', path: '/endpointlookup', run: lookUpEndpoint },
  { method: 'GET', path: '/workflowsearch', run: searchWorkflow },
  { method: 'GET', path: '/workflowsearch/:workflow', run: searchWorkflow },
  { method: 'GET', path: '/:mailbox', run: forMailbox(handshake) },
  { method: 'POST', path: '/:mailbox', run: forMailbox(handshake) },
  { method: 'POST', path: '/:mailbox/update', run: forMailbox(async (call) => answer(call, 200)) },
  { method: 'GET', path: '/:mailbox/inbox', run: forMailbox(list) },
  { method: 'GET', path: '/:mailbox/count', run: forMailbox(count) },
  { method: 'GET', path: '/:mailbox/inbox/rich', run: forMailbox(rich('inbox')) },
  { method: 'GET', path: '/:mailbox/outbox/rich', run: forMailbox(rich('outbox')) },
  { method: 'HEAD', path: '/:mailbox/inbox/:id', run: forMailbox(readMessage) },
  { method: 'GET', path: '/:mailbox/inbox/:id', run: forMailbox(readMessage) },
  { method: 'GET', path: '/:mailbox/inbox/:id/:number', run: forMailbox(readMessage) },
  { method: 'PUT', path: '/:mailbox/inbox/:id/status/acknowledged', run: forMailbox(acknowledgeMessage) },
  { method: 'POST', path: '/:mailbox/outbox', run: forMailbox(sendMessage, true) },
  { method: 'POST', path: '/:mailbox/outbox/:id/:number', run: forMailbox(sendNextChunk, true) },
  { method: 'GET', path: '/:mailbox/outbox/tracking', run: forMailbox(track) },
  { method: 'GET', path: '/:mailbox/outbox/tracking/:localId', run: forMailbox(trackLocal) },
];

const isV1 = ({ media }: Call) => media.version === 1;

async function ping(call: Call): Promise<unknown> {
  const { environment } = call.mesh.settings;
  return answer(call, 200, {
    env: environment,
    build_label: 'gp-connect',
    status: 'running',
    outcome: 'Yes',
  });
}

const HANDSHAKE_HEADERS = ['mex-clientversion', 'mex-osname', 'mex-osversion'];

async function handshake(call: Call, mailbox: Mailbox): Promise<unknown> {
  const { headers } = call.request;
  for (const name of HANDSHAKE_HEADERS)
    if (!headers[name]) throw new SchemaFault('header', name, 'a value is required', 'value_error.missing');
  await call.mesh.mailboxes.recordHandshake(mailbox.id, String(headers['mex-clientversion']).slice(0, 200));
  return answer(call, 200, isV1(call) ? { mailboxId: mailbox.id } : undefined);
}

async function list(call: Call, mailbox: Mailbox): Promise<unknown> {
  const { mesh, query, request } = call;
  const { ids, next } = await listInbox(mesh, mailbox.id, query);
  if (isV1(call)) return answer(call, 200, { messages: ids });
  const path = `${meshPath}/${mailbox.id}/inbox`;
  return answer(call, 200, {
    messages: ids,
    links: { self: request.url, ...(next === undefined ? {} : { next: nextLink(path, query, next) }) },
    approx_inbox_count: await mesh.messages.inboxCount(mailbox.id),
  });
}

async function count(call: Call, mailbox: Mailbox): Promise<unknown> {
  const waiting = await call.mesh.messages.inboxCount(mailbox.id);
  const more = isV1(call) ? { internalID: call.request.id, allResultsIncluded: true } : {};
  return answer(call, 200, { count: waiting, ...more });
}

function rich(side: 'inbox' | 'outbox'): MailboxHandler {
  return async (call, mailbox) => {
    const links = { path: `${meshPath}/${mailbox.id}/${side}/rich`, self: call.request.url };
    return answer(call, 200, await richList(call.mesh, side, mailbox.id, call.query, links));
  };
}

async function readMessage(call: Call, mailbox: Mailbox): Promise<unknown> {
  const { mesh, request, reply, parameters, media, certificate } = call;
  const head = request.method === 'HEAD';
  const number = /^\d{1,6}$/.test(parameters.number ?? '1') ? Number(parameters.number ?? 1) : 0;
  const found = await download(
    mesh,
    {
      mailbox,
      id: idOf(parameters),
      number,
      version: media.version,
      acceptsGzip: acceptsGzip([request.headers['accept-encoding'] ?? ''].flat().join()),
      certificate,
    },
    head,
  );
  reply.code(head ? 200 : found.status).headers(found.headers);
  if (found.headers['content-length'] === undefined && request.raw.httpVersion === '1.1')
    reply.header('transfer-encoding', 'chunked');
  if (head || !found.body) return reply.send();
  return reply.send(streamOf(found.body(), reply.raw));
}

async function acknowledgeMessage(call: Call, mailbox: Mailbox): Promise<unknown> {
  const id = idOf(call.parameters);
  await acknowledge(call.mesh, mailbox, id, call.certificate);
  return answer(call, 200, isV1(call) ? { messageId: id } : undefined);
}

async function sendMessage(call: Call, sender: Mailbox): Promise<unknown> {
  const { mesh, request, reply, certificate } = call;
  const id = await readingToTheEnd(request, () => send(mesh, { sender, request: request.raw, certificate }));
  if (mesh.faults.strikes('dropAnswer')) {
    reply.hijack();
    return request.raw.socket.destroy();
  }
  return answer(call, 202, isV1(call) ? { messageID: id } : { message_id: id });
}

async function sendNextChunk(call: Call, sender: Mailbox): Promise<unknown> {
  const { mesh, request, parameters, certificate } = call;
  const id = idOf(parameters);
  const number = /^\d{1,6}$/.test(parameters.number ?? '') ? Number(parameters.number) : 0;
  await readingToTheEnd(request, () =>
    sendChunk(mesh, { sender, request: request.raw, certificate }, id, number),
  );
  return answer(call, 202, isV1(call) ? { messageID: id, blockID: number } : undefined);
}

/** Whatever a refused request still sends is read and dropped, so that its client gets to read the answer. */
async function readingToTheEnd<Result>(
  request: FastifyRequest,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } finally {
    request.raw.resume();
  }
}

async function track(call: Call, mailbox: Mailbox): Promise<unknown> {
  const { mesh, query, media } = call;
  const id = query.messageID ?? query.message_id;
  if (typeof id !== 'string' || id === '')
    throw new SchemaFault('query', 'messageID', 'a value is required', 'value_error.missing');
  return answer(call, 200, await trackById(mesh, mailbox.id, id.toUpperCase(), media.version));
}

async function trackLocal(call: Call, mailbox: Mailbox): Promise<unknown> {
  const { mesh, parameters, media } = call;
  const found = await trackByLocalId(mesh, mailbox.id, parameters.localId ?? '', media.version);
  return answer(call, found ? 200 : 300, found);
}

async function lookUpEndpoint(call: Call): Promise<unknown> {
  const { mesh, parameters, media, request } = call;
  return answer(call, 200, await endpointLookup(mesh, parameters, media.version, request.id));
}

async function searchWorkflow(call: Call): Promise<unknown> {
  return answer(call, 200, await workflowSearch(call.mesh, call.parameters));
}

const idOf = (parameters: Readonly<Record<string, string>>) => (parameters.id ?? '').toUpperCase();
