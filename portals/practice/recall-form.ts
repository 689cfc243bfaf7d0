// Settling entries of a recall: what is offered for which entries, and a posted form as decisions for the API.
// spec: national-service INC-07, INC-08, INC-10
import type { Fields, FormFault } from '../kit/index.ts';
import type { RecallDecision, RecallEntry } from './recalls-api.ts';

export type RecallChoice =
  | 'entered-in-error'
  | 'as-proposed'
  | 'other-code'
  | 'text-only'
  | 'confirm-correct';

const isFiled = ({ patient }: RecallEntry): boolean => patient !== null;

/** When each choice can be made for all of the entries at once; another code can only be named for one. */
const offers: readonly (readonly [RecallChoice, (entries: readonly RecallEntry[]) => boolean])[] = [
  ['entered-in-error', () => true],
  ['as-proposed', (entries) => entries.every((one) => isFiled(one) && one.proposal !== null)],
  ['other-code', ([one, ...more]) => one !== undefined && more.length === 0 && isFiled(one)],
  ['text-only', (entries) => entries.every(isFiled)],
  ['confirm-correct', () => true],
];

/** What can be decided for all of these entries together. */
export const offeredFor = (entries: readonly RecallEntry[]): readonly RecallChoice[] =>
  offers.flatMap(([choice, fits]) => (fits(entries) ? [choice] : []));

const LONGEST_REASON = 500;
const LONGEST_TERM = 300;

/** The decisions of a posted form, or what is wrong with it. */
export function parseRecallForm(
  entries: readonly RecallEntry[],
  fields: Fields,
): readonly RecallDecision[] | { readonly faults: readonly FormFault[] } {
  const given = (name: string) => (fields[name] ?? '').trim();
  const faults: FormFault[] = [];
  const choice = offeredFor(entries).find((one) => one === fields.decision);
  const [code, display, reason] = [given('code'), given('term'), given('reason')];
  if (choice === undefined) faults.push({ field: 'decision', text: 'Choose what you decide' });
  if (choice === 'other-code') {
    if (!/^\d{6,18}$/.test(code))
      faults.push({ field: 'code', text: 'Enter the SNOMED CT code: 6 to 18 digits' });
    if (display === '' || display.length > LONGEST_TERM)
      faults.push({ field: 'term', text: 'Enter what the code means' });
  }
  if (reason === '' || reason.length > LONGEST_REASON)
    faults.push({ field: 'reason', text: `Enter the reason, in up to ${LONGEST_REASON} characters` });
  if (entries.length > 1 && Number(fields.confirmed) !== entries.length)
    faults.push({ field: 'confirmed', text: `Enter the number of entries: ${entries.length}` });
  if (choice === undefined || faults.length > 0) return { faults };
  return entries.map(({ entry, proposal }) => {
    if (choice === 'entered-in-error' || choice === 'confirm-correct')
      return { entry, decision: choice, reason };
    const correction =
      choice === 'text-only'
        ? ({ textOnly: true } as const)
        : choice === 'other-code'
          ? { code, display }
          : proposal!;
    return { entry, decision: 'correct', correction, reason };
  });
}
