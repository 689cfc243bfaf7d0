// Which Observations belong to a laboratory report: reached from its results, or derived from one that is.
// spec: access-record-structured §1 (investigations are a tree), §11.8, §11.9
import { isObject, keyOf, objects, type ResourceJson } from './json.ts';

/** Keys (`Observation/…`) of the headers, results and filing comments of every report among the resources. */
export function reportParts(resources: readonly ResourceJson[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting: string[] = [];
  const reach = (key: unknown) => {
    if (typeof key !== 'string' || !key.startsWith('Observation/') || reached.has(key)) return;
    reached.add(key);
    waiting.push(key);
  };
  for (const report of resources) {
    if (report.resourceType !== 'DiagnosticReport') continue;
    for (const result of objects(report.result)) reach(result.reference);
  }
  if (waiting.length === 0) return reached;
  const onward = relations(resources);
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    for (const next of onward.get(key) ?? []) reach(next);
  }
  return reached;
}

/** From an Observation to its members, and to those derived from it. */
function relations(resources: readonly ResourceJson[]): Map<string, string[]> {
  const onward = new Map<string, string[]>();
  const add = (from: unknown, to: unknown) => {
    if (typeof from !== 'string' || typeof to !== 'string') return;
    const known = onward.get(from);
    if (known) known.push(to);
    else onward.set(from, [to]);
  };
  for (const observation of resources) {
    if (observation.resourceType !== 'Observation' || observation.related === undefined) continue;
    for (const related of objects(observation.related)) {
      const target = isObject(related.target) ? related.target.reference : undefined;
      if (related.type === 'has-member') add(keyOf(observation), target);
      if (related.type === 'derived-from') add(target, keyOf(observation));
    }
  }
  return onward;
}
