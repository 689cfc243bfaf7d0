// A patient's record from the practice's side: who read it, how others receive it, withholding what one sender sent.
// spec: national-service DCC-05, DCC-06, DCC-08
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, type FormFault, fieldsOf, html, signedIn } from '../kit/index.ts';
import {
  apiFor,
  type Desk,
  explained,
  type PracticePage,
  type PracticeSession,
  sendPracticePage,
} from './desk.ts';
import { InboxApiError } from './inbox-api.ts';
import { handleOf, type KnownPatient } from './known-patients.ts';
import { patientBanner, patientFormContent, patientTabs } from './pages/patients.ts';
import { previewContent, viewsContent } from './pages/preview.ts';
import { quarantinedSenderContent, quarantineSenderContent } from './pages/quarantine-sender.ts';
import { readsContent, readsFilter } from './pages/reads.ts';
import { typedDay } from './pages/times.ts';
import type { ReadsWanted } from './record-api.ts';

const ODS = /^[A-Z0-9]{3,10}$/;
const cursorForm = /^\d{1,15}$/;

/** Days as typed, each read or found faulty. */
function daysOf(fields: Fields): { days: { from?: string; to?: string }; faults: FormFault[] } {
  const days: { from?: string; to?: string } = {};
  const faults: FormFault[] = [];
  for (const name of ['from', 'to'] as const) {
    const typed = (fields[name] ?? '').trim();
    if (typed === '') continue;
    const day = typedDay(typed);
    if (day === undefined) faults.push({ field: name, text: 'Enter a real date, such as 31/3/2026' });
    else days[name] = day;
  }
  return { days, faults };
}

const cursorOf = ({ cursor }: Fields): string | undefined =>
  cursor !== undefined && cursorForm.test(cursor) ? cursor : undefined;

