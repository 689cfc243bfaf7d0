// Numeric observations and results over time, one series a code and unit. Values are never converted.
import { itemsOfTopics } from './consultations.ts';
import type { Item, Measurement, RecordView } from './record-view.ts';

export interface TrendPoint {
  /** As recorded; only points with a whole date are plotted. */
  readonly date: string;
  readonly value: number;
}

export interface Trend {
  readonly series: string;
  readonly title: string;
  readonly unit: string;
  /** Series of one group belong in one picture; null where it stands alone. */
  readonly group: string | null;
  readonly points: readonly TrendPoint[];
  /** Reference range of the newest point that has one. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Series with at least `least` dated points, the most measured first. */
export function trends(view: RecordView, least = 2): Trend[] {
  const series = new Map<string, { points: TrendPoint[]; newest: Measurement; rangeDate: string }>();
  const seen = new Set<string>();
  for (const item of [...view.areas.flatMap((area) => area.items), ...view.context].flatMap(withChildren)) {
    if (seen.has(item.reference) || !item.date.sort || item.date.sort.length < 10) continue;
    seen.add(item.reference);
    for (const measurement of item.measurements) {
      const key = `${measurement.series} ${measurement.unit}`;
      const known = series.get(key) ?? { points: [], newest: measurement, rangeDate: '' };
      known.points.push({ date: item.date.sort, value: measurement.value });
      const ranged = measurement.low !== undefined || measurement.high !== undefined;
      if (ranged && item.date.sort > known.rangeDate) {
        known.newest = measurement;
        known.rangeDate = item.date.sort;
      }
      series.set(key, known);
    }
  }
  return [...series.values()]
    .filter(({ points }) => points.length >= least)
    .map(({ points, newest }) => ({
      series: newest.series,
      title: newest.title,
      unit: newest.unit,
      group: newest.group ?? null,
      points: points.sort((a, b) => a.date.localeCompare(b.date)),
      low: newest.low ?? null,
      high: newest.high ?? null,
    }))
    .sort((a, b) => b.points.length - a.points.length);
}

function withChildren(item: Item): Item[] {
  return [item, ...item.children.flatMap(withChildren), ...itemsOfTopics(item).flatMap(withChildren)];
}
