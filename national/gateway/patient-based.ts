// Mode C: the client knows the patient's NHS number only; the router finds the practice and its endpoint.
// spec: national-service §3.2–§3.6, §21 (order of checks)
import { contentTypeFor, londonToday, negotiate, requestFormat } from '@gp-connect/foundation/fhir';
import { Refusal, refusal } from '@gp-connect/foundation/nhs';
import type { AccessTokenVerifier, VerifiedAccessToken } from '@gp-connect/foundation/trust';
import { decideCaller, decideEnablement } from '../policy/index.ts';
import { type Answer, fhirAnswer, proxyAnswer, refuseWith } from './answers.ts';
import { auditTokenFor } from './audit-token-made.ts';
import {
  certificateIsGood,
  directoryIsTrusted,
  rateIsWithinLimits,
  traceIsUuidWhereStrict,
} from './checks.ts';
import { DirectoryUnavailable } from './directory-access.ts';
import type { DirectoryLookup, LookupContext } from './directory-lookup.ts';
import type { Exchange } from './exchange.ts';
import { forward, refuse } from './forwarding.ts';
import type { GatewayContext } from './gateway-context.ts';
import { timesSent } from './headers.ts';
import { nhsNumberOf, type PatientOperation, patientOperations } from './patient-operations.ts';
import { currentPractice, lastPractice } from './pds-answer.ts';
import { policyAnswer, policyQuestion } from './policy-questions.ts';
import { ClientLeftError, requestBody } from './request-body.ts';
import { subjectOfBody } from './request-subject.ts';
import type { RequestTarget } from './request-target.ts';
import { routerRewriting } from './router-urls.ts';
import type { Journey } from './serve.ts';
import type { ClientProduct } from './settings.ts';
import { createRewriter } from './url-rewriting.ts';

export interface PatientBasedDependencies {
  readonly accessTokens: AccessTokenVerifier;
  readonly lookup: DirectoryLookup;
}

/** Ends a journey with its answer; thrown only within this file. */
class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(answer.code);
    this.answer = answer;
  }
}

const refused = (answer: Answer): never => {
  throw new Refused(answer);
};
const passes = (answer: Answer | null): void => {
  if (answer) refused(answer);
};

/** One text for every reason for which a patient cannot be served (RTE-12a–d, 12f). */
const PATIENT =
  'No record can be made available for this patient. Check the NHS number and trace the patient again.';
const PRACTICE = 'The record cannot be reached at the practice of this patient.';

export function patientBasedJourney(dependencies: PatientBasedDependencies): Journey {
  return async (exchange, gateway, target) => {
    try {
      await readRecord(exchange, gateway, target, dependencies);
    } catch (error) {
      await refuse(exchange, answerOf(error, gateway), gateway);
    }
  };
}

function answerOf(error: unknown, gateway: GatewayContext): Answer {
  if (error instanceof Refused) return error.answer;
  if (error instanceof ClientLeftError)
    return refuseWith('499', 'BAD_REQUEST', error.message, { status: 499 });
  if (error instanceof DirectoryUnavailable) {
    if (error.alert) gateway.logger.error({ err: error }, 'alert: our own credentials were refused');
    return refuseWith('36', 'BAD_GATEWAY', `${error.which} cannot be reached`, {
      headers: error.retryAfter === undefined ? {} : { 'Retry-After': error.retryAfter },
    });
  }
  throw error;
}

