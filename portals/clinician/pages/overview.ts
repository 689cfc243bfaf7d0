// The first page of a record: what a clinician looks for first, each with what is missing from it.
import type { Item } from '@gp-connect/consumer';
import { component, html, type Markup, nothing } from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import { emptyWords } from './area-page.ts';
import { type AreaName, areaContent, areaPage, gaps } from './areas.ts';
import { panelLine } from './entries.ts';

interface Panel {
  readonly area: AreaName;
  readonly title: string;
  readonly holds: (item: Item) => boolean;
  readonly most: number;
  /** Where there are entries, but none of this kind. */
  readonly none: string;
  readonly wide?: boolean;
}

const panels: readonly Panel[] = [
  {
    area: 'allergies',
    title: 'Allergies and adverse reactions',
    holds: (item) => item.standing === 'current',
    most: 12,
    none: 'No current allergy is listed; ended ones are. Ask the patient.',
  },
  {
    area: 'problems',
    title: 'Active problems',
    holds: (item) => item.standing === 'current',
    most: 10,
    none: 'No active problem is listed; inactive ones are.',
  },
  {
    area: 'medications',
    title: 'Current medications',
    holds: (item) => item.standing === 'current',
    most: 20,
    none: 'No current medication is listed; past ones are.',
    wide: true,
  },
  {
    area: 'consultations',
    title: 'Latest consultations',
    holds: () => true,
    most: 5,
    none: '',
  },
  {
    area: 'investigations',
    title: 'Latest investigations',
    holds: () => true,
    most: 5,
    none: '',
  },
];

export function overviewContent(record: OpenRecord): Markup {
  return html`${wholeRecordGaps(record)}<div class="gpc-panels">${panels.map((panel) => panelOf(panel, record))}</div>`;
}

function wholeRecordGaps(record: OpenRecord): Markup {
  const found = gaps(record);
  if (found.length === 0) return nothing;
  const places = found.map(({ title }) => title).join(', ');
  return component('warning-callout', {
    heading: 'Some information is not shown',
    headingLevel: 2,
    classes: 'gpc-callout',
    html: html`<p>Parts of this record are withheld, switched off, still on their way or could not be read: ${places}.</p>
<p><a href="/patients/${record.handle}/record/missing">See what is not shown and why</a></p>`.text,
  });
}

function panelOf(panel: Panel, record: OpenRecord): Markup {
  const content = areaContent(record, panel.area);
  const items = content.items.filter(panel.holds);
  const href = `/patients/${record.handle}/record/${panel.area}`;
  const gap = content.unavailable ?? (content.missing.length ? content.missing.join(' ') : null);
  return html`<section class="gpc-panel${panel.wide ? ' gpc-panel--wide' : ''}"><h2 class="gpc-panel__title">${panel.title}</h2>
${gap ? html`<p class="gpc-missing"><strong>Not shown:</strong> ${gap}</p>` : nothing}
${items.length === 0 && content.items.length > 0 ? html`<p>${panel.none}</p>` : nothing}
${emptyWords(areaPage(panel.area)!, content)}
${items.length ? html`<ul class="gpc-lines">${items.slice(0, panel.most).map((item) => html`<li>${panelLine(item)}</li>`)}</ul>` : nothing}
${
  content.items.length
    ? html`<p class="gpc-panel__more"><a href="${href}">${items.length > panel.most ? `See all ${items.length}` : 'See details'}<span class="nhsuk-u-visually-hidden">: ${panel.title}</span></a></p>`
    : nothing
}</section>`;
}
