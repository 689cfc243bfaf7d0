// The inbox as a list, what is overdue in it, the way to the next message, notices to senders, and the keys.
// spec: messaging §5.5, SG-14, SG-15
import type { FastifyInstance } from 'fastify';
import { fieldsOf, signedIn } from '../kit/index.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { type InboxApi, InboxApiError } from './inbox-api.ts';
import { inboxContent } from './pages/inbox.ts';
import { keysContent } from './pages/keys.ts';
import { noticesContent } from './pages/notices.ts';
import { tasksContent } from './pages/tasks.ts';

/** The message to review next: the most pressing one that was not put aside in this session. */
export async function nextItem(api: InboxApi, { state }: PracticeSession): Promise<number | undefined> {
  return (await api.list()).find(({ item }) => !state.skipped.has(item))?.item;
}

export function inboxRoutes(server: FastifyInstance, desk: Desk): void {
  const list = (path: string, overdue: boolean) =>
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, path, async () => {
        session.state.skipped.clear();
        const api = apiFor(desk, session);
        const [items, tasks] = await Promise.all([
          api.list(overdue ? { overdue } : {}),
          overdue ? api.tasks() : [],
        ]);
        return sendPracticePage(desk, reply, session, {
          title: overdue ? 'Overdue' : 'Inbox',
          place: path,
          content: inboxContent({
            practice: session.state.identity.organisation,
            items,
            overdue,
            overdueTasks: tasks.filter((task) => task.overdue && task.kind !== 'review'),
            now: desk.clock(),
          }),
        });
      }),
    );
  server.get('/inbox', list('/inbox', false));
  server.get('/overdue', list('/overdue', true));

  /** `?skip=` puts that message aside until the inbox is opened as a list again. */
  server.get(
    '/inbox/next',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/inbox/next', async () => {
        const skip = Number(fieldsOf(request.query).skip);
        if (Number.isSafeInteger(skip) && skip > 0) session.state.skipped.add(skip);
        const next = await nextItem(apiFor(desk, session), session);
        return reply.redirect(next === undefined ? '/inbox' : `/inbox/${next}`, 303);
      }),
    ),
  );

  server.get(
    '/keys',
    signedIn(desk, (_request, reply, session) =>
      sendPracticePage(desk, reply, session, { title: 'Keyboard', place: '/keys', content: keysContent() }),
    ),
  );

  server.get(
    '/tasks',
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, '/tasks', async () => {
        const found = (await apiFor(desk, session).tasks()).filter(({ kind }) => kind !== 'review');
        return sendPracticePage(desk, reply, session, {
          title: 'Tasks',
          place: '/tasks',
          content: tasksContent(session, found),
        });
      }),
    ),
  );

  server.get(
    '/notices',
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, '/notices', async () => {
        const found = await apiFor(desk, session).notices();
        return sendPracticePage(desk, reply, session, {
          title: 'Notices to senders',
          place: '/notices',
          content: noticesContent(session, found),
        });
      }),
    ),
  );

  /** A button beside one row of a list; `finish` gets the row's number. */
  const rowButton = (
    path: string,
    back: string,
    done: string,
    finish: (api: InboxApi, key: number) => Promise<void>,
  ) =>
    server.post(
      path,
      signedIn(desk, (request, reply, session) =>
        explained(desk, reply, session, back, async () => {
          const key = Number(fieldsOf(request.body).key);
          if (!Number.isSafeInteger(key)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such row');
          await finish(apiFor(desk, session), key);
          session.state.done = done;
          return reply.redirect(back, 303);
        }),
      ),
    );
  rowButton('/notices/sent', '/notices', 'Marked as sent.', (api, key) => api.noticeSent(key));
  rowButton('/tasks/done', '/tasks', 'The task is done.', (api, key) => api.finishTask(key));
}
