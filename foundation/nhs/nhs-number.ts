// NHS numbers: format and check digit. spec: foundations §11.1

const WEIGHTS = [10, 9, 8, 7, 6, 5, 4, 3, 2];

/** The tenth digit for nine leading digits, or null where the modulus makes the number unusable. */
export function nhsNumberCheckDigit(firstNine: string): number | null {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += (firstNine.charCodeAt(i) - 48) * WEIGHTS[i]!;
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : check;
}

/** True for ten digits, no spaces, with a right check digit. */
export function isNhsNumber(text: unknown): text is string {
  return (
    typeof text === 'string' && /^\d{10}$/.test(text) && nhsNumberCheckDigit(text) === text.charCodeAt(9) - 48
  );
}

/** Completes nine digits to an NHS number; null where no check digit exists for them. */
export function makeNhsNumber(firstNine: string): string | null {
  const check = nhsNumberCheckDigit(firstNine);
  return check === null ? null : `${firstNine}${check}`;
}

/** `943 476 5919`, the form people read. */
export function spacedNhsNumber(nhsNumber: string): string {
  return nhsNumber.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');
}

/** Replaces every ten-digit run by asterisks, for anything that may be logged. spec: national-service RTE-17 */
export function redactNhsNumbers(text: string): string {
  return text.replace(/(?<!\d)\d{3}(?:%20|\+| |-)?\d{3}(?:%20|\+| |-)?\d{4}(?!\d)/g, '**********');
}