async function readRecord(
  exchange: Exchange,
  gateway: GatewayContext,
  target: RequestTarget,
  { accessTokens, lookup }: PatientBasedDependencies,
): Promise<void> {
  const { request } = exchange;
  if (request.headers['ssp-from'] !== undefined) exchange.from = null;
  if (request.headers['ssp-to'] !== undefined) exchange.to = null;
  passes(certificateWhereNeeded(exchange, gateway));
  const operation = operationOf(target);
  exchange.interaction = operation.interaction;
  exchange.interactionId = operation.interaction.id;

  const { format, accepted } = formsOf(exchange, operation, gateway);
  const odsFrom = headersOf(exchange, gateway, operation);
  const token = await verified(accessTokens, request.headers.authorization, operation);
  const product = productOf(token, gateway);
  exchange.staff = {
    userId: token.identity.userId,
    roleProfileId: token.identity.roleProfileId,
    name: token.identity.displayName,
  };
  exchange.role = { code: token.identity.roleCode, display: token.identity.roleName };
  exchange.reason = 'directcare';

  if (exchange.expectsContinue) exchange.response.writeContinue();
  const body =
    (await requestBody(request).whole(gateway.settings.patientBased.maxBodyBytes)) ??
    refused(tooLong(operation));
  const read = nhsNumberOf(operation, body, format);
  if ('answer' in read) return refused(read.answer);
  const { nhsNumber } = read;
  exchange.subject = {
    ...subjectOfBody(operation.interaction, body, {
      contentType: request.headers['content-type'],
      contentEncoding: undefined,
    }),
    nhsNumber,
  };

  passes(directoryIsTrusted(exchange, gateway));
  const purpose = callerMayAsk(exchange, gateway, operation, odsFrom, product);
  passes(rateIsWithinLimits(exchange, gateway));

  const context: LookupContext = { odsFrom, correlation: correlationOf(exchange) };
  const practice = await practiceOf(nhsNumber, purpose, lookup, context, gateway.now());
  exchange.practice = practice;
  passes(practiceIsOpen(practice, gateway));
  const enablement = decideEnablement(
    gateway.directory.current()!,
    policyQuestion(exchange, operation.interaction, gateway.now()),
  );
  if (!enablement.allowed) refused(policyAnswer(enablement, operation.interaction));

  const root = await resolve(exchange, gateway, operation, lookup, context, { practice, odsFrom, product });
  const token1x = () =>
    auditTokenFor(operation, {
      product,
      staff: token.identity,
      organisation: { ods: odsFrom, name: exchange.organisation?.name ?? odsFrom },
      audience: root,
      nhsNumber,
      now: gateway.now(),
    });
  await forward(
    exchange,
    {
      url: root + operation.forwardedAs,
      method: 'POST',
      // Made when it is sent, not before the look-ups (RTE-11).
      headers: headersFor(exchange, {
        format: contentTypeFor(format, operation.interaction.fhir).replace(';', '; '),
        accept: contentTypeFor(accepted, operation.interaction.fhir).replace(';', '; '),
        token: token1x(),
      }),
      body,
      rewriter: createRewriter(
        routerRewriting(exchange, gateway, { root, practice, server: operation.interaction.server }),
      ),
    },
    gateway,
  );
}

function certificateWhereNeeded(exchange: Exchange, gateway: GatewayContext): Answer | null {
  const answer = certificateIsGood(exchange, gateway);
  const absent = answer?.status === 496;
  return absent && !gateway.settings.patientBased.requireCertificate ? null : answer;
}

function operationOf(target: RequestTarget): PatientOperation {
  const name = target.mode === 'patient' ? target.operation : '';
  return (
    patientOperations.find((operation) => operation.name === name) ??
    refused(refuseWith('404', 'NO_RECORD_FOUND', 'There is no such operation by patient'))
  );
}

