// The errors of mode C in the words older clients of patient-based gateways know. spec: national-service §3.6 (profile `cdg-0`)
import type { Answer } from './answers.ts';
import type { Exchange } from './exchange.ts';

interface Wording {
  readonly status: number;
  readonly issueType: string;
  text(exchange: Exchange, answer: Answer): string;
}

const said = (answer: Answer): string => answer.body.issue[0]?.diagnostics ?? '';
const odsFrom = ({ request }: Exchange): string => String(request.headers['ods-from'] ?? '').trim();
const notFound = (text: Wording['text']): Wording => ({ status: 404, issueType: 'exception', text });
const noCurrentPractice = notFound(
  ({ subject }) => `PDS patient ${subject.nhsNumber} did not contain a current provider ODS code`,
);

/** By row of the refusal; a row that is not here keeps its status and diagnostics. */
const wordings: Readonly<Record<string, Wording>> = {
  '1': { status: 400, issueType: 'invalid', text: (_exchange, answer) => said(answer) },
  '21': noCurrentPractice,
  '30': noCurrentPractice,
  '12h': notFound(({ practice }) => `No SDS org found for provider ODS code ${practice}`),
  '12i-endpoint': notFound(
    ({ practice }) => `SDS result for provider ODS code ${practice} did not contain a current endpoint`,
  ),
  '12i-asid': notFound(
    ({ practice }) => `SDS result for provider ODS code ${practice} did not contain a current ASID`,
  ),
  '12j': notFound((exchange) => `No SDS org found for consumer ODS code ${odsFrom(exchange)}`),
  '36': {
    status: 502,
    issueType: 'exception',
    text: (_exchange, answer) => `${said(answer).split(' ')[0]} FHIR API request failed: no answer`,
  },
  '20': { status: 502, issueType: 'exception', text: () => 'Provider request failed: no answer' },
};

/** The answer as it is, or (for a client of that profile) without details and profile and in its old words. */
export function inWordsOf(exchange: Exchange, answer: Answer): Answer {
  if (exchange.wording !== 'cdg-0') return answer;
  const wording = wordings[answer.rule];
  const code = wording?.issueType ?? 'exception';
  const diagnostics = wording ? wording.text(exchange, answer) : said(answer);
  return {
    ...answer,
    status: wording?.status ?? answer.status,
    body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] },
  };
}
