// Element rules as data: path, cardinality, what a value must be, what a fault gets; and the walk over them.
// spec: messaging §5.2, §6.2, §7
import { formatFault, type Identifier } from '../fhir/index.ts';
import { isNhsNumber, system } from '../nhs/index.ts';
import type { ItkDocument, MessageEntry } from './message.ts';
import { itkSystem } from './systems.ts';

export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'processing'
  | 'code-invalid'
  | 'extension'
  | 'invariant'
  | 'not-supported'
  | 'business-rule'
  | 'duplicate'
  | 'not-found'
  | 'security';

/** Something wrong with a document: where, which kind, and why, without values of the patient. */
export interface ElementFault {
  readonly path: string;
  readonly issue: IssueCode;
  readonly reason: string;
}

/** What a check may look at besides the value. */
export interface CheckContext {
  readonly document: ItkDocument;
  readonly resource: MessageEntry['resource'];
  readonly now: Date;
}

export type ValueCheck = (value: unknown, context: CheckContext) => string | undefined;

/**
 * One line of an element table. `path` is dotted; `:slice` keeps the members of an array that the slice names
 * (`code.coding:snomed.display`). Cardinality counts under each parent that is there.
 * `note`: deployed messages break it, so it is told and not refused.
 */
export interface ElementRule {
  readonly path: string;
  readonly min?: number;
  readonly max?: number;
  readonly check?: ValueCheck;
  /** Issue code where `check` finds a fault; missing values are `required`, too many `structure`. */
  readonly issue?: IssueCode;
  readonly level?: 'refuse' | 'note';
  readonly when?: (context: CheckContext) => boolean;
}

type Members = Record<string, unknown>;
type Found = { value: unknown; path: string };

const bySystem =
  (url: string) =>
  (item: unknown): boolean =>
    (item as Identifier).system === url;

const slices: Record<string, (item: unknown) => boolean> = {
  nhsNumber: bySystem(system.nhsNumber),
  ods: bySystem(system.odsOrganisation),
  snomed: bySystem(system.snomed),
  medicine: (item) => bySystem(itkSystem.dmd)(item) || bySystem(system.snomed)(item),
  gphc: bySystem(itkSystem.gphc),
  official: (item) => ((item as { use?: string }).use ?? 'official') === 'official',
  named: (item) => (item as { use?: string }).use === 'official',
  replaces: (item) => (item as { code?: string }).code === 'replaces',
  heading: bySystem(itkSystem.heading),
};

function children(from: Found, segment: string): Found[] {
  const [name, slice] = segment.split(':') as [string, string?];
  const value = (from.value as Members)[name];
  if (value === undefined || value === null) return [];
  const path = `${from.path}.${name}`;
  if (!Array.isArray(value)) return [{ value, path }];
  const keep = slice === undefined ? undefined : slices[slice];
  return value.flatMap((item, at) =>
    keep === undefined || keep(item) ? [{ value: item, path: `${path}[${at}]` }] : [],
  );
}

function follow(from: Found, segments: readonly string[]): Found[] {
  return segments.reduce<Found[]>(
    (found, segment) =>
      found.flatMap((item) => (typeof item.value === 'object' ? children(item, segment) : [])),
    [from],
  );
}

function* faultsOfRule(
  rule: ElementRule,
  entry: MessageEntry,
  context: CheckContext,
): Generator<ElementFault> {
  const segments = rule.path.split('.');
  const last = segments.at(-1)!;
  for (const parent of follow({ value: entry.resource, path: entry.path }, segments.slice(0, -1))) {
    const found = children(parent, last);
    const path = `${parent.path}.${last}`;
    if (found.length < (rule.min ?? 0)) yield { path, issue: 'required', reason: 'is missing' };
    if (found.length > (rule.max ?? Number.POSITIVE_INFINITY)) {
      yield rule.max === 0
        ? { path, issue: rule.issue ?? 'not-supported', reason: 'is not allowed here' }
        : { path, issue: 'structure', reason: `is there ${found.length} times, at most ${rule.max} allowed` };
    }
    if (rule.check === undefined) continue;
    for (const item of found) {
      const reason = rule.check(item.value, context);
      if (reason !== undefined) yield { path: item.path, issue: rule.issue ?? 'value', reason };
    }
  }
}

/** The faults of one resource against a table: those that refuse the message, and those only to be noted. */
export function elementFaults(
  rules: readonly ElementRule[],
  entry: MessageEntry,
  document: ItkDocument,
  now: Date,
): { faults: ElementFault[]; notes: ElementFault[] } {
  const context: CheckContext = { document, resource: entry.resource, now };
  const faults: ElementFault[] = [];
  const notes: ElementFault[] = [];
  for (const rule of rules) {
    if (rule.when !== undefined && !rule.when(context)) continue;
    (rule.level === 'note' ? notes : faults).push(...faultsOfRule(rule, entry, context));
  }
  return { faults, notes };
}

export const filled: ValueCheck = (value) =>
  typeof value === 'string' && value.trim() === '' ? 'is blank' : undefined;

/** One of the given codes or texts. */
export const oneOf =
  (...allowed: readonly string[]): ValueCheck =>
  (value) =>
    allowed.includes(String(value)) ? undefined : 'is not a value allowed here';

/** A reference that resolves to one of the resource types. */
export const refersTo =
  (...types: readonly string[]): ValueCheck =>
  (value, { document }) => {
    const target = document.resolve((value as { reference?: string }).reference);
    if (target === undefined) return undefined; // unresolved references are the business of R11
    return types.includes(target.resource.resourceType) ? undefined : `must refer to ${types.join(' or ')}`;
  };

export const nhsNumberCheck: ValueCheck = (value) =>
  isNhsNumber(value) ? undefined : 'is not a valid NHS number (ten digits, modulus 11)';

/** Older senders write blanks inside the number: they are taken out before the check. spec: messaging §7.2 */
export const spacedNhsNumberCheck: ValueCheck = (value, context) =>
  nhsNumberCheck(String(value).replaceAll(' ', ''), context);

export const wholeDate: ValueCheck = (value) =>
  typeof value === 'string' && value.length === 10 && formatFault('date', value) === undefined
    ? undefined
    : 'is not a whole date (YYYY-MM-DD)';

export const hasTime: ValueCheck = (value) =>
  typeof value === 'string' && value.length > 10 ? undefined : 'has no time';

/** The subject of the document: the patient the Composition is about. spec: messaging §10.6 ID-05 */
export const documentSubject: ValueCheck = (value, { document }) => {
  const own = document.resolve((value as { reference?: string }).reference);
  const subject = document.resolve(document.composition?.subject?.reference);
  return own === undefined || subject === undefined || own === subject
    ? undefined
    : 'is not the patient the document is about';
};
