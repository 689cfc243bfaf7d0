// Recalled messages: the list, and the answer to each. spec: national-service INC-09
import { readUpdateRecord, type StoredMessage } from '@gp-connect/consumer';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  type FailureWords,
  type Fields,
  type FormFault,
  fieldsOf,
  sendPage,
  sendProblem,
  signedInAs,
} from '../../kit/index.ts';
import { atPharmacy } from '../consultation-routes.ts';
import type { Desk, PharmacySession } from '../desk.ts';
import { parseAnswer } from './answer-form.ts';
import { answerContent, recallsContent } from './pages.ts';
import type { RecallDesk, RecalledMessage } from './recall-desk.ts';

const noSuchRecall: FailureWords = {
  title: 'There is no such message',
  paragraphs: ['No practice asks this pharmacy about it.'],
  again: false,
  status: 404,
};
const settled: FailureWords = {
  title: 'The practice has settled this message',
  paragraphs: ['Nothing was sent. If you disagree, ring the practice.'],
  again: false,
  status: 409,
};
const notSent: FailureWords = {
  title: 'The answer was not sent',
  paragraphs: ['MESH did not take it. Try again in a few minutes; an answer that comes twice does no harm.'],
  again: true,
  status: 503,
};

const UNSENT: ReadonlySet<string> = new Set(['failed', 'superseded']);

export function recallRoutes(server: FastifyInstance, desk: Desk, recalls: RecallDesk): void {
  /** Practices name a message with or without `urn:uuid:`, in either case. */
  const messageOf = (session: PharmacySession, { messageId }: RecalledMessage) =>
    desk.messages.as(session.state.accessToken).message(messageId.replace(/^urn:uuid:/i, '').toLowerCase());

  const about = async (session: PharmacySession, recalled: RecalledMessage) => {
    const message = await messageOf(session, recalled);
    const versions: readonly StoredMessage[] = message
      ? await desk.messages.as(session.state.accessToken).versions(message.activity_key)
      : [];
    return {
      message,
      input: message?.product === 'update-record' ? readUpdateRecord(message.body) : undefined,
      newer: versions.filter(({ version, state }) => version > (message?.version ?? 0) && !UNSENT.has(state)),
    };
  };

  const show = (
    reply: FastifyReply,
    session: PharmacySession,
    page: { recalled: RecalledMessage } & Awaited<ReturnType<typeof about>>,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    sendPage(desk, reply, {
      title: 'Is this message right?',
      faults,
      content: answerContent({ session, ...page, fields, faults }),
      signedIn: signedInAs(session),
      back: { href: '/recalls', text: 'Recalled messages' },
    });

  const find = (params: unknown) => {
    const { id } = params as { id: string };
    return /^\d{1,15}$/.test(id) ? recalls.find(Number(id)) : undefined;
  };

  server.get(
    '/recalls',
    atPharmacy(desk, async (_request, reply, session) => {
      const recalled: (readonly [RecalledMessage, StoredMessage | undefined])[] = [];
      for (const one of await recalls.list()) recalled.push([one, await messageOf(session, one)]);
      return sendPage(desk, reply, {
        title: 'Recalled messages',
        content: recallsContent(recalled),
        signedIn: signedInAs(session),
        wide: true,
      });
    }),
  );

  server.get(
    '/recalls/:id',
    atPharmacy(desk, async ({ params }, reply, session) => {
      const recalled = await find(params);
      if (!recalled) return sendProblem(desk, reply, noSuchRecall, { session });
      return show(reply, session, { recalled, ...(await about(session, recalled)) });
    }),
  );

  server.post(
    '/recalls/:id',
    atPharmacy(desk, async ({ params, body }, reply, session) => {
      const recalled = await find(params);
      if (!recalled) return sendProblem(desk, reply, noSuchRecall, { session });
      if (recalled.outcome !== 'check') return sendProblem(desk, reply, settled, { session });
      const fields = fieldsOf(body);
      const known = await about(session, recalled);
      const read = parseAnswer(fields, {
        input: known.input,
        newer: known.newer.map(({ message_id: id }) => id),
      });
      if ('faults' in read) return show(reply, session, { recalled, ...known }, fields, read.faults);
      const outcome = await recalls.answer(recalled, read, session.state.identity.displayName);
      if (outcome !== 'accepted') {
        desk.logger.warn({ recall: recalled.recall, outcome }, 'an answer to a recall was not sent');
        return sendProblem(desk, reply, notSent, { session, again: `/recalls/${recalled.id}` });
      }
      return reply.redirect('/recalls', 303);
    }),
  );
}
