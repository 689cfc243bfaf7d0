// Everything in the record by date, narrowed by part and year with a plain form. Diary entries stay planned.
import type { Item } from '@gp-connect/consumer';
import { component, html, type Markup, nothing } from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import { areaPage, areaPages } from './areas.ts';
import { mainValue, tagsOf } from './entries.ts';
import { countText, paged, pageLinks } from './paging.ts';

const PAGE_SIZE = 100;

export interface TimelineQuery {
  readonly area?: string;
  readonly year?: string;
  readonly page?: string;
}

export function timelineContent(record: OpenRecord, query: TimelineQuery): Markup {
  const items = everyItem(record);
  const years = [...new Set(items.map(yearOf))];
  const area = areaPage(query.area ?? '')?.name ?? '';
  const year = years.includes(query.year ?? '') ? query.year! : '';
  const chosen = items.filter((item) => (!area || item.area === area) && (!year || yearOf(item) === year));
  const shown = paged(chosen, query.page, PAGE_SIZE);
  const address = `/patients/${record.handle}/record/timeline`;
  const href = (page: number) => `${address}?${new URLSearchParams({ area, year, page: String(page) })}`;
  return html`<p class="gpc-about">Entries of all parts by the date they happened, newest first. What is not shown elsewhere is not shown here either.</p>
${filters(address, area, year, years)}
<p class="gpc-count">${shown.total === 0 ? 'No entry fits the filter.' : countText(shown, 'entry').replace('Entrys', 'Entries').replace('entrys', 'entries')}</p>
${table(shown.elements, record.handle)}
${pageLinks(shown, href)}`;
}

function everyItem({ view }: OpenRecord): Item[] {
  const seen = new Map<string, Item>();
  for (const item of [...view.areas.flatMap((area) => area.items), ...view.context])
    if (!seen.has(item.reference)) seen.set(item.reference, item);
  const sorted = [...seen.values()];
  return sorted.sort((a, b) => compare(b.date.sort ?? '', a.date.sort ?? '') || compare(a.title, b.title));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const NO_YEAR = 'Date not recorded';
const yearOf = (item: Item) => item.date.sort?.slice(0, 4) ?? NO_YEAR;

function filters(address: string, area: string, year: string, years: readonly string[]): Markup {
  return html`<form class="gpc-filters gpc-no-print" method="get" action="${address}">
${component('select', {
  id: 'area',
  name: 'area',
  label: { text: 'Part of the record' },
  value: area,
  items: [
    { value: '', text: 'All parts' },
    ...areaPages.map(({ name, title }) => ({ value: name, text: title })),
  ],
})}
${component('select', {
  id: 'year',
  name: 'year',
  label: { text: 'Year' },
  value: year,
  items: [{ value: '', text: 'All years' }, ...years.map((each) => ({ value: each, text: each }))],
})}
${component('button', { text: 'Show', classes: 'nhsuk-button--secondary nhsuk-button--small' })}
${area || year ? html`<p class="gpc-filters__clear"><a href="${address}">Clear filters</a></p>` : nothing}
</form>`;
}

function table(items: readonly Item[], handle: string): Markup {
  if (items.length === 0) return nothing;
  const groups: { year: string; items: Item[] }[] = [];
  for (const item of items) {
    const year = yearOf(item);
    const last = groups.at(-1);
    if (last?.year === year) last.items.push(item);
    else groups.push({ year, items: [item] });
  }
  return html`${groups.map(
    (group) =>
      html`<section class="gpc-year"><h2 class="nhsuk-heading-s gpc-year__title">${group.year}</h2><ol class="gpc-timeline">${group.items.map((item) => row(item, handle))}</ol></section>`,
  )}`;
}

function row(item: Item, handle: string): Markup {
  const area = areaPage(item.area);
  const value = mainValue(item);
  return html`<li class="gpc-timeline__row"><span class="gpc-timeline__date">${item.date.text}</span><span class="gpc-timeline__what"><strong>${item.title}</strong>${value ? html` – ${shortened(value)}` : nothing} ${tagsOf(item)}</span><span class="gpc-timeline__area"><a href="/patients/${handle}/record/${item.area}">${area?.title ?? item.area}</a> <span class="gpc-timeline__kind">${item.kind}</span></span></li>`;
}

const LONGEST = 180;
const shortened = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
