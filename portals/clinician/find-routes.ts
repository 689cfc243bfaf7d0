// Find a patient and trace them on PDS; nobody whose record must not be asked for gets further than here.
// spec: foundations §17, §20 rule 1; access-record-structured §15
import { londonToday } from '@gp-connect/foundation/fhir';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FormFault } from '../kit/index.ts';
import {
  type Desk,
  type Fields,
  fieldsOf,
  sendPage,
  sendProblem,
  signedIn,
  signedInAs,
  wordsFor,
} from './desk.ts';
import { parseNameSearch, parseNhsNumber } from './find-form.ts';
import { findContent, noResultsContent, resultsContent, traceProblemContent } from './pages/find.ts';
import { keepPatient, offer, type StaffSession } from './staff-session.ts';
import { leadingProblem, traceExplanations } from './trace-outcomes.ts';

export function findRoutes(server: FastifyInstance, desk: Desk): void {
  const form = (
    reply: FastifyReply,
    session: StaffSession,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    sendPage(
      desk,
      reply,
      {
        title: `${faults.length ? 'Error: ' : ''}Find a patient`,
        content: findContent(session, fields, faults),
        signedIn: signedInAs(session),
      },
      faults.length ? 400 : 200,
    );

  const trace = async (reply: FastifyReply, session: StaffSession, nhsNumber: string) => {
    const traced = await desk.directory.trace(nhsNumber, session.state.accessToken);
    const problem = leadingProblem(traced);
    if (traced && !problem) return reply.redirect(`/patients/${keepPatient(session.state, traced)}`, 303);
    const words = traceExplanations[problem ?? 'not-found'](nhsNumber, traced);
    const replaced = problem === 'superseded' ? traced?.supersededBy : null;
    const newNumber = replaced ? { handle: offer(session.state, replaced), nhsNumber: replaced } : null;
    return sendPage(desk, reply, {
      title: words.title,
      content: traceProblemContent(session, words, newNumber),
      signedIn: signedInAs(session),
    });
  };

  const explained = async (
    reply: FastifyReply,
    session: StaffSession,
    journey: () => Promise<FastifyReply>,
  ) => {
    try {
      return await journey();
    } catch (error) {
      desk.logger.warn({ err: error }, 'the demographics service could not be used');
      return sendProblem(desk, reply, wordsFor(error), { session, again: '/find' });
    }
  };

  server.get(
    '/find',
    signedIn(desk, (_request, reply, session) => form(reply, session)),
  );

  server.post(
    '/find/number',
    signedIn(desk, (request, reply, session) => {
      const fields = fieldsOf(request.body);
      const parsed = parseNhsNumber(fields);
      if ('faults' in parsed) return form(reply, session, fields, parsed.faults);
      return explained(reply, session, () => trace(reply, session, parsed.value));
    }),
  );

  server.post(
    '/find/name',
    signedIn(desk, (request, reply, session) => {
      const fields = fieldsOf(request.body);
      const parsed = parseNameSearch(fields, londonToday(new Date(desk.clock())));
      if ('faults' in parsed) return form(reply, session, fields, parsed.faults);
      return explained(reply, session, async () => {
        const { patients, tooMany } = await desk.directory.search(parsed.value, session.state.accessToken);
        const found = patients.flatMap((patient) =>
          patient.id ? [{ handle: offer(session.state, patient.id), patient }] : [],
        );
        const content = found.length ? resultsContent(session, found) : noResultsContent(tooMany);
        return sendPage(desk, reply, { title: 'Find a patient', content, signedIn: signedInAs(session) });
      });
    }),
  );

  server.post(
    '/find/choose',
    signedIn(desk, (request, reply, session) => {
      const nhsNumber = session.state.candidates.get(fieldsOf(request.body).handle ?? '');
      if (!nhsNumber) return reply.redirect('/find', 303);
      return explained(reply, session, () => trace(reply, session, nhsNumber));
    }),
  );
}
