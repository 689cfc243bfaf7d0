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
