// A consultation: writing it up, the checks before sending, confirming, sending. spec: messaging §6, SG-20
import { composeUpdateRecord, pregnancyCodes, StaleVersionError } from '@gp-connect/consumer';
import { londonToday } from '@gp-connect/foundation/fhir';
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
  valuesOf,
} from '../kit/index.ts';
import { atField, parseConsultation } from './consultation-form.ts';
import { type Desk, type Draft, type PharmacySession, wordsFor } from './desk.ts';
import { checkContent } from './pages/check.ts';
import { consultationContent } from './pages/consultation.ts';
import { fieldsFor } from './replacement.ts';

const notOpen: FailureWords = {
  title: 'This patient is no longer open',
  paragraphs: ['Nothing was sent. Find the patient again.'],
  again: false,
  status: 404,
};

const otherPlace = (name: string): FailureWords => ({
  title: 'You are signed in for another organisation',
  paragraphs: [`These pages send for ${name} only. Sign in again and choose your role there.`],
  again: false,
  signIn: true,
  status: 403,
});

/** A route for the pharmacy's own staff. */
export function atPharmacy(
  desk: Desk,
  route: (
    request: FastifyRequest,
    reply: FastifyReply,
    session: PharmacySession,
  ) => Promise<FastifyReply> | FastifyReply,
) {
  return signedIn(desk, (request: FastifyRequest, reply, session: PharmacySession) => {
    const { pharmacy } = desk.settings;
    return session.state.identity.organisation.ods === pharmacy.ods
      ? route(request, reply, session)
      : sendProblem(desk, reply, otherPlace(pharmacy.name), { session });
  });
}

export function consultationRoutes(server: FastifyInstance, desk: Desk): void {
  const page = (
    reply: FastifyReply,
    session: PharmacySession,
    title: string,
    content: Markup,
    isFaulty: boolean,
  ) =>
    sendPage(
      desk,
      reply,
      { title: isFaulty ? `Error: ${title}` : title, content, signedIn: signedInAs(session) },
      isFaulty ? 400 : 200,
    );

  const onPatient = (
    route: (
      reply: FastifyReply,
      session: PharmacySession,
      handle: string,
      body: unknown,
    ) => Promise<FastifyReply> | FastifyReply,
  ) =>
    atPharmacy(desk, async (request, reply, session) => {
      const { handle } = request.params as { handle: string };
      if (!session.state.patients.has(handle)) return sendProblem(desk, reply, notOpen, { session });
      try {
        return await route(reply, session, handle, request.body);
      } catch (error) {
        const words = wordsFor(error);
        if (words.status === 500) throw error;
        desk.logger.warn({ err: error }, 'a consultation could not be checked');
        return sendProblem(desk, reply, words, { session, again: `/patients/${handle}` });
      }
    });

  const form = (
    reply: FastifyReply,
    session: PharmacySession,
    handle: string,
    fields: Fields,
    faults: readonly FormFault[] = [],
    stopped: readonly { readonly ruleId: string; readonly message: string }[] = [],
  ) =>
    page(
      reply,
      session,
      'Write up the consultation',
      consultationContent({
        session,
        handle,
        traced: session.state.patients.get(handle)!,
        medicines: desk.medicines,
        fields,
        faults,
        stopped,
        now: desk.clock(),
        replacing: session.state.replacing.get(handle),
      }),
      faults.length > 0 || stopped.length > 0,
    );

  const check = (
    reply: FastifyReply,
    session: PharmacySession,
    handle: string,
    draft: Draft,
    faults: readonly FormFault[] = [],
    ticked: readonly string[] = [],
  ) =>
    page(
      reply,
      session,
      'Check and send',
      checkContent({ session, handle, draft, faults, ticked }),
      faults.length > 0,
    );

  server.get(
    '/patients/:handle',
    onPatient((reply, session, handle) => {
      const today = { seen: londonToday(new Date(desk.clock())) };
      const { drafts, replacing, self } = session.state;
      const before = replacing.get(handle)?.fields;
      const fields = drafts.get(handle)?.fields ?? (before ? fieldsFor(before, self) : { ...today, ...self });
      return form(reply, session, handle, fields);
    }),
  );

  server.post(
    '/patients/:handle/check',
    onPatient(async (reply, session, handle, body) => {
      const fields = fieldsOf(body);
      const { state } = session;
      const traced = state.patients.get(handle)!;
      const parsed = parseConsultation(fields, {
        identity: state.identity,
        pharmacy: desk.settings.pharmacy,
        traced,
        medicines: desk.medicines,
      });
      if ('faults' in parsed) return form(reply, session, handle, fields, parsed.faults);
      const sender = desk.messages.as(state.accessToken);
      const replacing = state.replacing.get(handle);
      const replaces = replacing && (await sender.previousVersion(replacing.activity));
      const input = { ...parsed.input, ...(replaces ? { replaces } : {}) };
      const composed = await composeUpdateRecord(sender.context(), input);
      if (!composed.ok) return form(reply, session, handle, fields, composed.problems.map(atField));
      const prepared = await sender.prepare(composed.message);
      if (prepared.state === 'stopped')
        return form(reply, session, handle, fields, prepared.problems.map(atField), prepared.findings);
      state.self = { gphc: fields.gphc ?? '', role: fields.role ?? '' };
      const draft: Draft = {
        fields,
        input,
        message: composed.message,
        confirmations: prepared.confirmations,
        notes: prepared.notes,
        practice: prepared.practice,
        replacing,
        pregnancy: input.pregnancy && pregnancyCodes[input.pregnancy.status].display,
      };
      state.drafts.set(handle, draft);
      return check(reply, session, handle, draft);
    }),
  );

  server.post(
    '/patients/:handle/send',
    onPatient(async (reply, session, handle, body) => {
      const { state } = session;
      const draft = state.drafts.get(handle);
      if (!draft) return reply.redirect(`/patients/${handle}`, 303);
      const ticked = valuesOf(body, 'confirmed');
      const faults: FormFault[] = draft.confirmations.flatMap(({ ref }, at) =>
        ticked.includes(ref)
          ? []
          : [{ field: `confirmed-${at}`, text: 'Tick that you have read and checked this' }],
      );
      if (draft.pregnancy && fieldsOf(body).pregnancy !== draft.pregnancy)
        faults.push({ field: 'pregnancy', text: 'Read the pregnancy status and tick that it is right' });
      if (faults.length > 0) return check(reply, session, handle, draft, faults, ticked);
      const sender = desk.messages.as(state.accessToken);
      try {
        const submitted = await sender.submit(draft.message, {
          activity: draft.replacing?.activity ?? draft.message.senderReference,
          confirmed: ticked,
          user: state.identity.displayName,
          atOnce: true,
        });
        if (submitted.state === 'stopped')
          return form(
            reply,
            session,
            handle,
            draft.fields,
            submitted.problems.map(atField),
            submitted.findings,
          );
        if (submitted.state === 'confirm') {
          // The rules found something else meanwhile: it is read before anything leaves.
          const again = { ...draft, confirmations: submitted.confirmations };
          state.drafts.set(handle, again);
          return check(reply, session, handle, again);
        }
        state.drafts.delete(handle);
        state.replacing.delete(handle);
        await desk.messages.round();
        return reply.redirect(`/messages/${submitted.messageId}`, 303);
      } catch (error) {
        if (!(error instanceof StaleVersionError)) throw error;
        state.drafts.delete(handle);
        return reply.redirect(`/patients/${handle}`, 303);
      }
    }),
  );
}
