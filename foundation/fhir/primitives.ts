// What a value of each FHIR primitive looks like. spec: foundations §9.2 (ids), §9.4; access-record-structured §10.6
import { decimalText } from './decimals.ts';
import type { FhirElement } from './elements.ts';

const day = '(?:0[1-9]|[12]\\d|3[01])';
const date = `\\d{4}(?:-(?:0[1-9]|1[0-2])(?:-${day})?)?`;
const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const zone = '(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d|[+-]14:00)';
const fullDate = `\\d{4}-(?:0[1-9]|1[0-2])-${day}`;

const exactly = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

const formats: Record<string, RegExp> = {
  date: exactly(date),
  dateTime: exactly(`${date}|${fullDate}T${clock}${zone}`),
  instant: exactly(`${fullDate}T${clock}${zone}`),
  time: exactly(clock),
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  code: /^[^\s]+(?: [^\s]+)*$/,
  uri: /^\S+$/,
  url: /^\S+$/,
  canonical: /^\S+$/,
  oid: /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/,
  uuid: /^urn:uuid:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/,
};
const dated = new Set(['date', 'dateTime', 'instant']);

const integers: Record<string, { min: number; max: number }> = {
  integer: { min: -2147483648, max: 2147483647 },
  unsignedInt: { min: 0, max: 2147483647 },
  positiveInt: { min: 1, max: 2147483647 },
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters FHIR strings must not hold
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Whether a text may stand in a FHIR string and in XML 1.0: no control characters, no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  return !forbidden.test(text) && text.isWellFormed();
}

function isRealDay(value: string): boolean {
  if (value.length < 10) return true;
  const [year, month, dayOfMonth] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  return dayOfMonth <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function isBase64(value: string): boolean {
  const compact = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact);
}

function numberFault(type: string, text: string): string | undefined {
  const range = integers[type];
  if (range === undefined) return undefined;
  if (!/^-?(?:0|[1-9]\d*)$/.test(text)) return 'must be a whole number';
  const value = Number(text);
  return value < range.min || value > range.max ? `is outside the range of ${type}` : undefined;
}

/** What is wrong with the JSON type of a primitive (`must be a boolean`), or undefined. Formats are not looked at. */
export function primitiveTypeFault(element: FhirElement, value: unknown): string | undefined {
  if (element.type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be a boolean';
  if (element.type === 'decimal' || Object.hasOwn(integers, element.type)) {
    const text = decimalText(value);
    return text === undefined ? 'must be a number' : numberFault(element.type, text);
  }
  if (typeof value !== 'string') return 'must be a string';
  return value === '' ? 'must not be empty' : undefined;
}

/** What is wrong with the form of a string primitive (`is not a date`), or undefined. */
export function formatFault(type: string, value: string): string | undefined {
  if (type === 'base64Binary') return isBase64(value) ? undefined : 'is not base64';
  if (!isPlainText(value)) return 'holds characters that FHIR does not allow';
  const format = formats[type];
  if (format === undefined) return undefined;
  return format.test(value) && (!dated.has(type) || isRealDay(value)) ? undefined : `is not a valid ${type}`;
}
