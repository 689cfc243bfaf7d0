// Numbers whose written form matters: `1.10` is not `1.1` in FHIR.
//
// A number that JavaScript would write back differently is kept as a JSON.rawJSON value in the place of the number;
// JSON.stringify writes it as it was. Read numbers of a parsed resource through these functions.

type RawJson = { readonly rawJSON: string };
type JsonWithRaw = { rawJSON(text: string): RawJson; isRawJSON(value: unknown): value is RawJson };
const json = JSON as unknown as JsonWithRaw;

/** The grammar of a number in JSON. */
export const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a value of a parsed resource is a number, exact or not. */
export function isDecimal(value: unknown): boolean {
  return (typeof value === 'number' && Number.isFinite(value)) || isExact(value);
}

/** Whether a value is a number kept as written. */
export function isExact(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && json.isRawJSON(value);
}

/** A number as it was written (`1.10`); undefined if the value is not a number. */
export function decimalText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return isExact(value) ? value.rawJSON : undefined;
}

/** The numeric value of a number of a parsed resource; undefined if it is not a number. */
export function decimalNumber(value: unknown): number | undefined {
  const text = decimalText(value);
  return text === undefined ? undefined : Number(text);
}

/** The value that writes as `text`: a plain number where that is exact. Undefined if `text` is no JSON number. */
export function decimalFrom(text: string): number | undefined {
  if (!jsonNumber.test(text)) return undefined;
  const number = Number(text);
  if (String(number) === text) return number;
  // The types of FHIR say `number`; a kept number stands in its place.
  return json.rawJSON(text) as unknown as number;
}
