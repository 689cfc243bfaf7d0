// A patient's particulars in the words of the NHS patient banner.
import type { R4 } from '@gp-connect/foundation/fhir';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `1984-05-09` as `09 May 1984`, with the precision it has. */
export function dateText(date: string | null | undefined): string {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(date ?? '');
  if (!match) return 'Not recorded';
  const [, year, month, day] = match;
  return [day, month && MONTHS[Number(month) - 1], year].filter(Boolean).join(' ');
}

/** ` (42 years)`, or months for a child under two; nothing where the day of birth is not whole. */
export function ageAt(birthDate: string | null, now: number): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? '')) return '';
  const [year = 0, month = 1, day = 1] = birthDate!.split('-').map(Number);
  const today = new Date(now);
  const months =
    (today.getUTCFullYear() - year) * 12 +
    (today.getUTCMonth() + 1 - month) -
    (today.getUTCDate() < day ? 1 : 0);
  if (months < 0) return '';
  return months < 24 ? ` (${months} months)` : ` (${Math.floor(months / 12)} years)`;
}

export const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `HARTLEY, Maya Rose` from PDS. */
export function bannerName(patient: R4.Patient): string {
  const name = patient.name?.find((each) => each.use === 'usual') ?? patient.name?.[0];
  if (!name) return 'Name not available';
  return [name.family?.toUpperCase(), name.given?.join(' ')].filter(Boolean).join(', ');
}

export function addressText(patient: R4.Patient): string {
  const address = patient.address?.find((each) => each.use === 'home') ?? patient.address?.[0];
  if (!address) return 'Not available';
  return [...(address.line ?? []), address.postalCode].filter(Boolean).join(', ');
}
