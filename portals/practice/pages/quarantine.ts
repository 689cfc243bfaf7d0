// Taking one entry out of every output at once, and who read the record since it was filed. spec: national-service DCC-06
import {
  component,
  errorSummary,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  reading,
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { Access, Quarantined } from '../record-api.ts';
import { momentText } from './times.ts';

const words = {
  quarantine: {
    title: 'Quarantine this entry',
    text: 'It is withheld from every answer at once: other organisations, the patient’s own view, exports. You then see who read the record since it was filed. It can be released again.',
    button: 'Quarantine it now',
  },
  release: {
    title: 'Release this entry',
    text: 'It is shared again as it was before. This needs a clinician.',
    button: 'Release it',
  },
} as const;

export function quarantineContent(
  session: PracticeSession,
  filed: number,
  kind: keyof typeof words,
  faults: readonly FormFault[],
): Markup {
  const { title, text, button } = words[kind];
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${title}</h1><p>${text}</p>
<form method="post" action="/filed/${filed}/${kind}" novalidate>${formTokenField(session)}${component('textarea', { id: 'reason', name: 'reason', rows: '3', label: { text: 'Reason' }, errorMessage: faultAt(faults, 'reason'), attributes: { maxlength: '500' } })}
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">${button}</button> <a href="/look-back">Change nothing</a></div></form>`);
}

export function readersContent(filed: number, { withheld, readers }: Quarantined): Markup {
  return html`<h1 class="nhsuk-heading-l">Quarantined</h1><p>${withheld === 0 ? 'It was withheld already.' : 'It is withheld from everyone from now on.'} <a href="/filed/${filed}/release">Release it</a></p>
${readersTable(readers)}<p><a href="/filed/${filed}/reads">Every reading since it was filed, with person, role and purpose</a></p>`;
}

/** Who saw what should not have been there. */
export const readersTable = (readers: readonly Access[]): Markup =>
  html`<h2 class="nhsuk-heading-m">Who read this record since</h2>${
    readers.length === 0
      ? component('inset-text', { text: 'Nobody outside the practice read it.' })
      : html`<div class="gpc-scroll" role="region" aria-label="Who read it" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">When</th><th scope="col">Organisation</th><th scope="col">Product</th><th scope="col">User</th></tr></thead><tbody>${readers.map((one) => html`<tr><td>${momentText(one.at)}</td><td>${one.organisation ?? 'Not known'}</td><td>${one.product ?? 'Not known'}</td><td>${one.user ?? 'Not known'}</td></tr>`)}</tbody></table></div>`
  }`;
