// Following what was sent. spec: messaging §3.5
import type { FastifyInstance } from 'fastify';
import { type FailureWords, fieldsOf, sendPage, sendProblem, signedInAs } from '../kit/index.ts';
import { atPharmacy } from './consultation-routes.ts';
import type { Desk } from './desk.ts';
import { messageContent, messagesContent } from './pages/messages.ts';

const MOST_SHOWN = 50;
const messageId = /^[0-9a-f-]{36}$/i;

const noSuchMessage: FailureWords = {
  title: 'There is no such message',
  paragraphs: ['It was not sent from this pharmacy.'],
  again: false,
  status: 404,
};

export function messageRoutes(server: FastifyInstance, desk: Desk): void {
  server.get(
    '/messages',
    atPharmacy(desk, async (_request, reply, session) => {
      const sender = desk.messages.as(session.state.accessToken);
      const sent = await Promise.all(session.state.sent.slice(0, MOST_SHOWN).map((id) => sender.message(id)));
      const content = messagesContent(
        session,
        sent.filter((message) => message !== undefined),
        await sender.tasksForPeople(),
      );
      return sendPage(desk, reply, {
        title: 'Sent messages',
        content,
        signedIn: signedInAs(session),
        wide: true,
      });
    }),
  );

  server.get(
    '/messages/:id',
    atPharmacy(desk, async (request, reply, session) => {
      const { id } = request.params as { id: string };
      const message = messageId.test(id)
        ? await desk.messages.as(session.state.accessToken).message(id.toLowerCase())
        : undefined;
      if (!message) return sendProblem(desk, reply, noSuchMessage, { session });
      return sendPage(desk, reply, {
        title: 'Message',
        content: messageContent(message),
        signedIn: signedInAs(session),
        back: { href: '/messages', text: 'Sent messages' },
      });
    }),
  );

  server.post(
    '/messages/tasks',
    atPharmacy(desk, async (request, reply, session) => {
      const { task = '', note = '' } = fieldsOf(request.body);
      const { accessToken, identity } = session.state;
      const said = note.trim() || 'No note';
      await desk.messages.as(accessToken).closeTask(task, identity.displayName, said.slice(0, 500));
      return reply.redirect('/messages', 303);
    }),
  );
}
