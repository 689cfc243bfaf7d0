// Recalls at the practice: what is open, settling entries one by one or alike, and who had read them.
// spec: national-service INC-07, INC-08, INC-12
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, type FormFault, fieldsOf, signedIn, valuesOf } from '../kit/index.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { InboxApiError } from './inbox-api.ts';
import { decideContent, decideTitle, settledText } from './pages/recall-decide.ts';
import { exposureContent } from './pages/recall-exposure.ts';
import { recallContent, recallHref, recallsContent } from './pages/recalls.ts';
import type { PracticeApi } from './practice-calls.ts';
import { forgetRecallCount } from './recall-count.ts';
import { parseRecallForm } from './recall-form.ts';
import type { RecallEntry } from './recalls-api.ts';

const recallId = /^[A-Za-z0-9-]{1,64}$/;
const ENTRIES_A_PAGE = 50;
/** Settled ones stand between the chosen ones: so many pages are looked through for them. */
const MOST_PAGES = 20;
const LONGEST_ENTRY = 100;

const afterOf = ({ after = '' }: Fields): string => after.slice(0, LONGEST_ENTRY);
const noSuchEntry = () => new InboxApiError('NOT_FOUND', 404, 'There is no such entry on this list');

/** The named entries, which lie after a place of the list. */
async function namedEntries(
  api: PracticeApi,
  recall: string,
  named: readonly string[],
  after: string,
): Promise<readonly RecallEntry[]> {
  const wanted = new Set(named);
  const found: RecallEntry[] = [];
  let from = after;
  for (let page = 0; page < MOST_PAGES && found.length < wanted.size; page++) {
    const entries = await api.recallEntries(recall, { all: true, after: from, limit: 2 * ENTRIES_A_PAGE });
    const last = entries.at(-1);
    if (last === undefined) break;
    found.push(...entries.filter(({ entry }) => wanted.has(entry)));
    from = last.entry;
  }
  if (found.length < wanted.size) throw noSuchEntry();
  if (found.some(({ outcome }) => outcome !== null))
    throw new InboxApiError('settled', 409, 'An entry you chose is settled already');
  return found;
}

export function recallRoutes(server: FastifyInstance, desk: Desk): void {
  /** A page about one recall. */
  const onRecall = (
    path: string,
    route: (
      reply: FastifyReply,
      session: PracticeSession,
      recall: string,
      request: FastifyRequest,
    ) => Promise<FastifyReply>,
  ) =>
    [
      `/recalls/:recall${path}`,
      signedIn(desk, (request: FastifyRequest, reply: FastifyReply, session: PracticeSession) => {
        const { recall } = request.params as { recall: string };
        return explained(desk, reply, session, '/recalls', async () => {
          if (!recallId.test(recall)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such recall');
          return route(reply, session, recall, request);
        });
      }),
    ] as const;

  server.get(
    '/recalls',
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, '/recalls', async () =>
        sendPracticePage(desk, reply, session, {
          title: 'Recalls',
          place: '/recalls',
          content: recallsContent(await apiFor(desk, session).recalls()),
        }),
      ),
    ),
  );

  const list = async (
    reply: FastifyReply,
    session: PracticeSession,
    recall: string,
    fields: Fields,
    faults: readonly FormFault[] = [],
  ) => {
    const [all, after] = [fields.show === 'all', afterOf(fields)];
    // One more tells whether there is a next page.
    const found = await apiFor(desk, session).recallEntries(recall, {
      ...{ all, after, limit: ENTRIES_A_PAGE + 1 },
    });
    const entries = found.slice(0, ENTRIES_A_PAGE);
    const next = found.length > ENTRIES_A_PAGE ? entries.at(-1)?.entry : undefined;
    return sendPracticePage(desk, reply, session, {
      title: `Recall ${recall}`,
      faults,
      place: '/recalls',
      back: { href: '/recalls', text: 'All recalls' },
      content: recallContent({ recall, entries, all, after, next, faults }),
    });
  };
  server.get(
    ...onRecall('', (reply, session, recall, { query }) => list(reply, session, recall, fieldsOf(query))),
  );

  const decide = (
    reply: FastifyReply,
    session: PracticeSession,
    page: { recall: string; entries: readonly RecallEntry[]; fields: Fields; faults?: readonly FormFault[] },
  ) => {
    const { recall, entries, fields, faults = [] } = page;
    return sendPracticePage(desk, reply, session, {
      title: decideTitle(entries.length),
      faults,
      place: '/recalls',
      back: { href: recallHref(recall), text: `Recall ${recall}` },
      content: decideContent({ session, recall, entries, after: afterOf(fields), fields, faults }),
    });
  };
  const chosen = (source: unknown): readonly string[] =>
    valuesOf(source, 'entry')
      .filter((entry) => entry.length <= LONGEST_ENTRY)
      .slice(0, ENTRIES_A_PAGE);

  server.get(
    ...onRecall('/decide', async (reply, session, recall, { query }) => {
      const fields = fieldsOf(query);
      const named = chosen(query);
      if (named.length === 0)
        return list(reply, session, recall, fields, [{ field: 'results', text: 'Tick at least one entry' }]);
      const entries = await namedEntries(apiFor(desk, session), recall, named, afterOf(fields));
      return decide(reply, session, { recall, entries, fields });
    }),
  );
  server.post(
    ...onRecall('/decide', async (reply, session, recall, { body }) => {
      const fields = fieldsOf(body);
      const api = apiFor(desk, session);
      const named = chosen(body);
      if (named.length === 0) throw noSuchEntry();
      const entries = await namedEntries(api, recall, named, afterOf(fields));
      const read = parseRecallForm(entries, fields);
      if ('faults' in read) return decide(reply, session, { recall, entries, fields, faults: read.faults });
      await api.decideRecall(recall, read);
      forgetRecallCount(session.state);
      session.state.done = settledText(fields.decision, entries.length);
      return reply.redirect(recallHref(recall), 303);
    }),
  );

  server.get(
    ...onRecall('/exposure', async (reply, session, recall) =>
      sendPracticePage(desk, reply, session, {
        title: `Who had read them: recall ${recall}`,
        place: '/recalls',
        back: { href: '/recalls', text: 'All recalls' },
        content: exposureContent(recall, await apiFor(desk, session).recallExposure(recall)),
      }),
    ),
  );
}
