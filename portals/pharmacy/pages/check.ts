// The last look before sending: where it goes, what the checks found, the pregnancy status in words. spec: messaging SG-20
import type { UpdateRecordInput } from '@gp-connect/consumer';
import {
  component,
  errorSummary,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  nothing,
} from '../../kit/index.ts';
import { measurements } from '../consultation-form.ts';
import type { Draft, PharmacySession } from '../desk.ts';
import { replacingContent } from './consultation.ts';

const severityWords: Readonly<Record<string, string>> = { ACTION: 'Needs action', WARN: 'Check' };

export function checkContent(page: {
  readonly session: PharmacySession;
  readonly handle: string;
  readonly draft: Draft;
  readonly faults: readonly FormFault[];
  readonly ticked: readonly string[];
}): Markup {
  const { session, handle, draft, faults, ticked } = page;
  const { pregnancy, confirmations, notes, input } = draft;
  const tick = (id: string, name: string, value: string, legend: string, text: string) =>
    component('checkboxes', {
      idPrefix: id,
      name,
      classes: 'nhsuk-checkboxes--small',
      fieldset: { legend: { text: legend, classes: 'nhsuk-fieldset__legend--s' } },
      errorMessage: faultAt(faults, id),
      values: ticked,
      items: [{ value, text }],
    });
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Check and send</h1>
<p>“${draft.message.title}” goes to practice <strong>${draft.practice}</strong>.</p>
${replacingContent(draft.replacing)}<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">What you send</h2>${component('summary-list', { rows: whatIsSent(input).map(([key, value]) => ({ key: { text: key }, value: { text: value } })) })}</section>
<form method="post" action="/patients/${handle}/send" novalidate>${formTokenField(session)}
${pregnancy ? tick('pregnancy', 'pregnancy', pregnancy, `Pregnancy status: ${pregnancy}`, `I confirm that the record shall say: ${pregnancy}`) : nothing}
${confirmations.map(({ ref, finding }, at) => tick(`confirmed-${at}`, 'confirmed', ref, `${severityWords[finding.severity] ?? finding.severity}: ${finding.message} (${finding.ruleId})`, 'I have read this, and what I wrote is right'))}
${notes.length > 0 ? component('inset-text', { html: html`<ul class="nhsuk-list nhsuk-list--bullet">${notes.map((note) => html`<li>${note}</li>`)}</ul>`.text }) : nothing}
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Send to the practice</button> <a href="/patients/${handle}">Change the consultation</a></div></form>`;
}

const headings: Readonly<Record<string, string>> = {
  history: 'History',
  'red-flags': 'Red flags',
  'information-and-advice-given': 'Information and advice given',
};

/** Everything that leaves, or left, in words. */
export function whatIsSent(input: UpdateRecordInput): readonly (readonly [string, string])[] {
  const { patient, headings: texts = {} } = input;
  return [
    ['Patient', `${patient.family.toUpperCase()}, ${patient.given.join(' ')}`],
    ['Seen', input.seen],
    ...(input.presentingComplaints ?? []).map(({ display }) => ['Presenting complaint', display] as const),
    ['Clinical summary', input.clinicalSummary],
    ...Object.entries(texts).map(([name, text]) => [headings[name] ?? name, text] as const),
    ...(input.bloodPressures ?? []).map(
      ({ systolic, diastolic }) => ['Blood pressure, sitting', `${systolic}/${diastolic} mmHg`] as const,
    ),
    ...(input.measurements ?? []).map(
      ({ kind, value }) => [measurements[kind as keyof typeof measurements].label, String(value)] as const,
    ),
    ...(input.supplies ?? []).map(
      ({ medicine, quantity, dose, daysSupply }) =>
        [
          'Supplied',
          [
            `${medicine.display}, ${quantity.value} ${quantity.unit}`,
            dose,
            daysSupply && `${daysSupply} days`,
          ]
            .filter(Boolean)
            .join(', '),
        ] as const,
    ),
  ];
}
