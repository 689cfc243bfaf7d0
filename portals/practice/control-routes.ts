// The practice's controls: switches per service, senders it takes nothing from, stops of filing, each change with a
// reason; what senders send; and the rules in force.
// spec: messaging SG-04, SG-10, SG-17, SG-18; national-service DCC-02, DCC-03, DCC-11
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Fields, type FormFault, fieldsOf, signedIn } from '../kit/index.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { type Control, type Controls, InboxApiError } from './inbox-api.ts';
import { changeContent, changeWords } from './pages/change.ts';
import { controlsContent } from './pages/controls.ts';
import { rulesContent } from './pages/rules.ts';
import { sendersContent } from './pages/senders.ts';

const kinds: readonly Control['kind'][] = ['switch', 'sender', 'stop-code', 'stop-sender'];
const patterns: Readonly<Record<Control['kind'], { pattern: RegExp; fault: string }>> = {
  switch: { pattern: /^[a-z:-]{3,60}$/, fault: 'Choose a switch' },
  sender: { pattern: /^[A-Z0-9]{3,10}$/, fault: 'Enter an ODS code: letters and digits, such as FZZ01' },
  'stop-code': { pattern: /^\d{6,18}$/, fault: 'Enter a SNOMED CT or dm+d code: 6 to 18 digits' },
  'stop-sender': {
    pattern: /^[A-Z0-9]{3,10}$/,
    fault: 'Enter an ODS code: letters and digits, such as FZZ01',
  },
};

const DAYS_COUNTED = 30;
const DAY_MS = 86_400_000;
const sinceOf = (now: number): string => new Date(now - DAYS_COUNTED * DAY_MS).toISOString();

function controlOf(fields: Fields): Control | FormFault {
  const kind = kinds.find((each) => each === fields.kind);
  if (kind === undefined) throw new InboxApiError('NOT_FOUND', 404, 'There is no such control');
  const typed = (fields.name ?? '').trim();
  const name = kind === 'sender' || kind === 'stop-sender' ? typed.toUpperCase() : typed;
  const { pattern, fault } = patterns[kind];
  return pattern.test(name) ? { kind, name } : { field: `name-${kind}`, text: fault };
}

/** What a role that may not see something gets instead of it: the rest of the page is for everybody who may read. */
async function ifAllowed<Wanted>(asked: Promise<Wanted>, otherwise: Wanted): Promise<Wanted> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof InboxApiError && error.code === 'NOT_ALLOWED') return otherwise;
    throw error;
  }
}

const noControls: Pick<Controls, 'blockedSenders' | 'stops'> = { blockedSenders: [], stops: [] };

export function controlRoutes(server: FastifyInstance, desk: Desk): void {
  const controls = (
    reply: FastifyReply,
    session: PracticeSession,
    fields: Fields = {},
    faults: readonly FormFault[] = [],
  ) =>
    explained(desk, reply, session, '/controls', async () => {
      const api = apiFor(desk, session);
      const [found, counted] = await Promise.all([api.controls(), api.counters(sinceOf(desk.clock()))]);
      return sendPracticePage(desk, reply, session, {
        title: 'Controls',
        faults,
        place: '/controls',
        content: controlsContent({ controls: found, counted, days: DAYS_COUNTED, fields, faults }),
      });
    });

  server.get(
    '/controls',
    signedIn(desk, (_request, reply, session) => controls(reply, session)),
  );

  const change = (
    reply: FastifyReply,
    session: PracticeSession,
    control: Control,
    on: boolean,
    faults: readonly FormFault[] = [],
  ) =>
    sendPracticePage(desk, reply, session, {
      title: changeWords(control, on).title,
      faults,
      place: '/controls',
      content: changeContent(session, control, on, faults),
    });

  server.get(
    '/controls/change',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/controls', async () => {
        const fields = fieldsOf(request.query);
        const control = controlOf(fields);
        if ('field' in control) return controls(reply, session, fields, [control]);
        return change(reply, session, control, fields.to === 'on');
      }),
    ),
  );

  server.post(
    '/controls/change',
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/controls', async () => {
        const fields = fieldsOf(request.body);
        const control = controlOf(fields);
        if ('field' in control) return controls(reply, session, fields, [control]);
        const on = fields.to === 'on';
        const reason = (fields.reason ?? '').trim();
        if (reason === '')
          return change(reply, session, control, on, [
            { field: 'reason', text: 'Enter the reason: it is kept with the change' },
          ]);
        await apiFor(desk, session).setControl(control, on, reason);
        session.state.done = changeWords(control, on).done;
        return reply.redirect('/controls', 303);
      }),
    ),
  );

  server.get(
    '/senders',
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, '/senders', async () => {
        const api = apiFor(desk, session);
        const [counted, { blockedSenders, stops }] = await Promise.all([
          api.counters(sinceOf(desk.clock())),
          ifAllowed<typeof noControls>(api.controls(), noControls),
        ]);
        return sendPracticePage(desk, reply, session, {
          title: 'Senders',
          place: '/senders',
          content: sendersContent(counted, blockedSenders, stops, DAYS_COUNTED),
        });
      }),
    ),
  );

  server.get(
    '/rules',
    signedIn(desk, (_request, reply, session) =>
      explained(desk, reply, session, '/rules', async () => {
        const api = apiFor(desk, session);
        const [rules, reports] = await Promise.all([api.rules(), ifAllowed(api.ruleReports(), [])]);
        return sendPracticePage(desk, reply, session, {
          title: 'Rules',
          place: '/rules',
          content: rulesContent(rules, reports),
        });
      }),
    ),
  );
}
