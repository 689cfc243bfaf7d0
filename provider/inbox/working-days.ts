// Working days of England: when a task is due. spec: messaging SG-15
import { londonMidnight, londonToday } from '@gp-connect/foundation/fhir';

const DAY = 86_400_000;
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);
const utc = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day);

/** Easter Sunday (Gregorian calendar, the anonymous algorithm). */
function easter(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = Math.floor((a + 11 * d + 22 * e) / 451);
  const month = Math.floor((d + e - 7 * f + 114) / 31);
  return utc(year, month, ((d + e - 7 * f + 114) % 31) + 1);
}

const weekday = (at: number): number => new Date(at).getUTCDay();
const firstMonday = (year: number, month: number): number => {
  const first = utc(year, month, 1);
  return first + ((8 - weekday(first)) % 7) * DAY;
};
const lastMonday = (year: number, month: number): number => {
  const last = utc(year, month + 1, 1) - DAY;
  return last - ((weekday(last) + 6) % 7) * DAY;
};

const known = new Map<number, ReadonlySet<string>>();

/** The regular bank holidays of a year, `YYYY-MM-DD`; one on a weekend moves to the next free weekday. */
export function bankHolidays(year: number): ReadonlySet<string> {
  let days = known.get(year);
  if (days !== undefined) return days;
  const made = new Set<string>();
  const fixed = [utc(year, 1, 1), utc(year, 12, 25), utc(year, 12, 26)];
  const moving = [
    easter(year) - 2 * DAY,
    easter(year) + DAY,
    firstMonday(year, 5),
    lastMonday(year, 5),
    lastMonday(year, 8),
  ];
  for (const day of moving) made.add(dayText(day));
  for (const day of fixed.filter((one) => weekday(one) % 6 !== 0)) made.add(dayText(day));
  for (let day of fixed.filter((one) => weekday(one) % 6 === 0)) {
    while (weekday(day) % 6 === 0 || made.has(dayText(day))) day += DAY;
    made.add(dayText(day));
  }
  days = made;
  known.set(year, days);
  return days;
}

/** Whether a London day (`YYYY-MM-DD`) is worked. */
export function isWorkingDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return weekday(at) % 6 !== 0 && !bankHolidays(Number(day.slice(0, 4))).has(day);
}

/**
 * The end of the n-th working day after an instant, as the first instant of the day that follows; 0 is the day itself,
 * or the next working day where it is none.
 */
export function afterWorkingDays(from: Date, days: number): Date {
  let at = Date.parse(`${londonToday(from)}T00:00:00Z`);
  let left = days;
  while (left > 0 || !isWorkingDay(dayText(at))) {
    at += DAY;
    if (isWorkingDay(dayText(at))) left -= 1;
    if (left <= 0 && isWorkingDay(dayText(at))) break;
  }
  const [year, month, day] = dayText(at).split('-').map(Number) as [number, number, number];
  return new Date(londonMidnight(year, month, day + 1));
}
