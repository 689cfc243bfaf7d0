// How much a day, read from words or from structured dosage. spec: messaging §6.2 (dosageInstruction), MD-04, MD-14
import { type Dosage, decimalNumber } from '../fhir/index.ts';

/** Undefined members are not said. */
export interface Dose {
  readonly perDose?: number | undefined;
  readonly perDay?: number | undefined;
  readonly days?: number | undefined;
}

const numbers: Readonly<Record<string, number>> = {
  half: 0.5,
  a: 1,
  an: 1,
  one: 1,
  once: 1,
  two: 2,
  twice: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  ten: 10,
};

const numberWord = String.raw`(\d+(?:\.\d+)?|half|an?|one|two|three|four|five|six|seven|eight|ten)`;
const perDosePatterns = [
  new RegExp(String.raw`\b${numberWord}\s+(?:capsule|tablet|puff|sachet|lozenge)s?\b`, 'i'),
  new RegExp(String.raw`\b(?:take|give)\s+${numberWord}\b(?!\s*(?:times|ml|mg|g|daily\s+for|hour))`, 'i'),
  new RegExp(
    String.raw`^\s*${numberWord}\s+(?=(?:to be taken|daily|every|at night|in the morning|each))`,
    'i',
  ),
];
const frequencyPatterns: readonly (readonly [RegExp, (found: RegExpExecArray) => number | undefined])[] = [
  [
    new RegExp(String.raw`\b${numberWord}\s+times\s+(?:a|each|every|per)?\s*(?:day|daily)`, 'i'),
    ([, word]) => valueOfWord(word),
  ],
  [
    new RegExp(String.raw`\bevery\s+${numberWord}\s+hours`, 'i'),
    ([, word]) => 24 / (valueOfWord(word) ?? Number.NaN),
  ],
  [/\bqds\b/i, () => 4],
  [/\btds\b/i, () => 3],
  [/\btwice\s+(?:a|each|every|per)?\s*(?:day|daily)|\bbd\b|morning and (?:evening|night)/i, () => 2],
  [
    /\b(?:once\s+(?:a|each|every|per)?\s*(?:day|daily)|daily|each day|every day|a day|at night|in the morning|od)\b/i,
    () => 1,
  ],
];

function valueOfWord(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const number = numbers[word.toLowerCase()] ?? Number(word);
  return Number.isFinite(number) ? number : undefined;
}

/** What dosage words say. @example doseFromText('One capsule four times a day for 5 days') // 1, 4, 5 */
export function doseFromText(text: string): Dose {
  const dose = perDosePatterns.map((pattern) => pattern.exec(text)?.[1]).find((word) => word !== undefined);
  let perDay: number | undefined;
  for (const [pattern, read] of frequencyPatterns) {
    const found = pattern.exec(text);
    perDay = found === null ? undefined : read(found);
    if (perDay !== undefined) break;
  }
  const days = new RegExp(String.raw`\bfor\s+${numberWord}\s+(day|week)s?\b`, 'i').exec(text);
  const length = valueOfWord(days?.[1]);
  return {
    perDose: valueOfWord(dose),
    perDay: perDay !== undefined && Number.isFinite(perDay) ? perDay : undefined,
    days: length === undefined ? undefined : length * (days![2]!.toLowerCase() === 'week' ? 7 : 1),
  };
}

const perDayOf: Readonly<Record<string, number>> = { h: 24, d: 1, wk: 1 / 7 };

/** What the structured part of a dosage says; units of measure other than pieces are left out. */
export function doseFromStructure(dosage: Dosage | undefined): Dose {
  const repeat = dosage?.timing?.repeat;
  const frequency = decimalNumber(repeat?.frequency) ?? (repeat?.period === undefined ? undefined : 1);
  const period = decimalNumber(repeat?.period) ?? 1;
  const unit = perDayOf[repeat?.periodUnit ?? ''];
  const quantity = dosage?.doseQuantity;
  const isPieces =
    quantity !== undefined && !/^(?:ml|mg|g|microgram|mcg|l)s?$/i.test(quantity.unit ?? quantity.code ?? '');
  const days = repeat?.boundsDuration?.code === 'd' ? decimalNumber(repeat.boundsDuration.value) : undefined;
  return {
    perDose: isPieces ? decimalNumber(quantity?.value) : undefined,
    perDay: frequency === undefined || unit === undefined ? undefined : (frequency / period) * unit,
    days,
  };
}
