// Reason, request, differences, and the pages of an open record.
// spec: access-record-structured §15; foundations §20
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type FailureWords,
  type Fields,
  type FormFault,
  fieldsOf,
  type Markup,
  sendPage,
  sendProblem,
  signedIn,
  signedInAs,
} from '../kit/index.ts';
import { askForRecord } from './ask-for-record.ts';
import { type Desk, isExplained, wordsFor } from './desk.ts';
import { areaPageContent } from './pages/area-page.ts';
import { areaPage } from './pages/areas.ts';
import { missingContent } from './pages/missing.ts';
import { overviewContent } from './pages/overview.ts';
import { differencesContent, permissionContent, recordScopes } from './pages/permission.ts';
import { recordPage } from './pages/record-frame.ts';
import { timelineContent } from './pages/timeline.ts';
import { trendsContent } from './pages/trends-page.ts';
import type { OpenRecord } from './record-shelf.ts';
import type { StaffSession } from './staff-session.ts';

const notOpen: FailureWords = {
  title: 'This record is no longer open',
  paragraphs: [
    'A record is removed from this service when you close it, open another one, or do not look at it for some minutes.',
  ],
  again: true,
  status: 404,
};

const notFound: FailureWords = {
  title: 'This patient is no longer open',
  paragraphs: ['Find the patient again.'],
  again: false,
  status: 404,
};

/** Pages that are no part of the record itself. */
const specialPages: Readonly<
  Record<string, { title: string; content(record: OpenRecord, query: Fields): Markup }>
> = {
  overview: { title: 'Overview', content: overviewContent },
  timeline: { title: 'Timeline', content: timelineContent },
  trends: { title: 'Trends', content: trendsContent },
  missing: { title: 'What is not shown', content: missingContent },
};

const handleOf = (request: FastifyRequest) => (request.params as { handle: string }).handle;

