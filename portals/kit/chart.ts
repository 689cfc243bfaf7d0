// A line chart as SVG made on the server: axes with labels, reference band, markers that differ in shape too.
// Values are drawn as recorded; the table beside it is the full text alternative.
import { dateTicks, niceTicks } from './chart-ticks.ts';
import { html, type Markup, nothing } from './html.ts';

export interface ChartPoint {
  /** Whole date, `yyyy-mm-dd…`. */
  readonly date: string;
  readonly value: number;
}

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

export interface ChartOptions {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** One, or two that belong together (systolic and diastolic), joined at each date. */
  readonly series: readonly ChartSeries[];
  readonly low?: number | null;
  readonly high?: number | null;
}

const WIDTH = 760;
const HEIGHT = 300;
const PLOT = { left: 58, right: 744, top: 34, bottom: 258 };
const MARKER = 4.5;
/** Markers beyond this are left out: the line alone is easier to read. */
const MOST_MARKERS = 120;

export function lineChart(options: ChartOptions): Markup {
  const points = options.series.flatMap((series) => series.points);
  if (points.length === 0) return nothing;
  const times = points.map(({ date }) => dayOf(date));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const bounds = [...points.map(({ value }) => value), options.low, options.high].filter(
    (value) => typeof value === 'number',
  );
  const ticks = niceTicks(Math.min(...bounds), Math.max(...bounds));
  const [bottom, top] = [ticks[0]!, ticks.at(-1)!];
  const x = (date: string) => round(along(dayOf(date), first, last, PLOT.left + 14, PLOT.right - 14));
  const y = (value: number) => round(along(value, bottom, top, PLOT.bottom, PLOT.top));

  return html`<div class="gpc-scroll" tabindex="0" role="group" aria-label="Chart: ${options.title}"><svg class="gpc-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${options.id}-title ${options.id}-about" focusable="false">
<title id="${options.id}-title">${options.title}</title>
<desc id="${options.id}-about">${describeChart(options)}</desc>
${referenceBand(options, y)}
${ticks.map(
  (
    tick,
  ) => html`<line class="gpc-chart__grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick)}" y2="${y(tick)}"/>
<text class="gpc-chart__tick" x="${PLOT.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
)}
<line class="gpc-chart__axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>
${dateTicks(first, last).map(
  ({
    day,
    text,
  }) => html`<line class="gpc-chart__axis" x1="${x(day)}" x2="${x(day)}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}"/>
<text class="gpc-chart__tick" x="${x(day)}" y="${PLOT.bottom + 20}" text-anchor="middle">${text}</text>`,
)}
<text class="gpc-chart__label" x="${PLOT.left - 46}" y="16">${options.unit || 'Value'}</text>
<text class="gpc-chart__label" x="${PLOT.right}" y="${HEIGHT - 4}" text-anchor="end">Date recorded</text>
${pairs(options.series, x, y)}
${options.series.map((series, at) => seriesMarkup(series, at, x, y))}
${options.series.length > 1 ? legend(options.series) : nothing}
</svg></div>`;
}

/** The chart in one sentence: number of values, first, last, lowest, highest. */
export function describeChart({ series, unit, low, high }: ChartOptions): string {
  const parts = series.map(({ name, points }) => {
    const values = points.map(({ value }) => value);
    const suffix = unit ? ` ${unit}` : '';
    return `${name}: ${points.length} values from ${points[0]?.date.slice(0, 10)} to ${points.at(-1)?.date.slice(0, 10)}, lowest ${Math.min(...values)}${suffix}, highest ${Math.max(...values)}${suffix}, latest ${points.at(-1)?.value}${suffix}.`;
  });
  const range = rangeText(low, high);
  return [...parts, range && `Reference range ${range}.`].filter(Boolean).join(' ');
}

export function rangeText(low: number | null | undefined, high: number | null | undefined): string {
  if (typeof low === 'number' && typeof high === 'number') return `${low} to ${high}`;
  if (typeof low === 'number') return `${low} or more`;
  return typeof high === 'number' ? `${high} or less` : '';
}

function referenceBand({ low, high }: ChartOptions, y: (value: number) => number): Markup {
  if (typeof low !== 'number' && typeof high !== 'number') return nothing;
  const top = typeof high === 'number' ? y(high) : PLOT.top;
  const bottom = typeof low === 'number' ? y(low) : PLOT.bottom;
  const edge = (at: number) =>
    html`<line class="gpc-chart__band-edge" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/>`;
  return html`<rect class="gpc-chart__band" x="${PLOT.left}" y="${top}" width="${PLOT.right - PLOT.left}" height="${round(Math.max(0, bottom - top))}"/>
