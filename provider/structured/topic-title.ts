// A topic is usually named after its problem: when the problem is withheld, so is the name.
// spec: access-record-structured §9.2
import type { JsonResource } from '@gp-connect/foundation/fhir';
import type { IndexEntry } from '../record/index.ts';
import { relatedProblemPath, targets } from './graph.ts';
import type { Source } from './linkage.ts';

export function forgetTitle(
  { graph, filter }: Source,
  entry: IndexEntry,
): ((resource: JsonResource) => void) | undefined {
  if (entry.role !== 'topic-list') return undefined;
  const named = targets(graph, entry, relatedProblemPath);
  if (!named.some((problem) => filter.verdict(problem) === 'withheld')) return undefined;
  return (resource) => {
    delete resource.title;
  };
}
