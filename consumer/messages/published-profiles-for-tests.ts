// For tests: what a resource breaks of the published profile it names. Reads the profiles' differentials: cardinality,
// fixed values, slices told apart by a fixed child or an extension's address. spec: messaging §2, §5.2, §6.2, §7
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromXml } from '@gp-connect/foundation/fhir';

const shared = process.env.GPC_SHARED_FILES ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const folder = join(shared, 'fhir/stu3/StructureDefinitions');

/** A file kept beside the checkout; undefined where it is not there. */
export function sharedFile(path: string): Buffer | undefined {
  const file = join(shared, path);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Why a test that needs the published profiles is skipped, or false if it can run. */
export const skipWithoutProfiles: string | false = existsSync(folder)
  ? false
  : 'the published profiles are not here';

interface ElementDefinition {
  readonly id: string;
  readonly min?: number;
  readonly max?: string;
  readonly type?: readonly { readonly code?: string; readonly profile?: string }[];
  readonly [fixed: `fixed${string}`]: unknown;
}
type Members = Record<string, unknown>;
interface Found {
  readonly value: unknown;
  readonly path: string;
}

/** The profile's own constraints; undefined where it was not published with the others. */
function profileNamed(url: string): readonly ElementDefinition[] | undefined {
  const file = join(folder, `${url.split('/').at(-1)}.xml`);
  if (!existsSync(file)) return undefined;
  const { differential } = fromXml(readFileSync(file)) as unknown as {
    differential: { element: ElementDefinition[] };
  };
  return differential.element;
}

const fixedOf = (element: ElementDefinition): unknown =>
  Object.entries(element).find(([name]) => name.startsWith('fixed'))?.[1];

/** Whether an array member belongs to a slice, told by the fixed values of the slice's children. */
function inSlice(item: unknown, sliceId: string, elements: readonly ElementDefinition[]): boolean {
  const slice = elements.find(({ id }) => id === sliceId);
  const address = slice?.type?.find(({ profile }) => profile !== undefined)?.profile;
  if (address !== undefined) return (item as { url?: string }).url === address;
  const children = elements.filter(
    (element) =>
      element.id.startsWith(`${sliceId}.`) &&
      !element.id.slice(sliceId.length + 1).includes('.') &&
      fixedOf(element) !== undefined,
  );
  return children.every((child) => (item as Members)[child.id.split('.').at(-1)!] === fixedOf(child));
}

function children(
  { value, path }: Found,
  segment: string,
  parentId: string,
  elements: readonly ElementDefinition[],
): Found[] {
  const [written, slice] = segment.split(':') as [string, string?];
  const members = value as Members;
  const stem = written.endsWith('[x]') ? written.slice(0, -3) : undefined;
  const name = stem === undefined ? written : Object.keys(members).find((key) => key.startsWith(stem));
  const inner = name === undefined ? undefined : members[name];
  if (inner === undefined) return [];
  const all = Array.isArray(inner)
    ? inner.map((item, at) => ({ value: item, path: `${path}.${name}[${at}]` }))
    : [{ value: inner, path: `${path}.${name}` }];
  if (slice === undefined || !Array.isArray(inner)) return all;
  return all.filter((item) => inSlice(item.value, `${parentId}.${segment}`, elements));
}

/** What the resource breaks of every published profile it names, as `{path}: {what}`. */
export function profileFaults(resource: Members): string[] {
  const named = (resource.meta as { profile?: string[] } | undefined)?.profile ?? [];
  return named.flatMap((url) => faultsAgainst(resource, profileNamed(url) ?? []));
}

function faultsAgainst(resource: Members, elements: readonly ElementDefinition[]): string[] {
  const faults: string[] = [];
  for (const element of elements) {
    const [root = '', ...segments] = element.id.split('.');
    const last = segments.pop();
    if (last === undefined) continue;
    let parents: Found[] = [{ value: resource, path: String(resource.resourceType) }];
    let parentId = root;
    for (const segment of segments) {
      const from = parentId;
      parents = parents.flatMap((parent) => children(parent, segment, from, elements));
      parentId = `${parentId}.${segment}`;
    }
    for (const parent of parents) {
      const found = children(parent, last, parentId, elements);
      const place = `${parent.path}.${last}`;
      if (found.length < (element.min ?? 0)) faults.push(`${place}: is missing`);
      if (element.max !== undefined && element.max !== '*' && found.length > Number(element.max)) {
        faults.push(`${place}: is there ${found.length} times`);
      }
      const fixed = fixedOf(element);
      for (const { value, path } of found) {
        if (fixed !== undefined && value !== fixed) faults.push(`${path}: is not ${String(fixed)}`);
      }
    }
  }
  return faults;
}

/** Every resource of a Bundle, nested ones too, the Bundle first. */
export function resourcesOf(bundle: Members): Members[] {
  const entries = (bundle.entry as { resource: Members }[] | undefined) ?? [];
  return [
    bundle,
    ...entries.flatMap(({ resource }) =>
      resource.resourceType === 'Bundle' ? resourcesOf(resource) : [resource],
    ),
  ];
}
