// From which care settings a product is taken: chosen on a page of its own, with what follows and a reason.
// spec: national-service DCC-03, DCC-11
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type FormFault, fieldsOf, signedIn, valuesOf } from '../kit/index.ts';
import { careSettingWords, settingProducts } from './care-settings.ts';
import { apiFor, type Desk, explained, type PracticeSession, sendPracticePage } from './desk.ts';
import { InboxApiError } from './inbox-api.ts';
import { careSettingsContent, careSettingsTitle, takenFromText } from './pages/care-settings.ts';

const PATH = '/controls/care-settings';

interface Asked {
  readonly product: string;
  /** `all`, `some`, or nothing chosen yet. */
  readonly from: string | undefined;
  readonly settings: readonly string[];
  readonly reason?: string | undefined;
}

const productOf = (source: unknown): string => {
  const { product } = fieldsOf(source);
  if (product === undefined || !settingProducts.includes(product))
    throw new InboxApiError('NOT_FOUND', 404, 'There is no such product');
  return product;
};

export function careSettingRoutes(server: FastifyInstance, desk: Desk): void {
  const page = (
    reply: FastifyReply,
    session: PracticeSession,
    asked: Asked,
    faults: readonly FormFault[] = [],
  ) =>
    sendPracticePage(desk, reply, session, {
      title: careSettingsTitle(asked.product),
      faults,
      place: '/controls',
      back: { href: '/controls', text: 'All controls' },
      content: careSettingsContent(session, asked, faults),
    });

  server.get(
    PATH,
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/controls', async () => {
        const product = productOf(request.query);
        const { takenFrom } = await apiFor(desk, session).controls();
        const settings = takenFrom.find((one) => one.product === product)?.settings;
        return page(reply, session, {
          product,
          from: settings === undefined ? 'all' : 'some',
          settings: settings ?? [],
        });
      }),
    ),
  );

  server.post(
    PATH,
    signedIn(desk, (request, reply, session) =>
      explained(desk, reply, session, '/controls', async () => {
        const fields = fieldsOf(request.body);
        const product = productOf(request.body);
        const settings = valuesOf(request.body, 'settings').filter((one) => one in careSettingWords);
        const { from } = fields;
        const reason = (fields.reason ?? '').trim();
        const faults: FormFault[] = [];
        if (from !== 'all' && from !== 'some')
          faults.push({ field: 'from', text: 'Choose from whom it is taken' });
        if (from === 'some' && settings.length === 0)
          faults.push({
            field: 'settings',
            text: 'Tick at least one care setting, or switch the product off',
          });
        if (reason === '')
          faults.push({ field: 'reason', text: 'Enter the reason: it is kept with the change' });
        if (faults.length > 0)
          return page(reply, session, { product, from, settings, reason: fields.reason }, faults);
        const chosen = from === 'all' ? null : settings;
        await apiFor(desk, session).setCareSettings(product, chosen, reason);
        session.state.done = `${careSettingsTitle(product)}: ${takenFromText(chosen)}.`;
        return reply.redirect('/controls', 303);
      }),
    ),
  );
}
