// For tests: whether a stored resource says what its source said. Ids, meta, extension hosts, the spelling of
// references and what is empty do not count; every other element and value does, numbers as they were written.
import { decimalText } from '@gp-connect/foundation/fhir';

/** Element paths at which two resources differ; empty where they say the same. */
export function differences(source: unknown, stored: unknown): string[] {
  const found: string[] = [];
  compare(reduced(source, true), reduced(stored, true), '', found);
  return found;
}

export const semanticallyEqual = (source: unknown, stored: unknown): boolean =>
  differences(source, stored).length === 0;

/** One live system's misspelling, and the extension it means. */
const meant: Readonly<Record<string, string>> = {
  'extensioncoding-careconnect-gpc-dosagelastchanged-1':
    'extension-careconnect-medicationdosagelastchanged-1',
};

function reduced(value: unknown, top = false): unknown {
  const number = decimalText(value);
  if (number !== undefined) return `number ${number}`;
  if (Array.isArray(value)) return value.map((item) => reduced(item)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value === '' || value === null ? undefined : value;
  const members: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (top && (name === 'id' || name === 'meta' || name === 'contained')) continue;
    const kept = text(name, item) ?? reduced(item);
    if (kept !== undefined && !(Array.isArray(kept) && kept.length === 0)) members[name] = kept;
  }
  return Object.keys(members).length === 0 ? undefined : members;
}

function text(name: string, item: unknown): string | undefined {
  if (typeof item !== 'string') return undefined;
  if (name === 'reference')
    return item.startsWith('Patient/') ? 'Patient' : item.split('/').slice(-2).join('/');
  if (name !== 'url') return undefined;
  if (/(?:^|\/)Binary\//.test(item)) return item.split('/').slice(-2).join('/');
  const tail = item.slice(item.lastIndexOf('/') + 1).toLowerCase();
  return meant[tail] ?? tail;
}

function compare(a: unknown, b: unknown, path: string, found: string[]): void {
  if (Object.is(a, b)) return;
  if (typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) {
    found.push(path);
    return;
  }
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    compare(one[name], other[name], `${path}.${name}`, found);
  }
}
