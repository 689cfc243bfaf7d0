// How a report looks on paper: colours, sizes, and the ways names, numbers and dates are written. spec: messaging §5.3
import type { PatientInput, PractitionerInput } from '../messages/index.ts';

export const colours = { nhsBlue: '#005EB8', lightBlue: '#41B6E6', text: '#212B32', quiet: '#4C6272' };

/** Points. A4 is 595 by 842. */
export const sizes = {
  margin: 50,
  /** Left clear above and below for what every page repeats. */
  head: 62,
  foot: 58,
  title: 18,
  heading: 13,
  body: 10.5,
  small: 8.5,
  labelColumn: 120,
};

/** `SURNAME, Forename (Title)` */
export const patientName = ({ family, given, title }: PatientInput): string =>
  `${family.toUpperCase()}, ${given.join(' ')}${title === undefined ? '' : ` (${title})`}`;

/** `### ### ####` */
export const spacedNhsNumber = (nhsNumber: string): string =>
  nhsNumber.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');

export const practitionerName = ({ title, given = [], family }: PractitionerInput): string =>
  [title, ...given, family].filter(Boolean).join(' ');

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `YYYY-MM-DD` as `dd-MMM-yyyy`; a date that is not whole stays as it is. */
export function reportDate(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  return day === undefined ? date : `${day}-${months[Number(month) - 1]}-${year}`;
}

/** `dd-MMM-yyyy HH:mm` as clocks in England showed it. */
export function reportTime(at: Date): string {
  const [date, time] = at.toLocaleString('sv-SE', { timeZone: 'Europe/London' }).split(' ');
  return `${reportDate(date!)} ${time!.slice(0, 5)}`;
}

/** Text as it can be printed: line breaks stay, other control characters would print as boxes. */
export const printable = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .replace(/\t/g, '    ');
