// Warnings of a whole answer in the words of the area they concern. spec: access-record-structured §3.3, §9.3, §15 rule 2
import type { OperationOutcomeIssue } from '@gp-connect/foundation/fhir';
import { clinicalAreas } from '@gp-connect/foundation/nhs';

const DOCUMENTS = 'DocumentReferences';

/** Whether the warning is about a whole area: it is then said there, and not once more for the answer. */
export function isAreaRefusal(issue: OperationOutcomeIssue): boolean {
  return Object.values(clinicalAreas).some((area) => area.parameter === issue.diagnostics);
}

/** Why an area asked for was not answered. */
export function refusalWords(issue: OperationOutcomeIssue): string {
  const text = textOf(issue);
  if (text.includes('has been disabled'))
    return 'The practice has switched off sharing of this part of the record.';
  if (text.includes('unrecognised')) return 'The practice’s system cannot send this part of the record.';
  return `The practice’s system could not send this part of the record: ${text}`;
}

/** A warning by itself, naming what it is about. */
export function warningWords(issue: OperationOutcomeIssue): string {
  const [parameter = '', part] = (issue.diagnostics ?? '').split('.');
  const area = Object.values(clinicalAreas).find((each) => each.parameter === parameter);
  const name = area?.title ?? (parameter === DOCUMENTS ? 'Documents' : undefined);
  if (!name) return textOf(issue);
  if (part)
    return `${name}: the practice’s system did not understand a filter (${part}), so more or less may be shown than was asked for.`;
  return `${name}: ${refusalWords(issue)}`;
}

function textOf(issue: OperationOutcomeIssue): string {
  return issue.details?.text ?? issue.diagnostics ?? 'A warning without words';
}
