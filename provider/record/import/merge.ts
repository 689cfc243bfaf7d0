// Two copies of one resource as one. The newer wins, unless all it says is already said; nothing the other alone
// says is lost: elements only it has, and members of its extensions and identifiers, are kept.
import { isObject, type Json, type ResourceJson } from '../json.ts';

/** Elements whose members add up. */
const additive = ['extension', 'identifier'] as const;

/** Merges `later` into `earlier`; answers `earlier` itself where `later` adds nothing, so that doing it again is idle. */
export function mergeResource(earlier: ResourceJson, later: ResourceJson): ResourceJson {
  if (holds(earlier, later)) return earlier;
  const merged: ResourceJson = { ...later };
  for (const name of Object.keys(earlier)) {
    if (merged[name] === undefined && !(isChoice(name) && hasVariant(later, name)))
      merged[name] = earlier[name];
  }
  for (const name of additive) {
    const [mine, others] = [later[name], earlier[name]];
    if (!Array.isArray(mine) || !Array.isArray(others)) continue;
    const missing = others.filter(
      (other) => !mine.some((item) => holds(item, other)) && !replaced(other, mine),
    );
    merged[name] = [...mine, ...missing];
  }
  return merged;
}

/** Extensions that repeat, so that several of one address stand side by side. */
const repeating = /(?:RelatedClinicalContent|RelatedProblemHeader|ListWarningCode|NHSCommunication)-1$/;

/** Whether a member of the older copy is superseded by one of the same address or system. */
function replaced(older: unknown, newer: readonly unknown[]): boolean {
  if (!isObject(older)) return false;
  const name = older.url === undefined ? 'system' : 'url';
  if (name === 'url' && repeating.test(String(older.url))) return false;
  return newer.some((item) => isObject(item) && item[name] === older[name]);
}

/** `effectiveDateTime` is a variant of `effective[x]`: two variants must not stand together. */
const variants = /^(effective|onset|abatement|value|medication|occurrence|deceased|multipleBirth)([A-Z]\w*)$/;
const isChoice = (name: string): boolean => variants.test(name);

function hasVariant(resource: Json, name: string): boolean {
  const stem = variants.exec(name)![1]!;
  return Object.keys(resource).some((other) => variants.exec(other)?.[1] === stem);
}

/** Whether everything `inner` says is said by `outer` too. */
export function holds(outer: unknown, inner: unknown): boolean {
  if (outer === inner) return true;
  if (Array.isArray(inner)) {
    return Array.isArray(outer) && inner.every((item) => outer.some((other) => holds(other, item)));
  }
  if (!isObject(inner) || !isObject(outer)) return false;
  // A number kept as written holds its text in `rawJSON`, which compares like any other member.
  return Object.keys(inner).every((name) => inner[name] === undefined || holds(outer[name], inner[name]));
}
