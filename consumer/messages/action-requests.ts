// Words that ask the practice to do something: Update Record carries none, the sender rings the practice instead.
// spec: national-service UPD-13; messaging §6.3 plan-and-requested-actions, §6.5
import type { InputProblem } from './problems.ts';

const somebody = '(?:gp|g\\.p\\.|practice|surgery)';
const deed =
  '(?:review|arrange|refer|prescribe|issue|monitor|recheck|re-check|repeat|follow[ -]?up|action|add|update|start|stop|change|book)';

const requests: readonly RegExp[] = [
  // "GP to review", "Surgery please arrange": at the start of a sentence, so that advice to a patient stays possible.
  new RegExp(`(?:^|[.;:\\n])\\s*(?:the\\s+)?${somebody}[,:]?\\s+(?:to|please|kindly)\\s+${deed}`, 'i'),
  new RegExp(`\\b(?:please|kindly)\\s+(?:could\\s+you\\s+)?${deed}\\b`, 'i'),
  new RegExp(`\\b(?:could|can|would|will)\\s+(?:you|the\\s+${somebody})\\s+(?:please\\s+)?${deed}\\b`, 'i'),
  new RegExp(`\\bfor\\s+${somebody}(?:'s|’s)?\\s+(?:action|review|follow[ -]?up)\\b`, 'i'),
];

/** Whether a text asks the practice to act. */
export const asksForAction = (text: string): boolean => requests.some((request) => request.test(text));

const message =
  'A message cannot ask the practice to do something: ring the practice, and write here what was agreed';

/** Advice is spoken to the patient: what it asks for is asked of them. */
const spokenToThePatient: readonly string[] = ['information-and-advice-given'];

/** The fields that ask the practice to act. */
export function actionRequests(texts: {
  readonly clinicalSummary: string;
  readonly headings?: Readonly<Record<string, string | undefined>> | undefined;
}): InputProblem[] {
  const fields: (readonly [field: string, text: string])[] = [
    ['clinicalSummary', texts.clinicalSummary],
    ...Object.entries(texts.headings ?? {})
      .filter(([heading]) => !spokenToThePatient.includes(heading))
      .map(([heading, text]) => [`headings.${heading}`, text ?? ''] as const),
  ];
  return fields.filter(([, text]) => asksForAction(text)).map(([field]) => ({ field, message }));
}