${typeof high === 'number' ? edge(top) : nothing}${typeof low === 'number' ? edge(bottom) : nothing}
<text class="gpc-chart__band-text" x="${PLOT.right - 6}" y="${top + 14}" text-anchor="end">Reference range</text>`;
}

/** A stroke between two series where both were measured at one time. */
function pairs(
  series: readonly ChartSeries[],
  x: (date: string) => number,
  y: (value: number) => number,
): readonly Markup[] {
  const [upper, lower] = series;
  if (!upper || !lower || series.length !== 2 || upper.points.length > MOST_MARKERS) return [];
  const others = new Map(lower.points.map((point) => [point.date, point.value]));
  return upper.points.flatMap(({ date, value }) => {
    const other = others.get(date);
    if (other === undefined) return [];
    return [
      html`<line class="gpc-chart__pair" x1="${x(date)}" x2="${x(date)}" y1="${y(value)}" y2="${y(other)}"/>`,
    ];
  });
}

function seriesMarkup(
  { points }: ChartSeries,
  at: number,
  x: (date: string) => number,
  y: (value: number) => number,
): Markup {
  const path = visible(points, x)
    .map(({ date, value }) => `${x(date)},${y(value)}`)
    .join(' ');
  const markers = points.length > MOST_MARKERS ? [] : points;
  return html`<g class="gpc-chart__series gpc-chart__series--${at + 1}"><polyline points="${path}"/>
${markers.map(({ date, value }) => marker(at, x(date), y(value)))}</g>`;
}

/** Of points that fall on one unit of the width, the lowest and the highest: a longer line would look the same. */
function visible(points: readonly ChartPoint[], x: (date: string) => number): readonly ChartPoint[] {
  if (points.length <= WIDTH) return points;
  const columns = Map.groupBy(points, ({ date }) => Math.round(x(date)));
  return [...columns.values()].flatMap((column) => {
    const ordered = column.toSorted((a, b) => a.value - b.value);
    const ends = new Set([ordered[0]!, ordered.at(-1)!]);
    return column.filter((point) => ends.has(point));
  });
}

function marker(series: number, x: number, y: number): Markup {
  if (series === 0) return html`<circle cx="${x}" cy="${y}" r="${MARKER}"/>`;
  return html`<rect x="${round(x - MARKER)}" y="${round(y - MARKER)}" width="${MARKER * 2}" height="${MARKER * 2}"/>`;
}

function legend(series: readonly ChartSeries[]): readonly Markup[] {
  const room = (PLOT.right - 200) / series.length;
  return series.map(
    (
      { name },
      at,
    ) => html`<g class="gpc-chart__series gpc-chart__series--${at + 1}">${marker(at, round(200 + at * room), 12)}</g>
<text class="gpc-chart__label" x="${round(212 + at * room)}" y="16">${name.length > 34 ? `${name.slice(0, 33)}…` : name}</text>`,
  );
}

const dayOf = (date: string) => Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
const round = (value: number) => Math.round(value * 10) / 10;

function along(value: number, from: number, to: number, start: number, end: number): number {
  return to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start);
}
