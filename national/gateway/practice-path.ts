// Mode B: the client knows the practice; the router looks up its endpoint and both ASIDs. spec: national-service RTE-03, RTE-14
import { type Answer, proxyAnswer, refuseWith } from './answers.ts';
import {
  type Check,
  certificateIsGood,
  directoryIsTrusted,
  firstRefusal,
  interactionBelongs,
  mediaTypeIsAccepted,
  methodIsAllowed,
  pairMayShare,
  senderIsRegistered,
  spineHeadersAreThere,
  subjectChecks,
  tokenIsWhole,
  traceIsUuidWhereStrict,
} from './checks.ts';
import type { Exchange } from './exchange.ts';
import { forward, refuse, tokenLapsed } from './forwarding.ts';
import { readSubject } from './proxy-path.ts';
import { ClientLeftError, requestBody } from './request-body.ts';
import { serviceRoot } from './request-target.ts';
import { routerRewriting } from './router-urls.ts';
import type { Journey } from './serve.ts';
import { createRewriter } from './url-rewriting.ts';

/** The sender's ASID where the client left it out: the one system with this certificate at the organisation of the token. */
const senderIsFound: Check = (exchange, gateway) => {
  if (exchange.from !== null) return senderIsRegistered(exchange, gateway);
  const ods = exchange.token?.odsCode.toUpperCase() ?? '';
  const own = exchange
    .directory!.systemsOf(ods)
    .filter(
      (system) =>
        system.clientFqdn.toLowerCase() === exchange.certificate?.commonName &&
        system.interactions.includes(exchange.interactionId ?? ''),
    );
  if (own.length !== 1) return proxyAnswer('15', 403, 'forbidden', `ASID_CHECK_FAILED_MESSAGESENDER_${ods}`);
  exchange.from = own[0]!.asid;
  return senderIsRegistered(exchange, gateway);
};

/** Endpoint and ASID of the practice for this interaction; a given `Ssp-To` must be the practice's. */
const receiverIsFound: Check = (exchange, gateway) => {
  const { practice, interactionId } = exchange;
  const directory = exchange.directory!;
  const organisation = directory.organisation(practice ?? '');
  const found = directory.provider(practice ?? '', interactionId ?? '');
  if (organisation?.status === 'inactive' || !found.found) {
    if (!found.found && found.fault) {
      gateway.logger.error({ practice, interaction: interactionId }, 'alert: directory fault');
    }
    return refuseWith('22', 'ORGANISATION_NOT_FOUND', 'The practice cannot be reached for this interaction.');
  }
  if (exchange.to !== null && exchange.to !== found.system.asid) {
    return proxyAnswer(
      '16',
      403,
      'forbidden',
      `PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_${exchange.to}`,
    );
  }
  exchange.to = found.system.asid;
  exchange.receiver = found.system;
  exchange.service = found.service;
  return null;
};

const practicePathChecks: readonly Check[] = [
  certificateIsGood,
  methodIsAllowed,
  spineHeadersAreThere(['Ssp-From', 'Ssp-To']),
  traceIsUuidWhereStrict,
  tokenIsWhole,
  directoryIsTrusted,
  senderIsFound,
  receiverIsFound,
  pairMayShare,
  interactionBelongs,
  mediaTypeIsAccepted,
];

export const practicePathJourney: Journey = async (exchange, gateway, target) => {
  if (target.mode !== 'practice') return;
  const { request } = exchange;
  exchange.practice = target.ods;
  exchange.rest = target.rest;
  const answer = firstRefusal(practicePathChecks, exchange, gateway);
  if (answer) return refuse(exchange, answer, gateway);

  const body = requestBody(request);
  let late: Answer | null;
  try {
    await readSubject(exchange, body);
    late = firstRefusal(subjectChecks, exchange, gateway);
  } catch (error) {
    if (!(error instanceof ClientLeftError)) throw error;
    late = refuseWith('499', 'BAD_REQUEST', error.message, { status: 499 });
  }
  if (late) return refuse(exchange, late, gateway);

  const root = serviceRoot(exchange.service!.endpoint);
  const { server } = exchange.interaction!;
  await forward(
    exchange,
    {
      url: root + target.rest,
      method: request.method!,
      headers: headersFor(exchange),
      body: body.stream(),
      stillGood: () => tokenLapsed(exchange, gateway),
      rewriter: createRewriter(routerRewriting(exchange, gateway, { root, practice: target.ods, server })),
    },
    gateway,
  );
};

/** The client's own, with both ASIDs; compression would hide the URLs that are to be rewritten. */
function headersFor(exchange: Exchange): string[] {
  const { rawHeaders } = exchange.request;
  const passed: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (name === 'ssp-from' || name === 'ssp-to' || name === 'accept-encoding') continue;
    passed.push(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  return [...passed, 'Ssp-From', exchange.from!, 'Ssp-To', exchange.to!];
}
