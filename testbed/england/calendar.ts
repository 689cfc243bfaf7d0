// Days as whole numbers since 1970-01-01, and the forms of date the records carry.
// spec: access-record-structured §10.6

/** `2026-03-02` → days since 1970-01-01. Throws RangeError for anything else. */
export function dayOf(isoDate: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(isoDate)) throw new RangeError('a date must be yyyy-mm-dd');
  const day = Date.parse(`${isoDate}T00:00:00Z`) / 86_400_000;
  if (!Number.isInteger(day)) throw new RangeError('not a day of the calendar');
  return day;
}

const TWO = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Year, month (1–12) and day of month. */
export function civil(day: number): [year: number, month: number, date: number] {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return [yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - Math.floor((153 * mp + 2) / 5) + 1];
}

/** The day number of a date in the civil calendar. */
export function dayFrom(year: number, month: number, date: number): number {
  return Math.round(Date.UTC(year, month - 1, date) / 86_400_000);
}

/** `2026-03-02` */
export function isoDay(day: number): string {
  const [year, month, date] = civil(day);
  return `${year}-${TWO[month]}-${TWO[date]}`;
}

/** `2026-03` */
export function isoMonth(day: number): string {
  return isoDay(day).slice(0, 7);
}

/** `02-Mar-2026`, the form of the published warning sentences. */
export function spokenDay(day: number): string {
  const [year, month, date] = civil(day);
  return `${TWO[date]}-${MONTHS[month - 1]}-${year}`;
}

/** True in British Summer Time, by the day (the change itself falls in the small hours of a Sunday). */
export function isSummerTime(day: number): boolean {
  const [year, month] = civil(day);
  if (month < 3 || month > 10) return false;
  if (month > 3 && month < 10) return true;
  const last = dayFrom(year, month, 31);
  const lastSunday = last - ((((last + 4) % 7) + 7) % 7);
  return month === 3 ? day >= lastSunday : day < lastSunday;
}

/** `2026-03-02T09:41:00+00:00`: English local time with its offset. */
export function isoInstant(day: number, minute: number, second = 0): string {
  const zone = isSummerTime(day) ? '+01:00' : '+00:00';
  return `${isoDay(day)}T${TWO[Math.floor(minute / 60)]}:${TWO[minute % 60]}:${TWO[second]}${zone}`;
}

/** Whole years between two days. */
export function yearsBetween(from: number, to: number): number {
  const [y1, m1, d1] = civil(from);
  const [y2, m2, d2] = civil(to);
  return y2 - y1 - (m2 < m1 || (m2 === m1 && d2 < d1) ? 1 : 0);
}

/** Moves a Saturday or Sunday to the Friday before: surgeries are open on weekdays. */
export function weekday(day: number): number {
  const of = (((day + 4) % 7) + 7) % 7;
  return of === 0 ? day - 2 : of === 6 ? day - 1 : day;
}
