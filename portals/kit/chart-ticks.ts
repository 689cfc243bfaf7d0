// Where the marks of a chart's axes go: round values, and whole days, months or years.

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED = 5;
const DAY = 86_400_000;

/** Four to eight round values that span the data; a flat line gets room above and below. */
export function niceTicks(lowest: number, highest: number): number[] {
  const span = highest - lowest || Math.max(Math.abs(highest) * 0.2, 1);
  const middle = (highest + lowest) / 2;
  const [low, high] = highest === lowest ? [middle - span / 2, middle + span / 2] : [lowest, highest];
  const rough = span / WANTED;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((each) => each * power >= rough) ?? 10);
  // A value on the edge of the picture is hard to see: a tenth of a step is kept free, but not below zero.
  const from = Math.max(low >= 0 ? 0 : Number.NEGATIVE_INFINITY, Math.floor(low / step - 0.1));
  const to = Math.ceil(high / step + 0.1);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(step)));
  return Array.from({ length: to - from + 1 }, (_, at) => Number(((from + at) * step).toFixed(decimals)));
}

export interface DateTick {
  /** `yyyy-mm-dd` */
  readonly day: string;
  readonly text: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Up to about eight dates between two times (milliseconds): years, else months, else the two ends. */
export function dateTicks(first: number, last: number): DateTick[] {
  const years = yearStarts(first, last);
  if (years.length >= 3) return thinned(years);
  const months = monthStarts(first, last);
  if (months.length >= 3) return thinned(months);
  const ends = last - first < DAY ? [first] : [first, last];
  return ends.map((time) => {
    const date = new Date(time);
    const text = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    return { day: date.toISOString().slice(0, 10), text };
  });
}

function yearStarts(first: number, last: number): DateTick[] {
  const from = new Date(first - 1).getUTCFullYear() + 1;
  const count = Math.max(0, new Date(last).getUTCFullYear() - from + 1);
  return Array.from({ length: count }, (_, at) => ({ day: `${from + at}-01-01`, text: String(from + at) }));
}

function monthStarts(first: number, last: number): DateTick[] {
  const ticks: DateTick[] = [];
  const start = new Date(first);
  for (let at = 1; at < 60; at++) {
    const time = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + at, 1);
    if (time > last) break;
    const date = new Date(time);
    ticks.push({
      day: date.toISOString().slice(0, 10),
      text: `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`,
    });
  }
  return ticks;
}

function thinned(ticks: readonly DateTick[]): DateTick[] {
  const every = Math.ceil(ticks.length / 8);
  return ticks.filter((_, at) => at % every === 0);
}
