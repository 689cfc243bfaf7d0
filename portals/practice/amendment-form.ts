// What a reviewer changes of an entry before it is filed, read into an amendment or into a fault to put right.
// spec: docs/practice-inbox-api.md (amend); messaging §10.1
import type { Fields, FormFault } from '../kit/index.ts';
import type { Amendable, Amendment, AmendmentCheck } from './inbox-api.ts';
import { typedDay } from './pages/times.ts';

type Read = (typed: string) => string | number | undefined;

const number: Read = (typed) => (/^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : undefined);
const words: Read = (typed) => typed;

export interface AmendField {
  readonly label: string;
  readonly hint?: string;
  /** Characters wide; a whole line where left out. */
  readonly width?: string;
  readonly read: Read;
  readonly fault: string;
}

const aNumber = 'enter a number, such as 128 or 36.8';

/** In the order they are asked. */
export const amendFields: Readonly<Record<Amendable, AmendField>> = {
  code: {
    label: 'Code',
    hint: 'SNOMED CT or dm+d; the term is your own system’s',
    width: '20',
    read: (typed) => (/^\d{6,18}$/.test(typed) ? typed : undefined),
    fault: 'enter a code of 6 to 18 digits',
  },
  value: { label: 'Value', width: '5', read: number, fault: aNumber },
  unit: { label: 'Unit', hint: 'Such as kg or mm[Hg]', width: '10', read: words, fault: '' },
  systolic: { label: 'Systolic (mmHg)', width: '5', read: number, fault: aNumber },
  diastolic: { label: 'Diastolic (mmHg)', width: '5', read: number, fault: aNumber },
  effective: {
    label: 'Date',
    hint: 'Such as 31/3/2026',
    width: '10',
    read: typedDay,
    fault: 'enter a real date, such as 31/3/2026',
  },
  quantity: { label: 'Quantity', width: '5', read: number, fault: aNumber },
  daysSupply: { label: 'Days of supply', width: '5', read: number, fault: aNumber },
  dosage: { label: 'Dosage', read: words, fault: '' },
  text: { label: 'Comment', read: words, fault: '' },
};

/** Of the field, without the key of its entry. */
export const amendFieldName = (name: Amendable): string => `amend-${name}`;

interface Amended {
  readonly key: string;
  readonly names: readonly Amendable[];
}

/** What was typed; fields left empty change nothing. */
export function parseAmendment({ key, names }: Amended, fields: Fields): Amendment | FormFault {
  const amendment: Partial<Record<Amendable, string | number>> = {};
  for (const name of names) {
    const field = `${amendFieldName(name)}-${key}`;
    const typed = (fields[field] ?? '').trim();
    if (typed === '') continue;
    const read = amendFields[name].read(typed);
    if (read === undefined) return { field, text: amendFields[name].fault };
    amendment[name] = read;
  }
  if (Object.keys(amendment).length > 0) return amendment;
  return { field: `${amendFieldName(names[0]!)}-${key}`, text: 'enter what is to be changed' };
}

/** An amendment with what the practice's system says of it. */
export interface CheckedAmendment {
  readonly amendment: Amendment;
  /** A fault where the system refuses to make it. */
  readonly check: AmendmentCheck | FormFault;
}
export type CheckedAmendments = ReadonlyMap<string, CheckedAmendment>;

/** Goes with the page that showed the amended entry: what is filed is what was read. */
export const seenMark = (amendment: Amendment): string => JSON.stringify(amendment);
