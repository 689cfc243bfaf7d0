// The clock on the wall in England: days begin and end at midnight in Europe/London.

const zone = 'Europe/London';
const minute = 60_000;
const day = 86_400_000;
/** Clocks never changed before; Greenwich time is near enough for the local times of towns. */
const firstZoneYear = 1900;

const wallClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone,
  calendar: 'iso8601',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** 01:00 UTC on the last Sunday of a month (0 = January): when clocks change since 1996. */
function changeOver(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0, 1));
  return last.getTime() - last.getUTCDay() * day;
}

function offsetFromZoneData(at: number): number {
  const parts = Object.fromEntries(
    wallClock.formatToParts(at).map(({ type, value }) => [type, Number.parseInt(value, 10)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const wall = new Date(0);
  wall.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  wall.setUTCHours(parts.hour, parts.minute, parts.second);
  return wall.getTime() - Math.floor(at / 1000) * 1000;
}

/** Milliseconds London is ahead of UTC at an instant: the present rule since 1996, the zone's history before. */
export function londonOffset(at: number): number {
  const year = new Date(at).getUTCFullYear();
  if (year < firstZoneYear) return 0;
  if (year < 1996) return offsetFromZoneData(at);
  return at >= changeOver(year, 2) && at < changeOver(year, 9) ? 60 * minute : 0;
}

/** The instant at which a day of the London calendar begins. Month counts from 1; a day past the month rolls over. */
export function londonMidnight(year: number, month: number, dayOfMonth: number): number {
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, dayOfMonth);
  const guess = utc.getTime();
  const first = guess - londonOffset(guess);
  return guess - londonOffset(first);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

function shifted(now: Date): { wall: string; offset: number } {
  const offset = londonOffset(now.getTime());
  return { wall: new Date(now.getTime() + offset).toISOString(), offset };
}

/** Today's date in London, `YYYY-MM-DD`. */
export function londonToday(now: Date): string {
  return shifted(now).wall.slice(0, 10);
}

/** An instant as a FHIR dateTime to the second with London's offset: `2026-07-01T09:30:00+01:00`. */
export function londonDateTime(now: Date): string {
  const { wall, offset } = shifted(now);
  const minutes = Math.round(Math.abs(offset) / minute);
  const sign = offset < 0 ? '-' : '+';
  return `${wall.slice(0, 19)}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
