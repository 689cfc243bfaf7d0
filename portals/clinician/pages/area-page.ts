// One part of the record, with what is missing from it said before what is there.
// spec: access-record-structured §9, §15 rules 2, 3, 6, 7
import type { Consultation, Item } from '@gp-connect/consumer';
import { component, html, type Markup, nothing } from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import { type AreaContent, type AreaGroup, type AreaPage, areaContent } from './areas.ts';
import { consultationEntry, entry, factOf, tagsOf } from './entries.ts';
import { countText, type Paged, paged, pageLinks } from './paging.ts';

export function areaPageContent(record: OpenRecord, area: AreaPage, page: unknown): Markup {
  const content = areaContent(record, area.name);
  const rows = inGroups(area.groups, content.items);
  const shown = paged(rows, page, area.pageSize);
  const href = (to: number) => `/patients/${record.handle}/record/${area.name}?page=${to}`;
  return html`${area.about ? html`<p class="gpc-about">${area.about}</p>` : nothing}
${gapsOf(content, record)}
${emptyWords(area, content)}
${shown.pages > 1 ? html`<p class="gpc-count">${countText(shown, 'entry').replace(/Entrys/, 'Entries')}</p>` : nothing}
${groupsOf(area, shown)}
${pageLinks(shown, href)}
${shown.page === shown.pages ? alongside(area, content) : nothing}`;
}

/** What is known to be left out of a part, and why, in words. */
export function gapsOf({ missing, unavailable }: AreaContent, { view }: OpenRecord): Markup {
  if (missing.length === 0 && !unavailable) return nothing;
  const practice = view.practice.name ?? 'the practice';
  return component('warning-callout', {
    heading: unavailable ? 'Not available' : 'Some information is not shown',
    headingLevel: 2,
    classes: 'gpc-callout',
    html: html`${unavailable ? html`<p>${unavailable}</p>` : nothing}${missing.map((text) => html`<p>${text}</p>`)}
<p>What is missing may matter for your decision. If in doubt, ask the patient or ${practice}.</p>`.text,
  });
}

/** An empty list never claims that there is nothing. */
export function emptyWords(area: AreaPage, content: AreaContent): Markup {
  if (content.items.length > 0) return nothing;
  if (area.name === 'documents')
    return content.unavailable ? nothing : html`<p>No entry of this record refers to a document.</p>`;
  if (content.notAsked)
    return component('inset-text', { text: 'You did not ask for this part of the record.' });
  if (!content.nothingRecorded) return nothing;
  const warning =
    area.name === 'allergies'
      ? 'This does not mean that the patient has no known allergies. Ask the patient.'
      : 'This does not mean that there is none: information may not be available.';
  return component('inset-text', {
    html: html`<p><strong>No content recorded by the practice.</strong> ${warning}</p>`.text,
  });
}

interface Row {
  readonly group: AreaGroup;
  readonly item: Item;
}

function inGroups(groups: readonly AreaGroup[], items: readonly Item[]): Row[] {
  return groups.flatMap((group) => items.filter(group.holds).map((item) => ({ group, item })));
}

function groupsOf(area: AreaPage, shown: Paged<Row>): readonly Markup[] {
  return area.groups.flatMap((group) => {
    const items = shown.elements.filter((row) => row.group === group).map(({ item }) => item);
    if (items.length === 0) return [];
    const single = area.groups.length === 1 && area.name !== 'diary';
    const begun = shown.from > 0 && shown.elements[0]?.group === group && shown.from > 0;
    return [
      html`<section class="gpc-group${/Ended|Not given/.test(group.title) ? ' gpc-group--apart' : ''}">
<h2 class="${single ? 'nhsuk-u-visually-hidden' : 'nhsuk-heading-m'}">${group.title}${begun && !single ? ' (continued)' : ''}</h2>
${group.about ? html`<p class="gpc-about">${group.about}</p>` : nothing}
${listOf(area, items)}</section>`,
    ];
  });
}

function listOf(area: AreaPage, items: readonly Item[]): Markup {
  if (area.name === 'uncategorised') return observationTable(items);
  if (area.name === 'consultations')
    return html`${items.map((item) => consultationEntry(item as Consultation))}`;
  return html`${items.map((item) => entry(item))}`;
}

/** The design system's responsive table: each row becomes a block on a small screen, its cells named. */
export function observationTable(items: readonly Item[]): Markup {
  return html`<table role="table" class="nhsuk-table-responsive gpc-table gpc-table--card"><caption class="nhsuk-u-visually-hidden">Observations, newest first</caption>
<thead role="rowgroup" class="nhsuk-table__head"><tr role="row">${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
<tbody class="nhsuk-table__body">${items.map(observationRow)}</tbody></table>`;
}

const columns = ['Date', 'Observation', 'Value', 'Recorded by'];

function observationRow(item: Item): Markup {
  const value = html`${factOf(item, 'Value')}${range(item)}${item.notes.map((note) => html`<span class="gpc-block gpc-prose">${note}</span>`)}`;
  const cells = [
    item.date.text,
    html`<strong>${item.title}</strong> ${tagsOf(item)}`,
    value,
    item.author ?? '',
  ];
  return html`<tr role="row" class="nhsuk-table__row">${cells.map((cell, at) => html`<td role="cell" class="nhsuk-table__cell"><span class="nhsuk-table-responsive__heading" aria-hidden="true">${columns[at]} </span><span class="gpc-cell">${cell}</span></td>`)}</tr>`;
}

function range(item: Item): Markup {
  const text = factOf(item, 'Reference range');
  return text ? html` <span class="gpc-muted">(range ${text})</span>` : nothing;
}

/** Items that came along with problems or consultations: no complete list of their kind. */
function alongside(area: AreaPage, { alongside }: AreaContent): Markup {
  if (alongside.length === 0) return nothing;
  return html`<section class="gpc-group gpc-group--apart"><h2 class="nhsuk-heading-m">Came along with problems or consultations</h2>
<p class="gpc-about">These entries are not part of the list above. There may be others like them, also from the same time, that are not shown.</p>
${listOf(area, alongside)}</section>`;
}
