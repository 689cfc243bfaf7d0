// Following what was sent. spec: messaging §3.5
import type { FastifyInstance } from 'fastify';
import {
  type FailureWords,
  fieldsOf,
  keepPatient,
  leadingProblem,
  sendPage,
  sendProblem,
  signedInAs,
} from '../kit/index.ts';
import { atPharmacy } from './consultation-routes.ts';
import type { Desk, PharmacySession } from './desk.ts';
import { DAYS_SHOWN, messageContent, messagesContent } from './pages/messages.ts';
import { fieldsOfMessage, waysOn } from './replacement.ts';

const MOST_SHOWN = 200;
const messageId = /^[0-9a-f-]{36}$/i;

const noSuchMessage: FailureWords = {
  title: 'There is no such message',
  paragraphs: ['It was not sent from this pharmacy.'],
  again: false,
  status: 404,
};

const notReplaceable: FailureWords = {
  title: 'This message cannot be replaced now',
  paragraphs: [
    'Only the newest version of a consultation is replaced, once the practice has answered.',
    'Nothing was sent. If the practice has not answered, ring it.',
  ],
  again: false,
  status: 409,
};

const notShown: FailureWords = {
  title: 'This message holds more than this form shows',
  paragraphs: ['Nothing was sent. Replace it in the system it was written with, or ring the practice.'],
  again: false,
  status: 409,
};

export function messageRoutes(server: FastifyInstance, desk: Desk): void {
  const withVersions = async (session: PharmacySession, id: string) => {
    const sender = desk.messages.as(session.state.accessToken);
    const message = messageId.test(id) ? await sender.message(id.toLowerCase()) : undefined;
    return message && { message, versions: await sender.versions(message.activity_key) };
  };

  server.get(
    '/messages',
    atPharmacy(desk, async (_request, reply, session) => {
      const sender = desk.messages.as(session.state.accessToken);
      const since = new Date(desk.clock() - DAYS_SHOWN * 86_400_000);
      const content = messagesContent(
        session,
        await sender.recent(MOST_SHOWN, since),
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
      const found = await withVersions(session, id);
      if (!found) return sendProblem(desk, reply, noSuchMessage, { session });
      const { message, versions } = found;
      const newer = versions.find(({ replaces_document: before }) => before === message.document_id);
      const hasLeft = newer && newer.state !== 'failed' && newer.state !== 'superseded';
      return sendPage(desk, reply, {
        title: 'Message',
        content: messageContent(session, message, {
          newer: hasLeft ? newer : undefined,
          way: waysOn(message, versions),
        }),
        signedIn: signedInAs(session),
        back: { href: '/messages', text: 'Sent messages' },
      });
    }),
  );

  server.post(
    '/messages/:id/replace',
    atPharmacy(desk, async (request, reply, session) => {
      const { id } = request.params as { id: string };
      const { state } = session;
      const found = await withVersions(session, id);
      const way = found && waysOn(found.message, found.versions);
      if (!found || !way) return sendProblem(desk, reply, notReplaceable, { session });
      const { message } = found;
      try {
        const traced = await desk.directory.trace(message.patient_nhs_number, state.accessToken);
        const problem = leadingProblem(traced);
        if (!traced || problem) {
          const { title, paragraphs } = desk.traceExplanations[problem ?? 'not-found'](
            message.patient_nhs_number,
            traced,
          );
          return sendProblem(desk, reply, { ...noSuchMessage, title, paragraphs, status: 409 }, { session });
        }
        const { pharmacy } = desk.settings;
        const fields = fieldsOfMessage(message, {
          identity: state.identity,
          pharmacy,
          traced,
          medicines: desk.medicines,
        });
        if (!fields) return sendProblem(desk, reply, notShown, { session });
        const handle = keepPatient(state, traced);
        const { activity_key: activity, title, sent_at: sentAt } = message;
        state.replacing.set(handle, { activity, title, sentAt, isThere: way === 'replace', fields });
        return reply.redirect(`/patients/${handle}`, 303);
      } catch (error) {
        desk.logger.warn({ err: error }, 'the demographics service could not be used');
        return sendProblem(desk, reply, desk.wordsFor(error), { session, again: `/messages/${id}` });
      }
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
