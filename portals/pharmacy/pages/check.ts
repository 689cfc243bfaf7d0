// The last look before sending: where it goes, what the checks found, the pregnancy status in words. spec: messaging SG-20
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
import type { Draft, PharmacySession } from '../desk.ts';

const severityWords: Readonly<Record<string, string>> = { ACTION: 'Needs action', WARN: 'Check' };

export function checkContent(page: {
  readonly session: PharmacySession;
  readonly handle: string;
  readonly draft: Draft;
  readonly faults: readonly FormFault[];
  readonly ticked: readonly string[];
}): Markup {
  const { session, handle, draft, faults, ticked } = page;
  const { pregnancy, confirmations, notes, fields } = draft;
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
<section class="gpc-card gpc-part"><h2 class="nhsuk-heading-m">Clinical summary</h2><p class="gpc-prose">${fields.summary}</p></section>
<form method="post" action="/patients/${handle}/send" novalidate>${formTokenField(session)}
${pregnancy ? tick('pregnancy', 'pregnancy', pregnancy, `Pregnancy status: ${pregnancy}`, `I confirm that the record shall say: ${pregnancy}`) : nothing}
${confirmations.map(({ ref, finding }, at) => tick(`confirmed-${at}`, 'confirmed', ref, `${severityWords[finding.severity] ?? finding.severity}: ${finding.message} (${finding.ruleId})`, 'I have read this, and what I wrote is right'))}
${notes.length > 0 ? component('inset-text', { html: html`<ul class="nhsuk-list nhsuk-list--bullet">${notes.map((note) => html`<li>${note}</li>`)}</ul>`.text }) : nothing}
<button class="nhsuk-button" accesskey="s">Send to the practice</button> <a href="/patients/${handle}">Change the consultation</a></form>`;
}
