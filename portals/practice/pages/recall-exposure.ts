// Who was shown records while a recalled entry stood in them, and a notice for each organisation, to print or send.
// spec: national-service INC-12
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import { component, html, type Markup } from '../../kit/index.ts';
import type { Exposure } from '../recalls-api.ts';
import { outcomeText, productText, roleText } from './reads.ts';
import { recallHref } from './recalls.ts';
import { momentText } from './times.ts';

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

export function exposureContent(recall: string, { reads, notices }: Exposure): Markup {
  return html`<h1 class="nhsuk-heading-l">Who had read them: recall ${recall}</h1>
<p>Everybody outside the practice who was shown one of these records after a recalled entry was filed and before it was withheld or settled. From your practice’s own audit, in which it is kept that you asked.</p>
<ul class="gpc-tabs gpc-no-print"><li><a href="${recallHref(recall)}">Open entries</a></li><li><a href="${recallHref(recall, '?show=all')}">All entries</a></li><li><a href="${recallHref(recall, '/exposure')}" aria-current="page">Who had read them, and notices</a></li></ul>
${reads.length === 0 ? component('inset-text', { text: 'Nobody outside the practice was shown one of these records meanwhile.' }) : html`${noticesContent(notices)}${readsTable(reads)}`}`;
}

const noticesContent = (notices: Exposure['notices']): Markup =>
  html`<section class="gpc-found"><h2 class="nhsuk-heading-m">Notices</h2><p class="gpc-no-print">One for each organisation, to print with your browser or to send by your usual way. They name no patient: tell whose record it was by telephone or NHSmail only.</p>
${notices.map(({ organisation, name, reads, words }) => html`<article class="gpc-entry gpc-notice"><h3 class="gpc-entry__title">${name || organisation} (${organisation}), shown a record ${times(reads)}</h3><p class="gpc-prose">${words}</p></article>`)}</section>`;

const readsTable = (reads: Exposure['reads']): Markup =>
  html`<div class="gpc-scroll gpc-found gpc-no-print" role="region" aria-label="Who was shown a record" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">Every reading (${reads.length})</caption><thead><tr><th scope="col">When</th><th scope="col">Patient</th><th scope="col">Organisation</th><th scope="col">Person</th><th scope="col">What</th><th scope="col">Outcome</th></tr></thead><tbody>${reads.map(
    (one) =>
      html`<tr><th scope="row">${momentText(one.at)}<span class="gpc-sub">Audit entry ${one.index}</span></th><td>${spacedNhsNumber(one.nhsNumber)}</td><td>${one.organisation?.name ?? 'Not known'}<span class="gpc-sub">${one.organisation?.ods}</span></td><td>${one.staff ?? 'Not known'}<span class="gpc-sub">${roleText(one.role)}</span></td><td>${productText(one.product)}<span class="gpc-sub">${one.areas.join(', ')}</span></td><td>${outcomeText(one.outcome)}</td></tr>`,
  )}</tbody></table></div>`;
