// What surrounds every page of an open record: who the patient is, where the data come from, the menu of its parts.
// spec: access-record-structured §15 rules 1, 5; NHS pattern for the patient banner
import { londonDateTime } from '@gp-connect/foundation/fhir';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import {
  ageAt,
  dateText,
  formTokenField,
  html,
  type Markup,
  nothing,
  type PageOptions,
  sentenceCase,
} from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import type { StaffSession } from '../staff-session.ts';
import { type AreaContent, areaContent, areaPages, gaps } from './areas.ts';

export interface RecordPage {
  readonly session: StaffSession;
  readonly record: OpenRecord;
  /** Last part of the address: `overview`, an area, `timeline`… */
  readonly current: string;
  readonly title: string;
  readonly content: Markup;
  readonly now: number;
}

export function recordPage({ session, record, current, title, content, now }: RecordPage): PageOptions {
  const { identity } = session.state;
  return {
    title: `${title} – GP record`,
    wide: true,
    signedIn: { name: identity.displayName, place: identity.organisation.name, session },
    beforeContent: banner(record, now),
    content: html`<div class="gpc-record">
${menu(record, current)}
<div class="gpc-record__body"><h1 class="nhsuk-heading-l gpc-record__title">${title}</h1>
${differenceStrip(record)}
${content}
${closing(record, session)}</div></div>`,
  };
}

function banner({ view, retrievedAt, trace }: OpenRecord, now: number): Markup {
  const { patient, practice } = view;
  const facts: readonly (readonly [string, string])[] = [
    ['Born', `${dateText(patient.birthDate)}${ageAt(patient.birthDate, now)}`],
    ['Gender', sentenceCase(patient.gender ?? 'Not recorded')],
    ['NHS number', spacedNhsNumber(patient.nhsNumber)],
  ];
  return html`<section class="gpc-banner" aria-label="Patient">
<div class="gpc-banner__who"><p class="gpc-banner__name"><span class="gpc-banner__family">${patient.family.toUpperCase()}</span>, ${patient.given}</p>
<dl class="gpc-banner__facts">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></div>
<p class="gpc-banner__source">GP record of <strong>${practice.name ?? 'practice not named'}</strong>${practice.ods ? ` (${practice.ods})` : ''}, retrieved ${retrievalText(retrievedAt)}. Reference <span class="gpc-code">${trace}</span></p>
</section>`;
}

export function retrievalText(at: number): string {
  const [date = '', time = ''] = londonDateTime(new Date(at)).split('T');
  return `${dateText(date)} at ${time.slice(0, 5)}`;
}

const special = [
  { name: 'overview', title: 'Overview' },
  { name: 'timeline', title: 'Timeline' },
  { name: 'trends', title: 'Trends' },
];

function menu(record: OpenRecord, current: string): Markup {
  const link = (name: string, title: string, extra: Markup = nothing) =>
    html`<li><a class="gpc-menu__link" href="/patients/${record.handle}/record/${name}"${name === current ? html` aria-current="page"` : nothing}>${title}</a>${extra}</li>`;
  const action = (href: string, text: string) =>
    html`<li><a class="gpc-menu__link" href="${href}">${text}</a></li>`;
  const missing = gaps(record).length;
  return html`<nav class="gpc-menu gpc-no-print" aria-label="Parts of the record">
<ul class="gpc-menu__list">${special.map(({ name, title }) => link(name, title))}</ul>
<ul class="gpc-menu__list">${areaPages.map(({ name, title }) => {
    return link(name, title, countOf(areaContent(record, name)));
  })}</ul>
<ul class="gpc-menu__list">${link('missing', 'What is not shown', missing ? html`<span class="gpc-menu__count gpc-menu__count--gap">${missing}</span>` : nothing)}${action(`/patients/${record.handle}`, 'Ask for it again')}${action('/find', 'Find another patient')}</ul>
</nav>`;
}

function countOf({ items, missing, unavailable, notAsked }: AreaContent): Markup {
  if (notAsked) return html`<span class="gpc-menu__count">not asked</span>`;
  if (unavailable && items.length === 0)
    return html`<span class="gpc-menu__count gpc-menu__count--gap">not available</span>`;
  const gap = missing.length > 0 || unavailable !== null;
  return html`<span class="gpc-menu__count${gap ? ' gpc-menu__count--gap' : ''}">${items.length}${gap ? ', gaps' : ''}</span>`;
}

function differenceStrip({ differences }: OpenRecord): Markup {
  if (differences.length === 0) return nothing;
  return html`<div class="gpc-warn" role="note"><p><strong>Details differ.</strong> ${differences
    .map(
      ({ label, national, record }) =>
        `${label}: ${national ?? 'nothing'} nationally, ${record ?? 'nothing'} in this record`,
    )
    .join('. ')}. You accepted this record as the patient’s.</p></div>`;
}

function closing(record: OpenRecord, session: StaffSession): Markup {
  return html`<div class="gpc-closing gpc-no-print"><form method="post" action="/patients/${record.handle}/close">${formTokenField(session)}<button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small">Close this record</button></form>
<p class="gpc-muted">This is a snapshot. Ask again to see what the practice recorded since.</p></div>`;
}
