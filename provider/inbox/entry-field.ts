// What an entry says something about, in the words recalls are written in. spec: national-service INC-03 (`fields`);
// messaging §6.3, §6.4
import { contractTables } from '@gp-connect/foundation/plausibility';
import type { EntryKind } from './entries.ts';

const { code, pressureHeaders, quantityOf } = contractTables;

/** By the observation's code: a heading is optional, and may be the wrong one. */
const fieldOfCode: Readonly<Record<string, string>> = {
  [code.pregnant]: 'pregnancy-status',
  [code.notPregnant]: 'pregnancy-status',
  [code.ambulatoryDeclined]: 'ambulatory-blood-pressure-declined',
  [code.ambulatoryReport]: 'ambulatory-blood-pressure-report',
  [code.irregularPulse]: 'pulse',
  ...Object.fromEntries([...pressureHeaders].map((header) => [header, 'blood-pressure'])),
};
const fieldOfQuantity: Readonly<Record<contractTables.Quantity, string>> = {
  pulse: 'pulse',
  temperature: 'temperature',
  height: 'height',
  weight: 'weight',
  bodyMassIndex: 'body-mass-index',
};
const fieldOfKind: Readonly<Record<Exclude<EntryKind, 'text'>, string>> = {
  observation: 'observation',
  condition: 'presenting-complaint',
  medicine: 'medicine-supplied',
  'not-supplied': 'medicine-not-supplied',
  immunisation: 'immunisation',
  report: 'report',
  allergy: 'allergy',
  document: 'document',
};

interface FieldedEntry {
  readonly kind: EntryKind;
  readonly heading: string | null;
  readonly code: string | null;
}

/**
 * The field of an entry. An observation under the heading of pregnancy status is one whatever its code says, so that a
 * recall of miscoded statuses finds it.
 * @example fieldOf({ kind: 'observation', heading: null, code: '77386006' }) // 'pregnancy-status'
 */
export function fieldOf({ kind, heading, code: entryCode }: FieldedEntry): string {
  if (kind === 'text') return heading ?? 'text';
  if (kind !== 'observation' && kind !== 'report') return fieldOfKind[kind];
  const quantity = quantityOf[entryCode ?? ''];
  if (heading === 'pregnancy-status') return heading;
  return (
    fieldOfCode[entryCode ?? ''] ?? (quantity && fieldOfQuantity[quantity]) ?? heading ?? fieldOfKind[kind]
  );
}