/** 405, 415, 413: in that order, before anything else is looked at. */
function formsOf(exchange: Exchange, operation: PatientOperation, gateway: GatewayContext) {
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

function tooLong(operation: PatientOperation): Answer {
  const refusedBody = refusal('BAD_REQUEST', 'The body is too long', { status: 413, issueType: 'too-long' });
  return fhirAnswer('35', refusedBody, operation.dialect);
}

/** Rows 6, 7 and 8, all faults in one answer. Returns `Ods-from`. */
function headersOf(exchange: Exchange, gateway: GatewayContext, operation: PatientOperation): string {
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
async function verified(
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

function productOf(token: VerifiedAccessToken, gateway: GatewayContext): ClientProduct {
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

/** Step 3: the caller's own system is in the directory, and may ask for this. Returns its purpose. */
function callerMayAsk(
  exchange: Exchange,
  gateway: GatewayContext,
  operation: PatientOperation,
  odsFrom: string,
  product: ClientProduct,
): 'direct-care' | 'medical-examiner' {
  const directory = gateway.directory.current()!;
  exchange.organisation = directory.organisation(odsFrom) ?? null;
  exchange.sender = directory.ownSystem(odsFrom, operation.interaction.id, product.supplierOds) ?? null;
  exchange.from = exchange.sender?.asid ?? null;
  const name = exchange.certificate?.commonName;
  const bound = exchange.sender && (!name || name === exchange.sender.clientFqdn.toLowerCase());
  if (!bound) return refused(senderUnknown(exchange.from ?? odsFrom));
  const decision = decideCaller(directory, policyQuestion(exchange, operation.interaction, gateway.now()));
  if (!decision.allowed) return refused(policyAnswer(decision, operation.interaction));
  exchange.purpose = decision.purpose === 'medical-examiner' ? decision.purpose : 'directcare';
  return decision.purpose;
}

const senderUnknown = (asidOrOds: string): Answer =>
  proxyAnswer('12j', 403, 'forbidden', `ASID_CHECK_FAILED_MESSAGESENDER_${asidOrOds}`);

/** Steps 4 and 5: PDS, and the practice registered with today. */
async function practiceOf(
  nhsNumber: string,
  purpose: 'direct-care' | 'medical-examiner',
  lookup: DirectoryLookup,
  context: LookupContext,
  now: number,
): Promise<string> {
  const found = await lookup.patient(nhsNumber, context);
  const unavailable = (row: string): never => refused(refuseWith(row, 'PATIENT_NOT_FOUND', PATIENT));
  if (found.kind === 'not-available') return unavailable('21');
  const today = londonToday(new Date(now));
  if (purpose === 'direct-care') {
    if (found.deceasedOn !== null) return unavailable('21');
    return currentPractice(found.practices, today) ?? unavailable('21');
  }
  if (found.deceasedOn === null) {
    return refused(
      refuseWith(
        '29',
        'NO_RELATIONSHIP',
        'The purpose is the review of a death; this patient is not known to have died',
      ),
    );
  }
  if (daysBetween(found.deceasedOn, today) > DAYS_AFTER_DEATH) return unavailable('30');
  return lastPractice(found.practices, today) ?? unavailable('21');
}

const DAYS_AFTER_DEATH = 28;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** RTE-12e. */
function practiceIsOpen(practice: string, gateway: GatewayContext): Answer | null {
  const organisation = gateway.directory.current()!.organisation(practice);
  return organisation?.status === 'active' && organisation.country === 'England'
    ? null
    : refuseWith('22', 'ORGANISATION_NOT_FOUND', PRACTICE);
}

/** Steps 7 to 9: endpoint and party key, then both ASIDs. Returns the service root. */
async function resolve(
  exchange: Exchange,
  gateway: GatewayContext,
  operation: PatientOperation,
  lookup: DirectoryLookup,
  context: LookupContext,
  who: { practice: string; odsFrom: string; product: ClientProduct },
): Promise<string> {
  const { id } = operation.interaction;
  const supplier = gateway.directory.current()!.supplierOf(who.practice);
  const notOffered = (fault: boolean): never => {
    if (fault) gateway.logger.error({ practice: who.practice, interaction: id }, 'alert: directory fault');
    return refused(refuseWith('22', 'ORGANISATION_NOT_FOUND', PRACTICE));
  };
  const [endpoint, consumer] = await Promise.all([
    lookup.endpoint(who.practice, id, supplier, context),
    lookup.consumerAsid(who.odsFrom, id, who.product.supplierOds, context),
  ]);
  if (!endpoint.found) return notOffered(endpoint.fault);
  const { root, partyKey } = endpoint.value;
  const provider = await lookup.providerAsid(who.practice, id, partyKey, supplier, context);
  if (!provider.found) return notOffered(provider.fault);
  if (!consumer.found) return refused(senderUnknown(who.odsFrom));
  exchange.to = provider.value;
  exchange.from = consumer.value;
  if (!/^https:\/\/[^/?#]+(\/[^?#]*)?$/.test(root)) return notOffered(true);
  const directory = gateway.directory.current()!;
  exchange.receiver = directory.system(provider.value) ?? null;
  if (directory.isPairRefused(consumer.value, provider.value)) {
    refused(
      proxyAnswer(
        '17',
        403,
        'forbidden',
        `FOT_CHECK_FAILED_MESSAGESENDER_${consumer.value}_MESSAGERECEIVER_${provider.value}`,
      ),
    );
  }
  return root;
}

function correlationOf(exchange: Exchange): string {
  const given = exchange.request.headers['x-correlation-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given)
    ? given
    : (exchange.trace ?? exchange.id).slice(0, 128);
}

/** Made by the router; of the client's own headers those that are about this hop or its credentials end here. */
const NOT_PASSED = new Set([
  'authorization',
  'cookie',
  'ods-from',
  'ssp-from',
  'ssp-to',
  'ssp-interactionid',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'content-length',
  'accept',
  'accept-encoding',
]);

function headersFor(exchange: Exchange, made: { format: string; accept: string; token: string }): string[] {
  const { rawHeaders } = exchange.request;
  const passed: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!NOT_PASSED.has(rawHeaders[at]!.toLowerCase())) passed.push(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  return [
    ...passed,
    ...['Ssp-From', exchange.from ?? ''],
    ...['Ssp-To', exchange.to ?? ''],
    ...['Ssp-InteractionID', exchange.interactionId ?? ''],
    ...['Content-Type', made.format],
    ...['Accept', made.accept],
    ...['Authorization', `Bearer ${made.token}`],
  ];
}
