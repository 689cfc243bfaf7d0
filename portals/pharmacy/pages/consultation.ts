// The form of a Pharmacy First consultation, with what stopped it from being sent. spec: messaging §6.2–§6.4, SG-20
import { type CodeInput, pregnancyCodes, type TracedPatient } from '@gp-connect/consumer';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import {
  ageAt,
  bannerName,
  component,
  dateText,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  nothing,
} from '../../kit/index.ts';
import { complaints, jobRoles, services, units } from '../choices.ts';
import { measurements } from '../consultation-form.ts';
import type { PharmacySession } from '../desk.ts';
import type { Replacing } from '../replacement.ts';
import { when } from './moments.ts';

export interface ConsultationPage {
  readonly session: PharmacySession;
  readonly handle: string;
  readonly traced: TracedPatient;
  readonly medicines: readonly CodeInput[];
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
  readonly stopped: readonly { readonly ruleId: string; readonly message: string }[];
  readonly now: number;
  readonly replacing: Replacing | undefined;
}

export function consultationContent(page: ConsultationPage): Markup {
  const { session, handle, traced, fields, faults } = page;
  const draw = fieldsOfForm(fields, faults);
  return html`${errorSummary(faults)}${stoppedContent(page.stopped)}<h1 class="nhsuk-heading-l">Write up the consultation</h1>
${whoContent(traced, page.now)}${replacingContent(page.replacing)}
<form method="post" action="/patients/${handle}/check" novalidate autocomplete="off" id="form">${formTokenField(session)}
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">Encounter</h2>
${draw.radios('service', 'Pharmacy First service', services)}
<div class="gpc-pair">${draw.input('seen', 'Date the patient was seen', 'Year-month-day')}${draw.input('gphc', 'Your GPhC number', 'Seven digits')}${draw.select('role', 'Your role', jobRoles)}</div></section>
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">What was found</h2>
${draw.select('complaint', 'Presenting complaint (optional)', complaints)}
${draw.text('summary', 'Clinical summary', 'Reason, findings and outcome. It cannot ask the practice to do something: ring it for that.')}
${draw.text('history', 'History (optional)')}${draw.text('red-flags', 'Red flags (optional)', 'For anything urgent, ring the practice.')}${draw.text('information-and-advice-given', 'Information and advice given (optional)')}</section>
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">Pregnancy status</h2>
${draw.radios('pregnancy', 'What do you record?', [
  { value: 'none', text: 'Nothing' },
  { value: 'not-pregnant', text: pregnancyCodes['not-pregnant'].display },
  { value: 'pregnant', text: pregnancyCodes.pregnant.display },
])}</section>
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">Observations (optional)</h2><div class="gpc-pair">${draw.input('systolic', 'Systolic, sitting (mmHg)')}${draw.input('diastolic', 'Diastolic, sitting (mmHg)')}${Object.entries(measurements).map(([name, { label }]) => draw.input(name, label))}</div></section>
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">Supply (optional)</h2>
${draw.select('medicine', 'Medicine supplied under a patient group direction', page.medicines)}
<div class="gpc-pair">${draw.input('quantity', 'Quantity')}${draw.select('unit', 'Counted in', units)}${draw.input('days', 'Days of supply')}</div>${draw.input('dose', 'Dose in words')}</section>
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Check before sending</button> <a href="/find">Find another patient</a></div></form>`;
}

export function whoContent({ patient, nhsNumber, practice }: TracedPatient, now: number): Markup {
  return html`<dl class="gpc-facts gpc-card gpc-part"><div><dt>Patient</dt><dd>${bannerName(patient)}</dd></div><div><dt>Born</dt><dd>${dateText(patient.birthDate)}${ageAt(patient.birthDate ?? null, now)}</dd></div><div><dt>NHS number</dt><dd>${spacedNhsNumber(nhsNumber)}</dd></div><div><dt>To practice</dt><dd>${practice ?? 'None'}</dd></div></dl>`;
}

/** What becomes of the message that was sent before. spec: messaging §5.4 */
export const replacingContent = (replacing: Replacing | undefined): Markup =>
  replacing === undefined
    ? nothing
    : component('inset-text', {
        html: (replacing.isThere
          ? html`<p>This replaces “${replacing.title}”, sent ${when(replacing.sentAt)}. The practice sees the new version in its place, and keeps the old one for its records.</p>`
          : html`<p>This sends “${replacing.title}” again, corrected. The practice did not take what was sent ${when(replacing.sentAt)}.</p>`
        ).text,
      });

const stoppedContent = (stopped: ConsultationPage['stopped']): Markup =>
  stopped.length === 0
    ? nothing
    : component('warning-callout', {
        heading: 'This cannot be sent as it is',
        headingLevel: 2,
        html: html`<p>The practice’s checks would block it. Correct it, then check again.</p><ul class="nhsuk-list nhsuk-list--bullet">${stopped.map(({ ruleId, message }) => html`<li>${message} <span class="gpc-muted">(${ruleId})</span></li>`)}</ul>`
          .text,
      });

/** The fields of the form, each with what was typed and what is wrong with it. */
function fieldsOfForm(fields: Fields, faults: readonly FormFault[]) {
  const common = (name: string, label: string, hint?: string) => ({
    id: name,
    name,
    label: { text: label },
    ...(hint ? { hint: { text: hint } } : {}),
    value: fields[name],
    errorMessage: faultAt(faults, name),
  });
  return {
    input: (name: string, label: string, hint?: string) => component('input', common(name, label, hint)),
    text: (name: string, label: string, hint?: string) =>
      component('textarea', { ...common(name, label, hint), rows: '3', attributes: { maxlength: '4000' } }),
    select: (name: string, label: string, items: readonly CodeInput[]) =>
      component('select', {
        ...common(name, label),
        items: [
          { value: '', text: 'Choose' },
          ...items.map(({ code, display }) => ({ value: code, text: display })),
        ],
      }),
    radios: (
      name: string,
      legend: string,
      items: readonly { readonly value: string; readonly text: string }[],
    ) =>
      component('radios', {
        idPrefix: name,
        name,
        classes: 'nhsuk-radios--small',
        fieldset: { legend: { text: legend, classes: 'nhsuk-fieldset__legend--s' } },
        value: fields[name],
        errorMessage: faultAt(faults, name),
        items,
      }),
  };
}
