// Between an exchange and the policy: the question put, and its refusal as an answer. spec: national-service §21
import { type Interaction, refusal } from '@gp-connect/foundation/nhs';
import type { DecisionRequest, Refused } from '../policy/index.ts';
import { type Answer, fhirAnswer, proxyAnswer } from './answers.ts';
import type { Exchange } from './exchange.ts';

export function policyQuestion(exchange: Exchange, interaction: Interaction, now: number): DecisionRequest {
  const { from, to, practice, subject, token, permission, request } = exchange;
  const odsFrom = request.headers['ods-from'];
  return {
    mode: exchange.mode,
    from: from ?? '',
    to,
    practice,
    organisations: [
      ...(token ? [token.odsCode.toUpperCase()] : []),
      ...(typeof odsFrom === 'string' ? [odsFrom.trim().toUpperCase()] : []),
    ],
    interaction,
    areas: subject.areas,
    dateFrom: subject.dateFrom,
    patientPermission: permission !== null,
    now,
  };
}

export function policyAnswer(refused: Refused, interaction: Interaction | undefined): Answer {
  const { row, status, dialect, issueType, code, diagnostics } = refused;
  if (dialect === 'ssp' || code === '403') return proxyAnswer(row, status, issueType, diagnostics);
  return fhirAnswer(
    row,
    refusal(code, diagnostics, { status, issueType }),
    interaction?.fhir === 'DSTU2' ? 'dstu2' : 'stu3',
  );
}