export function recordRoutes(server: FastifyInstance, desk: Desk): void {
  const form = (
    reply: FastifyReply,
    session: PracticeSession,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    sendPracticePage(desk, reply, session, {
      title: 'A patient’s record',
      faults,
      place: '/patients',
      content: patientFormContent(session, fields, faults),
    });
  server.get(
    '/patients',
    signedIn(desk, (_request, reply, session) => form(reply, session)),
  );
  server.post(
    '/patients',
    signedIn(desk, (request, reply, session) => {
      const fields = fieldsOf(request.body);
      const nhsNumber = (fields.nhsNumber ?? '').replace(/[\s-]/g, '');
      if (!isNhsNumber(nhsNumber)) {
        const text =
          nhsNumber === '' ? 'Enter an NHS number' : 'Enter a valid NHS number: 10 digits, check each one';
        return form(reply, session, fields, [{ field: 'nhsNumber', text }]);
      }
      const handle = handleOf(session.state.patients, { nhsNumber, name: undefined });
      return reply.redirect(`/patients/${handle}/reads`, 303);
    }),
  );
  /** From a message to the record of whom it is about. */
  server.get(
    '/inbox/:item/patient',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/inbox', async () => {
        const key = Number((request.params as { item: string }).item);
        if (!Number.isSafeInteger(key)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such message');
        const { patient } = await apiFor(desk, session).open(key);
        const name = [patient.family?.toUpperCase(), patient.given?.join(' ')].filter(Boolean).join(', ');
        const known = { nhsNumber: patient.nhsNumber, name: name || undefined };
        return reply.redirect(`/patients/${handleOf(session.state.patients, known)}/reads`, 303);
      }),
    ),
  );

  type OnPatient = (
    reply: FastifyReply,
    session: PracticeSession,
    patient: KnownPatient & { readonly handle: string },
    request: FastifyRequest,
  ) => Promise<FastifyReply> | FastifyReply;
  /** A page about the patient of its handle; a handle of another session leads back to the form. */
  const onPatient = (place: string, route: OnPatient) =>
    signedIn(desk, (request, reply, session: PracticeSession) => {
      const { handle } = request.params as { handle: string };
      const patient = session.state.patients.get(handle);
      if (patient === undefined) return reply.redirect('/patients', 303);
      return explained(desk, reply, session, `/patients/${handle}/${place}`, async () =>
        route(reply, session, { ...patient, handle }, request),
      );
    });
  const send = (
    reply: FastifyReply,
    session: PracticeSession,
    patient: KnownPatient & { readonly handle: string },
    {
      place,
      title,
      content,
      faults = [],
    }: { place: string } & Pick<PracticePage, 'title' | 'content' | 'faults'>,
  ) =>
    sendPracticePage(desk, reply, session, {
      title,
      faults,
      place: '/patients',
      back: { href: '/patients', text: 'Another patient' },
      beforeContent: patientBanner(patient),
      content: html`${patientTabs(patient.handle, place)}${content}`,
    });

  server.get(
    '/patients/:handle/reads',
    onPatient('reads', async (reply, session, patient, request) => {
      const fields = fieldsOf(request.query);
      const { days, faults } = daysOf(fields);
      const cursor = cursorOf(fields);
      const wanted: ReadsWanted = { ...days, ...(cursor === undefined ? {} : { cursor }) };
      const page =
        faults.length > 0 ? undefined : await apiFor(desk, session).reads(patient.nhsNumber, wanted);
      const href = (next?: string) =>
        `/patients/${patient.handle}/reads?${new URLSearchParams({ ...days, ...(next ? { cursor: next } : {}) })}`;
      return send(reply, session, patient, {
        place: 'reads',
        title: 'Who has read this record',
        faults,
        content: readsContent({
          title: 'Who has read this record',
          about: 'Every time somebody outside the practice was shown it, from your practice’s own audit.',
          filter: readsFilter(fields, faults),
          faults,
          page,
          href,
          isFirst: cursor === undefined,
        }),
      });
    }),
  );

  server.get(
    '/patients/:handle/preview',
    onPatient('preview', async (reply, session, patient) => {
      const views = await apiFor(desk, session).views();
      return send(reply, session, patient, {
        place: 'preview',
        title: 'As others receive it',
        content: viewsContent(session, patient.handle, views),
      });
    }),
  );
  server.post(
    '/patients/:handle/preview',
    onPatient('preview', async (reply, session, patient, request) => {
      const fields = fieldsOf(request.body);
      const shown = await apiFor(desk, session).preview(patient.nhsNumber, (fields.view ?? '').slice(0, 50));
      if (fields.download === 'yes')
        return reply
          .header(
            'content-disposition',
            `attachment; filename="preview-${shown.view.replace(/\W/g, '')}.txt"`,
          )
          .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
          .header('cache-control', 'no-store')
          .type('text/plain; charset=utf-8')
          .send(shown.body);
      return send(reply, session, patient, {
        place: 'preview',
        title: `As others receive it: ${shown.title}`,
        content: previewContent(session, patient.handle, shown),
      });
    }),
  );

  const quarantineForm = (
    reply: FastifyReply,
    session: PracticeSession,
    patient: KnownPatient & { readonly handle: string },
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    send(reply, session, patient, {
      place: 'quarantine',
      title: 'Withhold what a sender sent',
      faults,
      content: quarantineSenderContent(session, patient.handle, fields, faults),
    });
  server.get(
    '/patients/:handle/quarantine',
    onPatient('quarantine', (reply, session, patient) => quarantineForm(reply, session, patient)),
  );
  server.post(
    '/patients/:handle/quarantine',
    onPatient('quarantine', async (reply, session, patient, request) => {
      const fields = fieldsOf(request.body);
      const sender = (fields.sender ?? '').trim().toUpperCase();
      const reason = (fields.reason ?? '').trim();
      const { days, faults } = daysOf(fields);
      if (!ODS.test(sender))
        faults.unshift({ field: 'sender', text: 'Enter an ODS code: letters and digits, such as FZZ01' });
      if (reason === '')
        faults.push({ field: 'reason', text: 'Enter the reason: it is kept with the change' });
      if (faults.length > 0) return quarantineForm(reply, session, patient, fields, faults);
      const api = apiFor(desk, session);
      const wanted = { nhsNumber: patient.nhsNumber, sender, reason };
      if (fields.do === 'release') {
        const { released, waiting } = await api.releaseAll(wanted);
        session.state.done = `Released: ${released} in the record, ${waiting} in the inbox, from ${sender}.`;
        return reply.redirect(`/patients/${patient.handle}/quarantine`, 303);
      }
      const done = await api.quarantineAll({ ...wanted, ...days });
      return send(reply, session, patient, {
        place: 'quarantine',
        title: `Withheld: ${sender}`,
        content: quarantinedSenderContent(sender, done),
      });
    }),
  );

  server.get(
    '/filed/:filed/reads',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/look-back', async () => {
        const filed = Number((request.params as { filed: string }).filed);
        if (!Number.isSafeInteger(filed)) throw new InboxApiError('NOT_FOUND', 404, 'There is no such entry');
        const cursor = cursorOf(fieldsOf(request.query));
        const page = await apiFor(desk, session).readsOfFiled(filed, cursor);
        return sendPracticePage(desk, reply, session, {
          title: `Who has read entry ${filed}`,
          place: '/look-back',
          back: { href: '/look-back', text: 'Back to looking back' },
          content: readsContent({
            title: `Who has read the record since entry ${filed} was filed`,
            about: 'Every time somebody outside the practice was shown the record it stands in.',
            faults: [],
            page,
            href: (next) => `/filed/${filed}/reads${next ? `?cursor=${next}` : ''}`,
            isFirst: cursor === undefined,
          }),
        });
      }),
    ),
  );
}
