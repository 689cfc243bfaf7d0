// Instants as a practice reads them: London time, and how long ago.
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `21 Nov 2026, 16:35` */
export function momentText(instant: string | null | undefined): string {
  const time = Date.parse(instant ?? '');
  return Number.isNaN(time) ? 'Not known' : moment.format(time);
}

/** `21 Nov 2026, 16:35`; the midnight a day ends at is `end of 21 Nov 2026`, as people say it. */
export function dueText(instant: string): string {
  const text = momentText(instant);
  return text.endsWith(', 00:00') ? `end of ${momentText(dayBefore(instant)).slice(0, 11)}` : text;
}

const dayBefore = (instant: string): string => new Date(Date.parse(instant) - 12 * 3_600_000).toISOString();

const steps: readonly (readonly [milliseconds: number, unit: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** `3 days`, `1 hour`, `just now` for less than a minute. */
export function agoText(instant: string, now: number): string {
  const passed = now - Date.parse(instant);
  for (const [size, unit] of steps) {
    const count = Math.floor(passed / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'just now';
}

const YEAR_MS = 365.25 * 86_400_000;

/** `over 2 years ago` for what is older than a year: easily taken for current otherwise. Nothing for what is newer. */
export function staleText(date: string | null | undefined, now: number): string | undefined {
  const years = Math.floor((now - Date.parse(date ?? '')) / YEAR_MS);
  if (!(years >= 1)) return undefined;
  return years === 1 ? 'over a year ago' : `over ${years} years ago`;
}

/** A day as people type it, `31/3/2026`, or as `2026-03-31`; undefined where it is no real day. */
export function typedDay(typed: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed) ?? [];
  const [, ownDay = day, ownMonth = month, ownYear = year] =
    /^(\d{1,2})[/ ](\d{1,2})[/ ](\d{4})$/.exec(typed) ?? [];
  if (ownDay === undefined || ownMonth === undefined || ownYear === undefined) return undefined;
  const iso = `${ownYear}-${ownMonth.padStart(2, '0')}-${ownDay.padStart(2, '0')}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso) ? iso : undefined;
}