export function recordRoutes(server: FastifyInstance, desk: Desk): void {
  /** Requests under way, so that an impatient second press asks the practice once. */
  const underWay = new Map<string, Promise<OpenRecord>>();

  const permission = (
    reply: FastifyReply,
    session: StaffSession,
    handle: string,
    faults: readonly FormFault[] = [],
    scope = 'whole',
  ) => {
    const traced = session.state.patients.get(handle);
    if (!traced) return sendProblem(desk, reply, notFound, { session });
    return sendPage(desk, reply, {
      title: 'Ask for this patient’s GP record',
      faults,
      content: permissionContent({ session, handle, traced, faults, scope, now: desk.clock() }),
      signedIn: signedInAs(session),
    });
  };

  const differences = (
    reply: FastifyReply,
    session: StaffSession,
    record: OpenRecord,
    faults: readonly FormFault[] = [],
  ) =>
    sendPage(desk, reply, {
      title: 'Check that this is the right patient',
      faults,
      content: differencesContent({
        session,
        handle: record.handle,
        differences: record.differences,
        nhsNumber: record.view.patient.nhsNumber,
        faults,
      }),
      signedIn: signedInAs(session),
    });

  server.get(
    '/patients/:handle',
    signedIn(desk, (request, reply, session) => permission(reply, session, handleOf(request))),
  );

  server.post(
    '/patients/:handle/record',
    signedIn(desk, async (request, reply, session) => {
      const handle = handleOf(request);
      const traced = session.state.patients.get(handle);
      if (!traced) return sendProblem(desk, reply, notFound, { session });
      const fields = fieldsOf(request.body);
      const scope = recordScopes.find(({ value }) => value === fields.scope);
      const faults: FormFault[] = [];
      if (!scope) faults.push({ field: 'scope', text: 'Select what you need' });
      if (fields.directCare !== 'yes')
        faults.push({ field: 'directCare', text: 'Confirm that you need the record for direct care' });
      if (!scope || faults.length) return permission(reply, session, handle, faults, fields.scope ?? '');
      const trace = randomUUID();
      const key = `${session.id} ${handle} ${scope.value}`;
      const asking =
        underWay.get(key) ??
        askForRecord(desk, session, { handle, traced }, scope.areas, trace).finally(() =>
          underWay.delete(key),
        );
      underWay.set(key, asking);
      try {
        const record = await asking;
        // Signed out while the record was on its way: it is for nobody any more.
        if ((await desk.sessions.find(request)) !== session) return reply.redirect('/find', 303);
        if (desk.shelf.find(session.id, handle) !== record) desk.shelf.put(session.id, record);
        const next = record.differences.length ? 'differences' : 'record/overview';
        return reply.redirect(`/patients/${handle}/${next}`, 303);
      } catch (error) {
        // What was open of this patient is not left standing beside a failed request for more.
        desk.shelf.drop(session.id);
        const words = { trace, ...(timedOut(error) ?? wordsFor(error)) };
        if (isExplained(error)) desk.logger.warn({ err: error, trace: words.trace }, 'no record');
        else desk.logger.error({ err: error }, 'no record');
        return sendProblem(desk, reply, words, { session, again: `/patients/${handle}` });
      }
    }),
  );

  /** A route for an open record; one with differences not yet decided on leads to the decision. */
  const withRecord = (
    route: (
      request: FastifyRequest,
      reply: FastifyReply,
      session: StaffSession,
      record: OpenRecord,
    ) => FastifyReply,
  ) =>
    signedIn(desk, (request, reply, session) => {
      const handle = handleOf(request);
      const record = desk.shelf.find(session.id, handle);
      if (!record) {
        const known = session.state.patients.has(handle);
        return sendProblem(desk, reply, known ? notOpen : notFound, {
          session,
          again: `/patients/${handle}`,
        });
      }
      return route(request, reply, session, record);
    });

  server.get(
    '/patients/:handle/differences',
    withRecord((_request, reply, session, record) => differences(reply, session, record)),
  );

  server.post(
    '/patients/:handle/differences',
    withRecord((request, reply, session, record) => {
      if (fieldsOf(request.body).acknowledge !== 'yes') {
        const text = 'Confirm that you have seen the differences';
        return differences(reply, session, record, [{ field: 'acknowledge', text }]);
      }
      record.acknowledged = true;
      return reply.redirect(`/patients/${record.handle}/record/overview`, 303);
    }),
  );

  server.get(
    '/patients/:handle/record/:part',
    withRecord((request, reply, session, record) => {
      const { handle, part } = request.params as { handle: string; part: string };
      if (record.differences.length && !record.acknowledged)
        return reply.redirect(`/patients/${handle}/differences`, 303);
      const query = fieldsOf(request.query);
      const area = areaPage(part);
      const found = specialPages[part] ?? area;
      if (!found) return reply.redirect(`/patients/${handle}/record/overview`, 303);
      const content = area
        ? areaPageContent(record, area, query.page)
        : specialPages[part]!.content(record, query);
      const { title } = found;
      const options = recordPage({ session, record, current: part, title, content, now: desk.clock() });
      return sendPage(desk, reply, options);
    }),
  );

  server.post(
    '/patients/:handle/close',
    signedIn(desk, (request, reply, session) => {
      if (desk.shelf.find(session.id, handleOf(request))) desk.shelf.drop(session.id);
      return reply.redirect('/find', 303);
    }),
  );
}

function timedOut(error: unknown): FailureWords | undefined {
  const cause = error instanceof Error && error.name === 'UnusableAnswerError' ? error.cause : error;
  if (!(cause instanceof DOMException) || cause.name !== 'TimeoutError') return undefined;
  return {
    title: 'The record took too long to arrive',
    paragraphs: [
      'Nothing of it is shown, because part of a record can mislead.',
      'Try again, or ask for medicines and allergies only. If you need the information now, contact the practice by phone.',
    ],
    again: true,
    status: 504,
  };
}
