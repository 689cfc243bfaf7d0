// A laboratory report as a tree: groups, results, filing comments, specimens. spec: access-record-structured §11.9, §11.10
import type { DiagnosticReport, Observation, Specimen } from '@gp-connect/foundation/fhir';
import { findCoding } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import type { BundleIndex } from './bundle-index.ts';
import { baseItem, observationItem } from './items.ts';
import { listOf } from './list-of.ts';
import type { Item } from './record-view.ts';
import { actorText, factsOf, noteTexts, recordedDate, termText } from './words.ts';

const COMMENT_NOTE = '37331000000100';

export function reportItem(index: BundleIndex, report: DiagnosticReport): Item {
  const results = listOf(report.result).flatMap((reference) =>
    resultItems(index, reference.reference, new Set()),
  );
  const specimens = listOf(report.specimen).flatMap((reference) => {
    const specimen = index.find(reference) as Specimen | undefined;
    return specimen ? [specimen] : [];
  });
  return {
    ...baseItem(index, report, 'investigations'),
    kind: 'Laboratory report',
    date: recordedDate(report.issued),
    title: titleOf(results, report),
    standing: 'past',
    cautions: [],
    facts: factsOf({
      Status: report.status === 'final' ? null : `${report.status} report`,
      Specimen: specimens.map((specimen) => termText(specimen.type, 'Specimen')).join(', '),
      'Specimen collected':
        specimens[0]?.collection?.collectedDateTime &&
        recordedDate(specimens[0].collection.collectedDateTime).text,
      Conclusion: report.conclusion,
      Laboratory: actorText(index, report.performer?.[0]?.actor),
    }),
    notes: specimens.flatMap((specimen) => noteTexts(specimen.note)),
    author: actorText(index, report.performer?.[0]?.actor),
    children: results,
    childrenTitle: 'Results',
  };
}

/** A report's own code is the same for all: the groups and results name it. */
function titleOf(results: readonly Item[], report: DiagnosticReport): string {
  const names = results.filter((result) => result.kind !== 'Filing comment').map((result) => result.title);
  return names.length
    ? names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '')
    : termText(report.code);
}

/** A header with its members, a result, or a filing comment. A member seen on the way here is not followed again. */
function resultItems(index: BundleIndex, reference: string | undefined, above: ReadonlySet<string>): Item[] {
  const observation = index.find(reference) as Observation | undefined;
  if (!observation || !reference || above.has(reference)) return [];
  const path = new Set(above).add(reference);
  const members = listOf(observation.related)
    .filter((related) => related.type === 'has-member')
    .flatMap((related) => resultItems(index, related.target.reference, path));
  const comment = findCoding(observation.code, system.snomed)?.code === COMMENT_NOTE;
  return [
    {
      ...observationItem(index, observation, 'investigations'),
      kind: comment ? 'Filing comment' : members.length ? 'Test group' : 'Test result',
      children: members,
    },
  ];
}
