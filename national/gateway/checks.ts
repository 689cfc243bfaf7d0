// The router's checks as one ordered table. spec: foundations §6.2, §6.4; national-service §21, RTE-10, RTE-15, RTE-23
import { requestFormat } from '@gp-connect/foundation/fhir';
import { interactionFits, interactionRow } from '@gp-connect/foundation/nhs';
import { auditTokenFaults, clientCertificate, patientPermission } from '@gp-connect/foundation/trust';
import type { MessageHandlingService } from '../directory/index.ts';
import { decide, decideCaller } from '../policy/index.ts';
import { type Answer, proxyAnswer, refuseWith } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { timesSent } from './headers.ts';
import { policyAnswer, policyQuestion } from './policy-questions.ts';
import { rateHeaders } from './rate-limits.ts';
import { originOf, pathUnder, withoutQuery } from './request-target.ts';

/** Looks at one thing, adds what it learnt to the exchange, and answers where that is not as it must be. */
export type Check = (exchange: Exchange, gateway: GatewayContext) => Answer | null;

/** Row 1. The connection's certificate; which system it belongs to is settled with the sender. */
export const certificateIsGood: Check = (exchange, gateway) => {
  const { now: clock, revocations } = gateway;
  const seen = clientCertificate(exchange.socket, { clock, ...(revocations ? { revocations } : {}) });
  if (seen.ok) {
    exchange.certificate = seen;
    return null;
  }
  return refuseWith('6.2-1', 'BAD_REQUEST', seen.diagnostics, { status: seen.status });
};

const METHODS = new Set(['GET', 'POST', 'PUT']);

/** Row 2 (18 of the national table). */
export const methodIsAllowed: Check = ({ request }) =>
  METHODS.has(request.method ?? '')
    ? null
    : proxyAnswer('18', 405, 'forbidden', '405: Method Not Allowed', { Allow: 'GET, POST, PUT' });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ASID = /^\d{12}$/;
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;

const spineHeaders: readonly { name: string; form: RegExp }[] = [
  { name: 'Ssp-TraceID', form: PRINTABLE },
  { name: 'Ssp-From', form: ASID },
  { name: 'Ssp-To', form: ASID },
  { name: 'Ssp-InteractionID', form: PRINTABLE },
];

/** Rows 3 and 7a: names every header that is missing, blank, repeated or malformed. */
export const spineHeadersAreThere = (optional: readonly string[] = []): Check => {
  return ({ request }) => {
    const wrong = spineHeaders.filter(({ name, form }) => {
      const value = request.headers[name.toLowerCase()];
      if (value === undefined && optional.includes(name)) return false;
      return typeof value !== 'string' || !form.test(value.trim());
    });
    if (wrong.length === 0) return null;
    const text = wrong.map(({ name }) => `MISSING_OR_INVALID_HEADER_${name}`).join('; ');
    return proxyAnswer('7a', 400, 'invalid', text);
  };
};

/** Row 8: only with the strict setting. */
export const traceIsUuidWhereStrict: Check = ({ trace }, { settings }) =>
  settings.strictTraceIds && !UUID.test(trace ?? '')
    ? refuseWith('8', 'BAD_REQUEST', 'Ssp-TraceID is not a UUID')
    : null;

/** Rows 11 and 12: every fault of the token in one answer. */
export const tokenIsWhole: Check = (exchange, { now }) => {
  const { request } = exchange;
  if (timesSent(request.rawHeaders, 'authorization') > 1) {
    return refuseWith('11', 'BAD_REQUEST', 'The Authorization header stands more than once');
  }
  const interaction = exchange.interaction ?? interactionRow('2');
  const checked = auditTokenFaults(request.headers.authorization, { interaction, now: now() });
  if (!checked.ok) return refuseWith('11', 'BAD_REQUEST', checked.faults.join('; '));
  const { claims, subject } = checked;
  const { practitioner } = subject;
  exchange.token = subject;
  exchange.tokenExpires = Number(claims.exp);
  exchange.reason = String(claims.reason_for_request);
  exchange.permission = patientPermission(claims);
  exchange.staff = practitioner
    ? {
        userId: practitioner.sdsUserId,
        localUserId: practitioner.id,
        name: practitioner.name,
        ...(practitioner.role === undefined ? {} : { roleProfileId: practitioner.role }),
      }
    : null;
  return null;
};

/** SLA-05: without a directory to trust there is no route to guess. One version of it serves the whole request. */
export const directoryIsTrusted: Check = (exchange, { directory }) => {
  exchange.directory = directory.current();
  return exchange.directory ? null : refuseWith('36', 'BAD_GATEWAY', 'The directory cannot be reached');
};

/** The receiver's records for the interaction; more than one is a directory fault (RTE-07). */
const servicesFor = ({ directory, receiver, interactionId }: Exchange): MessageHandlingService[] =>
  directory!
    .servicesOfParty(receiver?.partyKey ?? '')
    .filter((service) => service.interaction === interactionId);

/** Row 4 (15): the sender's record, its interactions, and its name on the certificate. */
export const senderIsRegistered: Check = (exchange) => {
  const sender = exchange.directory!.system(exchange.from ?? '');
  if (
    !sender?.interactions.includes(exchange.interactionId ?? '') ||
    sender.clientFqdn.toLowerCase() !== exchange.certificate?.commonName
  ) {
    return proxyAnswer('15', 403, 'forbidden', `ASID_CHECK_FAILED_MESSAGESENDER_${exchange.from}`);
  }
  exchange.sender = sender;
  exchange.organisation = exchange.directory!.organisation(sender.client) ?? null;
  return null;
};

