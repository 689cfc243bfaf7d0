// Header values that MESH takes: no control characters, ASCII, cut to their limits; and the address of a practice by
// patient. spec: mesh §3.6, §4, §8 C13
import { isNhsNumber } from '@gp-connect/foundation/nhs';

const LONGEST: Readonly<Record<string, number>> = {
  'mex-to': 100,
  'mex-workflowid': 300,
  'mex-subject': 500,
  'mex-localid': 300,
  'mex-partnerid': 500,
  'mex-filename': 300,
  'mex-content-checksum': 100,
  'mex-content-type': 100,
};
/** Cutting these would change what they mean. */
const NEVER_CUT = new Set([
  'mex-to',
  'mex-workflowid',
  'mex-localid',
  'mex-filename',
  'mex-content-checksum',
]);

/** Headers with a value, cleaned. @throws RangeError where an address or id is too long */
export function cleanHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === '') continue;
    const text = toAscii(value);
    const longest = LONGEST[name] ?? 1000;
    if (text.length > longest && NEVER_CUT.has(name))
      throw new RangeError(`${name} is longer than ${longest}`);
    clean[name] = text.slice(0, longest).trim();
  }
  return clean;
}

/** Letters without their accents, typographic marks as plain ones, anything else not ASCII as `?`. */
export function toAscii(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[‘’‛ʼ]/g, "'")
      .replace(/[“”]/g, '"')
      .replace(/[‐-―]/g, '-')
      .replace(/[^\x20-\x7e]/gu, '?')
  );
}

/**
 * `GPPROVIDER_{nhs}_{DDMMYYYY}_{Surname}`: to the practice where the patient is registered when it is delivered.
 * `birthDate` is `yyyy-MM-dd`. @throws RangeError
 */
export function gpProviderAddress(patient: {
  nhsNumber: string;
  birthDate: string;
  surname: string;
}): string {
  const { nhsNumber, birthDate, surname } = patient;
  if (!isNhsNumber(nhsNumber)) throw new RangeError('not an NHS number');
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(birthDate);
  if (!date) throw new RangeError('a birth date is yyyy-MM-dd');
  if (!surname.trim()) throw new RangeError('a surname is needed');
  return `GPPROVIDER_${nhsNumber}_${date[3]}${date[2]}${date[1]}_${toAscii(surname).trim()}`;
}
