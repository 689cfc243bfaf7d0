// Mode C: the client knows the patient's NHS number only; the router finds the practice and its endpoint.
// spec: national-service §3.2–§3.6, §21 (order of checks)
import { contentTypeFor } from '@gp-connect/foundation/fhir';
import type { AccessTokenVerifier } from '@gp-connect/foundation/trust';
import { decideCaller, decideEnablement } from '../policy/index.ts';
import { type Answer, refuseWith } from './answers.ts';
import { auditTokenFor } from './audit-token-made.ts';
import { inWordsOf } from './cdg-0-wording.ts';
import { directoryIsTrusted, rateIsWithinLimits } from './checks.ts';
import { DirectoryUnavailable } from './directory-access.ts';
import type { DirectoryLookup, LookupContext } from './directory-lookup.ts';
import type { Exchange } from './exchange.ts';
import { forward, refuse } from './forwarding.ts';
import type { GatewayContext } from './gateway-context.ts';
import { nhsNumberOf, type PatientOperation } from './patient-operations.ts';
import {
  certificateWhereNeeded,
  correlationOf,
  formsOf,
  headersOf,
  operationOf,
  productOf,
  tooLong,
  verified,
} from './patient-request.ts';
import { practiceIsOpen, practiceOf, resolve, senderUnknown } from './patient-routing.ts';
import { policyAnswer, policyQuestion } from './policy-questions.ts';
import { passes, Refused, refused } from './refused.ts';
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

export function patientBasedJourney(dependencies: PatientBasedDependencies): Journey {
  return async (exchange, gateway, target) => {
    try {
      await readRecord(exchange, gateway, target, dependencies);
    } catch (error) {
      await refuse(exchange, inWordsOf(exchange, answerOf(error, gateway)), gateway);
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
  exchange.wording = product.profile;

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
  passes(practiceIsOpen(practice, exchange));
  const enablement = decideEnablement(
    exchange.directory!,
    policyQuestion(exchange, operation.interaction, gateway.now()),
  );
  if (!enablement.allowed) refused(policyAnswer(enablement, operation.interaction));

  const root = await resolve(exchange, gateway, operation, lookup, context, { practice, odsFrom, product });
  // Made now and not before the look-ups: RTE-11.
  const auditToken = auditTokenFor(operation, {
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
      headers: headersFor(exchange, {
        format: contentTypeFor(format, operation.interaction.fhir).replace(';', '; '),
        accept: contentTypeFor(accepted, operation.interaction.fhir).replace(';', '; '),
        token: auditToken,
      }),
      body,
      reword: (answer) => inWordsOf(exchange, answer),
      rewriter: createRewriter(
        routerRewriting(exchange, gateway, { root, practice, server: operation.interaction.server }),
      ),
    },
    gateway,
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
  const directory = exchange.directory!;
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