/** Row 5 (16): the party of `Ssp-To` has a message handling service for the interaction. */
export const receiverIsRegistered: Check = (exchange) => {
  exchange.receiver = exchange.directory!.system(exchange.to ?? '') ?? null;
  if (!exchange.receiver || servicesFor(exchange).length === 0) {
    return proxyAnswer(
      '16',
      403,
      'forbidden',
      `PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_${exchange.to}`,
    );
  }
  exchange.practice = exchange.receiver.ods;
  return null;
};

/** Rows 13, 16 and 17 of the policy come before the target is looked at. */
const EARLY_ROWS = new Set(['15', '13', '16', '17']);

/** Row 6: the organisation is the sender's, and sharing between the two is arranged. */
export const pairMayShare: Check = (exchange, gateway) => {
  if (!exchange.interaction) return null;
  const decision = decideCaller(
    exchange.directory!,
    policyQuestion(exchange, exchange.interaction, gateway.now()),
  );
  return !decision.allowed && EARLY_ROWS.has(decision.row)
    ? policyAnswer(decision, exchange.interaction)
    : null;
};

/** Row 7 (14): the target begins with exactly the registered endpoint. */
export const targetIsRegistered: Check = (exchange) => {
  const services = servicesFor(exchange);
  for (const service of services) {
    const rest = pathUnder(service.endpoint, exchange.url);
    if (rest === null) continue;
    exchange.service = service;
    exchange.rest = rest;
    return null;
  }
  const { endpoint, cpaId } = services[0]!;
  const text = `ENDPOINT_${endpoint}_CPAID_${cpaId}_VARIES_FROM_TARGETURL_${exchange.url}`;
  return { ...proxyAnswer('14', 400, 'invalid', text), code: 'ENDPOINT_VARIES_FROM_TARGETURL' };
};

/** Dots alone fit the form of a logical id, and mean another path to whoever resolves them. */
const DOTS = /\/\.\.?(\/|$)/;

/** Row 33: id, method and path belong together (foundations §4.3); so nothing is written under a reading product (RTE-15). */
export const interactionBelongs: Check = ({ interaction, request, rest }) => {
  if (!interaction) return refuseWith('33', 'BAD_REQUEST', 'Ssp-InteractionID is not known');
  const path = withoutQuery(rest);
  return interactionFits(interaction, request.method ?? '', path) && !DOTS.test(path)
    ? null
    : refuseWith('33', 'BAD_REQUEST', 'Ssp-InteractionID, method and path do not belong together');
};

/** Row 8 (19): the type of what is sent; what comes back is between consumer and provider. */
export const mediaTypeIsAccepted: Check = ({ interaction, request }) => {
  if (request.method === 'GET') return null;
  const known =
    timesSent(request.rawHeaders, 'content-type') === 1 &&
    requestFormat(request.headers['content-type'], interaction!.fhir) !== undefined;
  return known ? null : proxyAnswer('19', 415, 'not-supported', 'Unsupported_Media_Type');
};

/** Rows 23 to 32: everything the policy knows, the body's areas and dates included. */
export const policyAllows: Check = (exchange, gateway) => {
  const decision = decide(
    exchange.directory!,
    policyQuestion(exchange, exchange.interaction!, gateway.now()),
  );
  if (!decision.allowed) return policyAnswer(decision, exchange.interaction);
  exchange.purpose = decision.purpose === 'medical-examiner' ? 'medical-examiner' : exchange.reason;
  return null;
};

/** Row 34. The rate headers go with the answer whatever it is. */
export const rateIsWithinLimits: Check = (exchange, { limits }) => {
  const user = exchange.staff?.userId;
  const verdict = limits.take({
    product: exchange.from ?? '',
    organisation: exchange.organisation?.ods ?? '',
    practice: exchange.practice ?? '',
    ...(user ? { user: user === 'UNK' ? `${exchange.from}/${exchange.staff?.localUserId}` : user } : {}),
  });
  exchange.rateHeaders = rateHeaders(verdict);
  if (!verdict || verdict.allowed) return null;
  return refuseWith('34', 'TOO_MANY_REQUESTS', `The limit of requests for this ${verdict.kind} is exceeded`, {
    headers: { 'Retry-After': String(verdict.retryAfterSeconds) },
  });
};

/** Attack protection (foundations §6.4): a provider that answers nobody must not take the router with it. */
export const providerHasRoom: Check = ({ service }, { connections }) =>
  service && !connections.hasRoom(originOf(service.endpoint.trim()))
    ? proxyAnswer('503', 503, 'throttled', 'TOO_MANY_REQUESTS_WAITING_FOR_RECEIVER', { 'Retry-After': '5' })
    : null;

/** Mode A, up to the moment the body is read (foundations §6.2). */
export const proxyPathChecks: readonly Check[] = [
  certificateIsGood,
  methodIsAllowed,
  spineHeadersAreThere(),
  traceIsUuidWhereStrict,
  tokenIsWhole,
  directoryIsTrusted,
  senderIsRegistered,
  receiverIsRegistered,
  pairMayShare,
  targetIsRegistered,
  interactionBelongs,
  mediaTypeIsAccepted,
];

/** Mode A and B, once it is known what the body asks for. */
export const subjectChecks: readonly Check[] = [policyAllows, rateIsWithinLimits, providerHasRoom];

/** The first refusal of a table, or null. */
export function firstRefusal(
  checks: readonly Check[],
  exchange: Exchange,
  gateway: GatewayContext,
): Answer | null {
  for (const check of checks) {
    const answer = check(exchange, gateway);
    if (answer) return answer;
  }
  return null;
}
