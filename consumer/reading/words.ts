// Turning recorded values into words for the screen: dates, quantities, people, codes.
// spec: access-record-structured §10.3, §10.4, §10.6
import type {
  Annotation,
  CodeableConcept,
  HumanName,
  Period,
  Quantity,
  Reference,
  Resource,
} from '@gp-connect/foundation/fhir';
import { decimalText, originalTermText } from '@gp-connect/foundation/fhir';
import type { BundleIndex } from './bundle-index.ts';
import type { Caution, RecordedDate } from './record-view.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const NO_DATE: RecordedDate = { text: 'Date not recorded', sort: null };

/** `2024-03-02T09:41:00+00:00` is `02 Mar 2024 09:41`; `2024-03` stays `Mar 2024`: no precision is invented. */
export function recordedDate(value: string | undefined): RecordedDate {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T(\d{2}:\d{2}))?/.exec(value ?? '');
  if (!match || !value) return NO_DATE;
  const [, year, month, day, time] = match;
  const text = [day, month && MONTHS[Number(month) - 1], year].filter(Boolean).join(' ');
  return { text: time && time !== '00:00' ? `${text} ${time}` : text, sort: value };
}

export function recordedPeriod(period: Period | undefined): RecordedDate {
  const start = recordedDate(period?.start);
  if (!period?.end || period.end === period.start) return start;
  const end = recordedDate(period.end).text;
  const day = /^\d\d \w{3} \d{4} /.exec(start.text)?.[0];
  // The day is said once where both ends have a time on it.
  const until = day && end.startsWith(day) ? end.slice(day.length) : end;
  return { text: `${start.text} to ${until}`, sort: start.sort };
}

export function quantityText(quantity: Quantity | undefined): string {
  const value = decimalText(quantity?.value);
  if (!quantity || value === undefined) return '';
  const unit = quantity.unit ?? quantity.code ?? '';
  return `${quantity.comparator ?? ''}${value}${unit && unit !== '1' ? ` ${unit}` : ''}`;
}

/** `133 to 146`, `90 or more`, `42 or less`, or the laboratory's own words. */
export function rangeText(range: {
  readonly low?: Quantity | undefined;
  readonly high?: Quantity | undefined;
  readonly text?: string | undefined;
}): string {
  const [low, high] = [quantityText(range.low), quantityText(range.high)];
  if (range.text) return range.text;
  if (low && high) return `${low} to ${high}`;
  if (low) return `${low} or more`;
  return high ? `${high} or less` : '';
}

export function nameText(name: HumanName | undefined): string {
  if (!name) return '';
  if (name.family === undefined) return name.text ?? '';
  return [...(name.prefix ?? []), ...(name.given ?? []), name.family].join(' ');
}

/** Who or what a reference means, by name; its display where the target is not in the answer. */
export function actorText(index: BundleIndex, reference: Reference | undefined): string | null {
  if (!reference) return null;
  const found = index.find(reference) as
    | (Resource & { name?: HumanName[] | string; practitioner?: Reference })
    | undefined;
  if (found?.resourceType === 'PractitionerRole') return actorText(index, found.practitioner);
  if (Array.isArray(found?.name)) return nameText(found.name[0]) || null;
  if (typeof found?.name === 'string') return found.name;
  return reference.display ?? null;
}

const DEGRADED = new Set([
  '196411000000103',
  '196421000000109',
  '196431000000106',
  '196441000000102',
  '196451000000104',
  '196461000000101',
  '196471000000108',
]);

export function termText(
  concept: CodeableConcept | undefined,
  fallback = 'No code or text recorded',
): string {
  return originalTermText(concept) ?? fallback;
}

export function cautionsOf(resource: Resource, concept: CodeableConcept | undefined): Caution[] {
  const cautions: Caution[] = [];
  if (concept?.coding?.some((coding) => coding.code && DEGRADED.has(coding.code)))
    cautions.push('transfer-degraded');
  if (!concept?.coding?.length) cautions.push('uncoded');
  if (resource.meta?.security?.some((label) => label.code === 'NOPAT')) cautions.push('not-for-patient');
  return cautions;
}

export function noteTexts(notes: readonly Annotation[] | undefined): string[] {
  return (notes ?? []).map((note) => note.text).filter(Boolean);
}

/** Facts without those that have nothing to say. */
export function factsOf(
  rows: Readonly<Record<string, string | null | undefined>>,
): { label: string; value: string }[] {
  return Object.entries(rows).flatMap(([label, value]) => (value ? [{ label, value }] : []));
}
