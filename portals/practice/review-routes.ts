// One message: opening it, deciding on its entries, filing it, refusing it; then the next one at once.
// spec: messaging §10.1, SG-02, SG-14
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, type FormFault, fieldsOf, signedIn } from '../kit/index.ts';
import { parseDecisions } from './decision-form.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { InboxApiError, type OpenItem } from './inbox-api.ts';
import { itemBanner } from './pages/banner.ts';
import { itemContent } from './pages/item.ts';
import { refuseContent } from './pages/refuse.ts';
import { kindOfMessage, refusalReasons } from './words.ts';

const filedWords: Readonly<Record<string, string>> = {
  filed: 'Filed.',
  'filed-amended': 'Filed in part.',
  rejected: 'Nothing of it was filed.',
};

const fileEndings: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/html': 'html',
  'text/plain': 'txt',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
};

/** Refusals of the API that the user puts right on the same page. */
const onTheSamePage: Readonly<Record<string, number>> = { DECISION: 422, NOT_DECIDED: 422, CHANGED: 409 };

export function reviewRoutes(server: FastifyInstance, desk: Desk): void {
  const show = (
    reply: FastifyReply,
    session: PracticeSession,
    item: OpenItem,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
    status = 200,
  ) =>
    sendPracticePage(
      desk,
      reply,
      session,
      {
        title: `${faults.length > 0 ? 'Error: ' : ''}${kindOfMessage(item)}`,
        place: '/inbox',
        beforeContent: itemBanner(item, desk.clock()),
        content: itemContent({ session, item, fields, faults, now: desk.clock() }),
      },
      status,
    );

  const onItem = (
    path: string,
    route: (
      reply: FastifyReply,
      session: PracticeSession,
      key: number,
      request: FastifyRequest,
    ) => Promise<FastifyReply>,
  ) =>
    signedIn(desk, (request: FastifyRequest, reply, session: PracticeSession) => {
      const key = Number((request.params as { item: string }).item);
      return explained(desk, reply, session, path.replace(':item', String(key)), () => {
        if (!Number.isSafeInteger(key)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such message');
        return route(reply, session, key, request);
      });
    });

  server.get(
    '/inbox/:item',
    onItem('/inbox/:item', async (reply, session, key) =>
      show(reply, session, await apiFor(desk, session).open(key)),
    ),
  );

  server.post(
    '/inbox/:item',
    onItem('/inbox/:item', async (reply, session, key, request) => {
      const api = apiFor(desk, session);
      const fields = fieldsOf(request.body);
      const item = await api.open(key);
      if (String(item.version) !== fields.version) return changed(reply, session, item, fields);
      try {
        const version = await decided(session, item, fields);
        if (typeof version !== 'number') return show(reply, session, item, fields, version, 400);
        const visible = item.hiddenFromPatient ? fields.online === 'yes' : undefined;
        const status = await api.complete(key, version, visible);
        session.state.done = `${filedWords[status] ?? 'Filed.'} ${item.title}.`;
        return reply.redirect('/inbox/next', 303);
      } catch (error) {
        const again = error instanceof InboxApiError ? onTheSamePage[error.code] : undefined;
        if (again === undefined) throw error;
        const text = (error as InboxApiError).message;
        return show(reply, session, await api.open(key), fields, [{ field: 'decide', text }], again);
      }
    }),
  );

  /** The version to complete, once every decision is stored; or what is still to be put right. */
  async function decided(session: PracticeSession, item: OpenItem, fields: Fields) {
    const api = apiFor(desk, session);
    if (fields.do === 'accept-all') return api.acceptAll(item.item, item.version);
    const parsed = parseDecisions(item, fields);
    if ('faults' in parsed) return parsed.faults;
    if (parsed.decisions.length === 0) return item.version;
    return api.decide(item.item, item.version, parsed.decisions);
  }

  const changed = (reply: FastifyReply, session: PracticeSession, item: OpenItem, fields: Fields) => {
    const text = 'This message was changed while you had it open. Read it again, then decide';
    return show(reply, session, item, fields, [{ field: 'decide', text }], 409);
  };

  /** What came from outside is handed out to be kept or shown apart, never to run here. */
  server.get(
    '/inbox/:item/files/:position',
    onItem('/inbox/:item', async (reply, session, key, request) => {
      const position = Number((request.params as { position: string }).position);
      if (!Number.isSafeInteger(position)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such file');
      const { contentType, bytes } = await apiFor(desk, session).attachment(key, position);
      const ending = fileEndings[contentType.split(';')[0]!.trim()] ?? 'bin';
      return reply
        .header('content-disposition', `attachment; filename="message-${key}-${position + 1}.${ending}"`)
        .header('cache-control', 'no-store')
        .type(contentType)
        .send(Buffer.from(bytes));
    }),
  );

  const refusal = async (
    reply: FastifyReply,
    session: PracticeSession,
    key: number,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) => {
    const item = await apiFor(desk, session).open(key);
    return sendPracticePage(
      desk,
      reply,
      session,
      {
        title: `${faults.length > 0 ? 'Error: ' : ''}Refuse the message`,
        place: '/inbox',
        beforeContent: itemBanner(item, desk.clock()),
        content: refuseContent(session, item, fields, faults),
      },
      faults.length > 0 ? 400 : 200,
    );
  };
  server.get(
    '/inbox/:item/refuse',
    onItem('/inbox/:item/refuse', (reply, session, key) => refusal(reply, session, key)),
  );
  server.post(
    '/inbox/:item/refuse',
    onItem('/inbox/:item/refuse', async (reply, session, key, request) => {
      const fields = fieldsOf(request.body);
      const reason = fields.reason ?? '';
      if (!refusalReasons.some(([value]) => value === reason)) {
        return refusal(reply, session, key, fields, [
          { field: 'reason', text: 'Choose why you refuse the message' },
        ]);
      }
      await apiFor(desk, session).refuse(key, Number(fields.version), reason, (fields.note ?? '').trim());
      session.state.done = 'Refused. A notice to the sender is under Notices.';
      return reply.redirect('/inbox/next', 303);
    }),
  );
}
