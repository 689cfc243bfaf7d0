// Rules that are not findings but ways to behave: whoever files an item asks here. spec: messaging §10.4 PG-12, PG-13;
// §10.7 MD-07, MD-15; §6.4; SG-07, SG-08
import type { MedicationDispense } from '../fhir/index.ts';
import { code } from './contract-tables.ts';

export interface Behaviour {
  readonly ruleId: string;
  readonly title: string;
  /** What must never follow from filing the item. */
  readonly mustNot: readonly Effect[];
  /** The test, by name, that the one who files must have. */
  readonly test: string;
}

export type Effect =
  | 'openProblem'
  | 'closeProblem'
  | 'addRecall'
  | 'removeRecall'
  | 'excludeFromRecall'
  | 'fileMedicine'
  | 'makeRepeat'
  | 'countAsPractice';

/** By rule id; the inbox's tests carry the names given here. */
export const behaviours: readonly Behaviour[] = [
  {
    ruleId: 'PG-12',
    title: 'Not pregnant is a dated observation only',
    mustNot: ['closeProblem', 'removeRecall', 'openProblem', 'addRecall'],
    test: 'PG-12: filing "not pregnant" closes no problem and removes no recall',
  },
  {
    ruleId: 'PG-13',
    title: 'Pregnant opens nothing before the clinician decides',
    mustNot: ['openProblem', 'addRecall', 'excludeFromRecall', 'closeProblem'],
    test: 'PG-13: filing "pregnant" opens no problem, no antenatal recall, and excludes from none',
  },
  {
    ruleId: 'MD-07',
    title: 'A stopped supply is the text "not supplied"',
    mustNot: ['fileMedicine', 'makeRepeat', 'countAsPractice'],
    test: 'MD-07: a stopped supply is filed as text, never as a medicine',
  },
  {
    ruleId: 'MD-15',
    title: 'A supply is never a repeat and never the practice’s own prescribing',
    mustNot: ['makeRepeat', 'countAsPractice'],
    test: 'MD-15: a filed supply is no repeat and is not counted as practice prescribing',
  },
];

interface FiledItem {
  readonly resourceType: string;
}

/** The behaviours that bind the filing of one item of a message. */
export function behavioursFor(item: FiledItem): readonly Behaviour[] {
  const codes = ((item as { code?: { coding?: { code?: string }[] } }).code?.coding ?? []).map(
    (coding) => coding.code,
  );
  const isStopped =
    item.resourceType === 'MedicationDispense' && (item as MedicationDispense).status === 'stopped';
  return behaviours.filter(({ ruleId }) => {
    if (ruleId === 'PG-12') return codes.includes(code.notPregnant);
    if (ruleId === 'PG-13') return codes.includes(code.pregnant);
    if (ruleId === 'MD-07') return isStopped;
    return item.resourceType === 'MedicationDispense';
  });
}

/** Whether filing an item may have an effect. */
export function mayHave(item: FiledItem, effect: Effect): boolean {
  return behavioursFor(item).every(({ mustNot }) => !mustNot.includes(effect));
}
