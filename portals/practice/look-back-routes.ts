// Looking back over what was filed: searching, tasks and entered-in-error for many at once, quarantine of one.
// spec: messaging SG-12; national-service DCC-05, DCC-06
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Fields, type FormFault, fieldsOf, signedIn, valuesOf } from '../kit/index.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { InboxApiError, type LookBack } from './inbox-api.ts';
import { type Bulk, bulkContent, bulkWords } from './pages/bulk.ts';
import { lookBackContent } from './pages/look-back.ts';
import { quarantineContent, readersContent } from './pages/quarantine.ts';
import { typedDay } from './pages/times.ts';

/** What was asked for, or what is wrong with it; undefined before anything was asked. */
function parseSearch(fields: Fields): LookBack | readonly FormFault[] | undefined {
  const wanted: Record<string, string> = {};
  const faults: FormFault[] = [];
  for (const name of ['code', 'sender', 'from', 'to', 'messageId']) {
    const value = (fields[name] ?? '').trim();
    if (value === '') continue;
    const isDay = name === 'from' || name === 'to';
    const day = isDay ? typedDay(value) : undefined;
    if (isDay && day === undefined)
      faults.push({ field: name, text: 'Enter a real date, such as 31/3/2026' });
    wanted[name] = name === 'sender' ? value.toUpperCase() : (day ?? value);
  }
  if (faults.length > 0) return faults;
  if (Object.keys(wanted).length > 0) return wanted;
  return fields.search === undefined
    ? undefined
    : [{ field: 'code', text: 'Enter at least one thing to look for' }];
}

const filedKeys = (body: unknown): number[] =>
  valuesOf(body, 'filed').map(Number).filter(Number.isSafeInteger);

export function lookBackRoutes(server: FastifyInstance, desk: Desk): void {
  const search = (
    reply: FastifyReply,
    session: PracticeSession,
    fields: Fields,
    more: readonly FormFault[] = [],
  ) =>
    explained(desk, reply, session, '/look-back', async () => {
      const wanted = parseSearch(fields);
      const faults = [...more, ...(Array.isArray(wanted) ? (wanted as FormFault[]) : [])];
      const found =
        wanted === undefined || Array.isArray(wanted)
          ? undefined
          : await apiFor(desk, session).lookBack(wanted as LookBack);
      return sendPracticePage(desk, reply, session, {
        title: 'Look back',
        faults,
        place: '/look-back',
        content: lookBackContent({ session, fields, faults, found }),
      });
    });

  server.get(
    '/look-back',
    signedIn(desk, (request, reply, session) => search(reply, session, fieldsOf(request.query))),
  );

  const confirm = (
    reply: FastifyReply,
    session: PracticeSession,
    bulk: Bulk,
    filed: readonly number[],
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    sendPracticePage(desk, reply, session, {
      title: bulkWords[bulk].title,
      faults,
      place: '/look-back',
      content: bulkContent({ session, bulk, filed, fields, faults }),
    });

  /** The ticked entries go on to one page that says how many they are and asks to confirm that number. */
  server.post(
    '/look-back/choose',
    signedIn(desk, (request, reply, session) => {
      const fields = fieldsOf(request.body);
      const filed = filedKeys(request.body);
      if (filed.length === 0)
        return search(reply, session, fields, [{ field: 'results', text: 'Tick at least one entry' }]);
      return confirm(reply, session, fields.do === 'error' ? 'error' : 'tasks', filed);
    }),
  );

  server.post(
    '/look-back/:bulk',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/look-back', async () => {
        const { bulk } = request.params as { bulk: string };
        if (bulk !== 'tasks' && bulk !== 'error')
          throw new InboxApiError('NOT_FOUND', 404, 'There is no such page');
        const fields = fieldsOf(request.body);
        const filed = filedKeys(request.body);
        const note = (fields.note ?? '').trim();
        const counted = Number(fields.confirmed);
        const faults: FormFault[] = [];
        if (note === '') faults.push({ field: 'note', text: bulkWords[bulk].noteMissing });
        if (bulk === 'error' && counted !== filed.length)
          faults.push({ field: 'confirmed', text: `Enter the number of entries: ${filed.length}` });
        if (faults.length > 0) return confirm(reply, session, bulk, filed, fields, faults);
        const api = apiFor(desk, session);
        if (bulk === 'tasks') await api.makeTasks(filed, note);
        else await api.markEnteredInError(filed, counted, note);
        session.state.done = bulkWords[bulk].done(filed.length);
        return reply.redirect('/look-back', 303);
      }),
    ),
  );

  const quarantine = (path: 'quarantine' | 'release') => {
    const address = `/filed/:filed/${path}`;
    const keyOf = (params: unknown) => {
      const key = Number((params as { filed: string }).filed);
      if (!Number.isSafeInteger(key)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such entry');
      return key;
    };
    const ask = (
      reply: FastifyReply,
      session: PracticeSession,
      key: number,
      faults: readonly FormFault[] = [],
    ) =>
      sendPracticePage(desk, reply, session, {
        title: `${path === 'quarantine' ? 'Quarantine' : 'Release'} an entry`,
        faults,
        place: '/look-back',
        content: quarantineContent(session, key, path, faults),
      });
    server.get(
      address,
      signedIn(desk, (request, reply, session) =>
        explained(desk, reply, session, '/look-back', async () => ask(reply, session, keyOf(request.params))),
      ),
    );
    server.post(
      address,
      signedIn(desk, (request, reply, session) =>
        explained(desk, reply, session, '/look-back', async () => {
          const key = keyOf(request.params);
          const reason = (fieldsOf(request.body).reason ?? '').trim();
          if (reason === '') return ask(reply, session, key, [{ field: 'reason', text: 'Enter the reason' }]);
          const api = apiFor(desk, session);
          if (path === 'release') {
            await api.release(key, reason);
            session.state.done = 'Released: the entry is shared again as before.';
            return reply.redirect('/look-back', 303);
          }
          return sendPracticePage(desk, reply, session, {
            title: 'Quarantined',
            place: '/look-back',
            content: readersContent(key, await api.quarantine(key, reason)),
          });
        }),
      ),
    );
  };
  quarantine('quarantine');
  quarantine('release');
}
