// Find a patient and trace them on PDS; nobody whose record must not be asked for gets further than here.
// spec: foundations §17, §20 rule 1; access-record-structured §15
import { londonToday } from '@gp-connect/foundation/fhir';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Fields, fieldsOf } from '../fields.ts';
import type { FormFault } from '../page.ts';
import type { Session } from '../sessions.ts';
import { type SignedInStaff, sendPage, sendProblem, signedIn, signedInAs } from '../staff-desk.ts';
import { parseNameSearch, parseNhsNumber } from './find-form.ts';
import { findContent, noResultsContent, resultsContent, traceProblemContent } from './find-pages.ts';
import { type FindDesk, type FoundPatients, keepPatient, offer } from './found-patients.ts';
import { leadingProblem } from './trace-outcomes.ts';

/** A patient who was found is led to at `/patients/{handle}`, which is the portal's own page. */
export function findRoutes<State extends SignedInStaff & FoundPatients>(
  server: FastifyInstance,
  desk: FindDesk<State>,
): void {
  type StaffSession = Session<State>;

  const form = (
    reply: FastifyReply,
    session: StaffSession,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    sendPage(desk, reply, {
      title: 'Find a patient',
      faults,
      content: findContent(session, desk.findNote, fields, faults),
      signedIn: signedInAs(session),
    });

  const trace = async (reply: FastifyReply, session: StaffSession, nhsNumber: string) => {
    const traced = await desk.directory.trace(nhsNumber, session.state.accessToken);
    const problem = leadingProblem(traced);
    if (traced && !problem) return reply.redirect(`/patients/${keepPatient(session.state, traced)}`, 303);
    const words = desk.traceExplanations[problem ?? 'not-found'](nhsNumber, traced);
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
      return sendProblem(desk, reply, desk.wordsFor(error), { session, again: '/find' });
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
