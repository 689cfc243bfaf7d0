// Everything that is known not to be shown, in one place. spec: access-record-structured §9, §15 rules 2–4, 11
import { component, html, type Markup } from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import { gaps } from './areas.ts';

export function missingContent(record: OpenRecord): Markup {
  const found = gaps(record);
  return html`${
    found.length === 0
      ? component('inset-text', {
          text: 'Neither the practice nor this service reported that anything was left out.',
        })
      : html`<p class="gpc-about">The practice, its system or this service reported that the following is not shown.</p>`
  }
${found.map(
  ({ title, texts }) =>
    html`<section class="gpc-entry"><h2 class="gpc-entry__title">${title}</h2><ul class="nhsuk-list nhsuk-list--bullet">${texts.map((text) => html`<li>${text}</li>`)}</ul></section>`,
)}
<h2 class="nhsuk-heading-m">Never part of a GP record seen here</h2>
<ul class="nhsuk-list nhsuk-list--bullet">
<li>Entries the practice or the patient marked as confidential. Where some were left out, the part they belong to says so, but not how many.</li>
<li>Messages and results the practice has not filed yet.</li>
<li>The documents themselves, appointments, and records of other organisations.</li>
<li>Diary entries that were completed or cancelled, and tests requested but not reported.</li>
</ul>`;
}
