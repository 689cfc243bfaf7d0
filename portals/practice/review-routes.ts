// One message: opening it, deciding on its entries, filing it, refusing it; then the next one at once.
// spec: messaging §10.1, SG-02, SG-14
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, type FormFault, fieldsOf, signedIn } from '../kit/index.ts';
import type { CheckedAmendment, CheckedAmendments } from './amendment-form.ts';
import { parseDecisions, typedAmendments } from './decision-form.ts';
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

/** Shown by the browser itself, in a page that can do nothing; a PDF goes to the reader's own program. */
const shownInBrowser: ReadonlySet<string> = new Set(['text/plain', 'text/html', 'image/jpeg', 'image/png']);
const fromOutside =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

/** Refusals of the API that the user puts right on the same page. */
const onTheSamePage: Readonly<Record<string, number>> = {
  DECISION: 422,
  NOT_DECIDED: 422,
  AMENDMENT: 422,
  CHANGED: 409,
};

export function reviewRoutes(server: FastifyInstance, desk: Desk): void {
  const show = (
    reply: FastifyReply,
    session: PracticeSession,
    item: OpenItem,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
    status = 200,
    checked: CheckedAmendments = new Map(),
  ) =>
    sendPracticePage(
      desk,
      reply,
      session,
      {
        title: `${kindOfMessage(item)}, message ${item.item}`,
        faults,
        place: '/inbox',
        back: { href: '/inbox', text: 'Back to the inbox' },
        beforeContent: itemBanner(item, desk.clock()),
        content: itemContent({ session, item, fields, faults, checked, now: desk.clock() }),
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
      const checked = await checkedAmendments(session, item, fields);
      try {
        const version = await decided(session, item, fields, checked);
        if (typeof version !== 'number') return show(reply, session, item, fields, version, 400, checked);
        const visible = item.hiddenFromPatient ? fields.online === 'yes' : undefined;
        const status = await api.complete(key, version, visible);
        session.state.done = `${filedWords[status] ?? 'Filed.'} ${item.title}.`;
        return reply.redirect('/inbox/next', 303);
      } catch (error) {
        const again = error instanceof InboxApiError ? onTheSamePage[error.code] : undefined;
        if (again === undefined) throw error;
        const text = (error as InboxApiError).message;
        const fault = { field: 'decide', text };
        return show(reply, session, await api.open(key), fields, [fault], again, checked);
      }
    }),
  );

  /** The version to complete, once every decision is stored; or what is still to be put right. */
  async function decided(
    session: PracticeSession,
    item: OpenItem,
    fields: Fields,
    checked: CheckedAmendments,
  ) {
    const api = apiFor(desk, session);
    if (fields.do === 'accept-all') return api.acceptAll(item.item, item.version);
    const parsed = parseDecisions(item, fields, checked);
    if ('faults' in parsed) return parsed.faults;
    if (parsed.decisions.length === 0) return item.version;
    return api.decide(item.item, item.version, parsed.decisions);
  }

  /** Every amendment that was typed, judged by the practice's system as it would be filed; nothing is stored. */
  async function checkedAmendments(
    session: PracticeSession,
    item: OpenItem,
    fields: Fields,
  ): Promise<CheckedAmendments> {
    if (fields.do === 'accept-all') return new Map();
    const api = apiFor(desk, session);
    const checks = typedAmendments(item, fields).map(
      async ([{ key, ref }, amendment]): Promise<[string, CheckedAmendment]> => {
        try {
          return [key, { amendment, check: await api.checkAmendment(item.item, ref, amendment) }];
        } catch (error) {
          if (!(error instanceof InboxApiError) || error.status >= 500 || error.status === 401) throw error;
          return [key, { amendment, check: { field: `choice-${key}`, text: error.message } }];
        }
      },
    );
    return new Map(await Promise.all(checks));
  }

  const changed = (reply: FastifyReply, session: PracticeSession, item: OpenItem, fields: Fields) => {
    const text = 'This message was changed while you had it open. Read it again, then decide';
    return show(reply, session, item, fields, [{ field: 'decide', text }], 409);
  };

  const file = async (
    reply: FastifyReply,
    session: PracticeSession,
    key: number,
    request: FastifyRequest,
  ) => {
    const position = Number((request.params as { position: string }).position);
    if (!Number.isSafeInteger(position)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such file');
    const { contentType, bytes } = await apiFor(desk, session).attachment(key, position);
    const type = contentType.split(';')[0]!.trim();
    const isShown = request.url.endsWith('/view') && shownInBrowser.has(type);
    const name = `message-${key}-${position + 1}.${fileEndings[type] ?? 'bin'}`;
    return reply
      .header('content-disposition', `${isShown ? 'inline' : 'attachment'}; filename="${name}"`)
      .header('content-security-policy', fromOutside)
      .header('cache-control', 'no-store')
      .type(type === 'text/plain' ? 'text/plain; charset=utf-8' : contentType)
      .send(Buffer.from(bytes));
  };
  /** What came from outside is handed out to be kept, or shown apart: never to run here. */
  server.get(
    '/inbox/:item/files/:position',
    onItem('/inbox/:item', (reply, session, key, request) => file(reply, session, key, request)),
  );
  server.get(
    '/inbox/:item/files/:position/view',
    onItem('/inbox/:item', (reply, session, key, request) => file(reply, session, key, request)),
  );

  const refusal = async (
    reply: FastifyReply,
    session: PracticeSession,
    key: number,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) => {
    const item = await apiFor(desk, session).open(key);
    return sendPracticePage(desk, reply, session, {
      title: `Refuse message ${item.item}`,
      faults,
      place: '/inbox',
      back: { href: `/inbox/${item.item}`, text: 'Back to the message' },
      beforeContent: itemBanner(item, desk.clock()),
      content: refuseContent(session, item, fields, faults),
    });
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
