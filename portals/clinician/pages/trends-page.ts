// Numeric observations and results over time: a chart and its table for each series; pairs such as blood pressure together.
import type { Trend } from '@gp-connect/consumer';
import { component, dateText, html, lineChart, type Markup, nothing, rangeText } from '../../kit/index.ts';
import type { OpenRecord } from '../record-shelf.ts';
import { paged, pageLinks } from './paging.ts';

const CHARTS_A_PAGE = 8;
const MOST_ROWS = 200;

interface Picture {
  readonly title: string;
  readonly unit: string;
  readonly trends: readonly Trend[];
}

export function trendsContent(record: OpenRecord, query: { page?: string }): Markup {
  const pictures = picturesOf(record.trends);
  if (pictures.length === 0)
    return component('inset-text', {
      text: 'No numeric value was recorded at least twice with a whole date in what this record shows.',
    });
  const shown = paged(pictures, query.page, CHARTS_A_PAGE);
  const first = shown.from;
  return html`<p class="gpc-about">Values as the practice recorded them, never converted. Values without a whole date, and results such as “less than 5”, are not drawn. The green band is the reference range sent with the latest result that has one.</p>
${shown.elements.map((picture, at) => pictureOf(picture, `trend-${first + at + 1}`))}
${pageLinks(shown, (page) => `/patients/${record.handle}/record/trends?page=${page}`)}`;
}

/** Components of one observation in one unit share a picture; more than two would not be readable. */
export function picturesOf(trends: readonly Trend[]): Picture[] {
  const pictures = new Map<string, Trend[]>();
  for (const trend of trends) {
    const key = trend.group ? `${trend.group} ${trend.unit}` : `${trend.series} ${trend.unit}`;
    pictures.set(key, [...(pictures.get(key) ?? []), trend]);
  }
  return [...pictures.values()].flatMap((members) => {
    const together = members.length === 2 && members[0]!.group;
    if (!together) return members.map((trend) => ({ title: trend.title, unit: trend.unit, trends: [trend] }));
    const order = members.toSorted((a, b) => average(b) - average(a));
    return [{ title: members[0]!.group!, unit: members[0]!.unit, trends: order }];
  });
}

const average = ({ points }: Trend) => points.reduce((sum, { value }) => sum + value, 0) / points.length;

function pictureOf({ title, unit, trends }: Picture, id: string): Markup {
  const [only] = trends;
  const range = trends.length === 1 ? rangeText(only!.low, only!.high) : '';
  const chart = lineChart({
    id,
    title,
    unit,
    series: trends.map((trend) => ({ name: trend.title, points: trend.points })),
    ...(trends.length === 1 ? { low: only!.low, high: only!.high } : {}),
  });
  return html`<section class="gpc-trend"><h2 class="nhsuk-heading-s gpc-trend__title">${title}${unit ? html` <span class="gpc-muted">(${unit})</span>` : nothing}</h2>
<p class="gpc-trend__latest">${latest(trends)}${range ? `. Reference range ${range}` : ''}</p>
${chart}
<details class="nhsuk-details gpc-details"><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">Show the values<span class="nhsuk-u-visually-hidden"> of ${title}</span></span></summary><div class="nhsuk-details__text">${valueTable(title, trends)}</div></details></section>`;
}

function latest(trends: readonly Trend[]): string {
  const last = trends[0]!.points.at(-1)!;
  const values = trends.map((trend) => String(trend.points.at(-1)!.value)).join(' / ');
  return `Latest ${values}${trends[0]!.unit ? ` ${trends[0]!.unit}` : ''} on ${dateText(last.date)}`;
}

function valueTable(title: string, trends: readonly Trend[]): Markup {
  const every = [...new Set(trends.flatMap(({ points }) => points.map(({ date }) => date)))].sort().reverse();
  const dates = every.slice(0, MOST_ROWS);
  const columns = trends.map((trend) => new Map(trend.points.map(({ date, value }) => [date, value])));
  return html`${every.length > MOST_ROWS ? html`<p>The newest ${MOST_ROWS} of ${every.length} values.</p>` : nothing}<div class="gpc-scroll" tabindex="0" role="group" aria-label="Values of ${title}"><table class="nhsuk-table gpc-table"><caption class="nhsuk-u-visually-hidden">${title}, newest first</caption>
<thead><tr><th scope="col">Date</th>${trends.map((trend) => html`<th scope="col">${trend.title}</th>`)}</tr></thead>
<tbody>${dates.map((date) => html`<tr><th scope="row" class="gpc-date">${dateText(date)}</th>${columns.map((values) => html`<td>${values.get(date) ?? '–'}</td>`)}</tr>`)}</tbody></table></div>`;
}
