// The edge of mode C: certificate, method, types, headers, access token, in the contract's order. spec: national-service §3.3, §21 rows 6–10, 18, 19, 35
import { negotiate, requestFormat } from '@gp-connect/foundation/fhir';
import { Refusal, refusal } from '@gp-connect/foundation/nhs';
import type { AccessTokenVerifier, VerifiedAccessToken } from '@gp-connect/foundation/trust';
import { type Answer, fhirAnswer, proxyAnswer, refuseWith } from './answers.ts';
import { certificateIsGood, traceIsUuidWhereStrict } from './checks.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { timesSent } from './headers.ts';
import { type PatientOperation, patientOperations } from './patient-operations.ts';
import { passes, refused } from './refused.ts';
import type { RequestTarget } from './request-target.ts';
import type { ClientProduct } from './settings.ts';

export function certificateWhereNeeded(exchange: Exchange, gateway: GatewayContext): Answer | null {
  const answer = certificateIsGood(exchange, gateway);
  const absent = answer?.status === 496;
  return absent && !gateway.settings.patientBased.requireCertificate ? null : answer;
}

export function operationOf(target: RequestTarget): PatientOperation {
  const name = target.mode === 'patient' ? target.operation : '';
  return (
    patientOperations.find((operation) => operation.name === name) ??
    refused(refuseWith('404', 'NO_RECORD_FOUND', 'There is no such operation by patient'))
  );
}

/** 405, 415, 413: in that order, before anything else is looked at. */
export function formsOf(exchange: Exchange, operation: PatientOperation, gateway: GatewayContext) {
  const { request } = exchange;
  const { fhir } = operation.interaction;
  if (request.method !== 'POST') {
    refused(proxyAnswer('18', 405, 'forbidden', '405: Method Not Allowed', { Allow: 'POST' }));
  }
  const contentType = request.headers['content-type'];
  const format =
    timesSent(request.rawHeaders, 'content-type') === 1 ? requestFormat(contentType, fhir) : undefined;
  // `*/*` or nothing means JSON, whatever the body is in.
  const answer = negotiate({ accept: request.headers.accept }, fhir);
  if (format === undefined || !answer.ok || encoded(request.headers['content-encoding'])) {
    const code = operation.errors.mediaType;
    const unsupported = refusal(code, 'Content-Type, Content-Encoding or Accept is not supported', {
      status: 415,
      issueType: operation.dialect === 'dstu2' ? 'not-supported' : 'invalid',
    });
    return refused(fhirAnswer('19', unsupported, operation.dialect));
  }
  if (Number(request.headers['content-length'] ?? 0) > gateway.settings.patientBased.maxBodyBytes) {
    refused(tooLong(operation));
  }
  return { format, accepted: answer.format };
}

const encoded = (encoding: string | undefined): boolean =>
  encoding !== undefined && !['', 'identity'].includes(encoding.trim().toLowerCase());

export function tooLong(operation: PatientOperation): Answer {
  const refusedBody = refusal('BAD_REQUEST', 'The body is too long', { status: 413, issueType: 'too-long' });
  return fhirAnswer('35', refusedBody, operation.dialect);
}

/** Rows 6, 7 and 8, all faults in one answer. Returns `Ods-from`. */
export function headersOf(exchange: Exchange, gateway: GatewayContext, operation: PatientOperation): string {
  const value = exchange.request.headers['ods-from'];
  const odsFrom = typeof value === 'string' ? value.trim().toUpperCase() : '';
  const faults = [
    ...(exchange.trace === null ? ['Missing or empty required header "Ssp-TraceID"'] : []),
    ...(odsFrom === '' ? ['Missing or empty required header "ODS-from"'] : []),
    ...(odsFrom !== '' && !/^[A-Z0-9]{3,12}$/.test(odsFrom)
      ? ['The header "ODS-from" is not an ODS code']
      : []),
  ];
  if (faults.length > 0) {
    refused(
      fhirAnswer(
        exchange.trace === null ? '7' : '6',
        refusal('BAD_REQUEST', faults.join('; ')),
        operation.dialect,
      ),
    );
  }
  passes(traceIsUuidWhereStrict(exchange, gateway));
  return odsFrom;
}

/** Rows 9 and 10. */
export async function verified(
  accessTokens: AccessTokenVerifier,
  authorization: string | undefined,
  operation: PatientOperation,
): Promise<VerifiedAccessToken> {
  try {
    return await accessTokens(authorization);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(
      fhirAnswer(error.status === 403 ? '10' : error.status === 401 ? '9' : '36', error, operation.dialect),
    );
  }
}

export function productOf(token: VerifiedAccessToken, gateway: GatewayContext): ClientProduct {
  return (
    gateway.settings.patientBased.products.find((product) => product.clientId === token.clientId) ??
    refused(
      refuseWith('9', 'ACCESS DENIED', 'The client is not registered for requests by patient', {
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
        status: 401,
        issueType: 'login',
      }),
    )
  );
}

/** The client's `X-Correlation-ID`, else its trace id: for PDS and SDS. */
export function correlationOf(exchange: Exchange): string {
  const given = exchange.request.headers['x-correlation-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given)
    ? given
    : (exchange.trace ?? exchange.id).slice(0, 128);
}
