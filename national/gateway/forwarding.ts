// From "checked" to "closed": the durable entry, the provider, the answer, the outcome. The same in every mode.
// spec: national-service AUD-01, LOG-13, RTE-11, RTE-12l, RTE-12m
import { type Answer, auditFailed, proxyAnswer, refuseWith, writeAnswer } from './answers.ts';
import type { Outcome } from './audit-trail.ts';
import { type Exchange, echoedHeaders } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { forwardedElement, headersToProvider, securityHeaders } from './headers.ts';
import { type RelayRequest, type RelayResult, relay } from './relay.ts';
import { originOf } from './request-target.ts';

export interface Forward {
  /** The provider's URL, complete and byte for byte. */
  readonly url: string;
  readonly method: string;
  /** The client's headers, or those made for it, as names and values alternating. */
  readonly headers: readonly string[];
  readonly body: RelayRequest['body'];
  readonly rewriter?: RelayRequest['rewriter'];
  /** Looks again, the entry being durable and nothing sent yet: a token may have lapsed meanwhile. */
  readonly stillGood?: () => Answer | null;
  /** The router's own errors in the words this client knows. */
  readonly reword?: (answer: Answer) => Answer;
}

/** Answers a refusal, once it is in the audit. Never rejects. */
export async function refuse(exchange: Exchange, answer: Answer, gateway: GatewayContext): Promise<void> {
  let told = answer;
  try {
    await gateway.trail.refused(exchange, answer);
  } catch {
    told = auditFailed;
  }
  await writeAnswer(exchange.response, told, echoedHeaders(exchange));
}

/** Forwards a request that passed every check and answers it, whatever happens. Never rejects. */
export async function forward(exchange: Exchange, what: Forward, gateway: GatewayContext): Promise<void> {
  let open: number;
  try {
    open = await gateway.trail.opened(exchange);
  } catch {
    await writeAnswer(exchange.response, auditFailed, echoedHeaders(exchange));
    return;
  }
  let outcome: Outcome = { outcome: 'failed', status: null, size: 0, error: 'internal' };
  try {
    outcome = await relayed(exchange, what, gateway);
  } catch (error) {
    gateway.logger.error({ err: error, id: exchange.id }, 'forwarding failed');
    exchange.response.destroy();
  } finally {
    await gateway.trail.closed(exchange, open, outcome);
  }
}

async function relayed(exchange: Exchange, what: Forward, gateway: GatewayContext): Promise<Outcome> {
  const { request, response, interaction } = exchange;
  if (response.destroyed) return { outcome: 'incomplete', status: null, size: 0, error: 'client left' };
  const lapsed = what.stillGood?.();
  if (lapsed) return { ...(await answered(exchange, lapsed)), outcome: 'refused' };

  const origin = originOf(what.url);
  const result = await relay(
    gateway.connections,
    {
      origin,
      path: what.url.slice(origin.length) || '/',
      method: what.method,
      headers: headersToProvider(what.headers, {
        authority: origin.slice('https://'.length),
        forwarded: forwardedElement(exchange.socket.remoteAddress, request.headers.host),
        purpose: exchange.purpose === 'medical-examiner' ? exchange.purpose : undefined,
      }),
      body: what.body,
      firstByteSeconds: firstByteSeconds(exchange, gateway),
      repeatable: what.method === 'GET' || interaction?.scope.endsWith('.read') === true,
      addedHeaders: { ...securityHeaders, ...echoedHeaders(exchange) },
      ...(what.rewriter ? { rewriter: what.rewriter } : {}),
    },
    response,
  );
  return outcomeOf(exchange, result, what);
}

function firstByteSeconds({ interaction }: Exchange, { settings }: GatewayContext): number {
  return settings.firstByteSeconds[interaction?.id ?? ''] ?? interaction?.firstByteSeconds ?? 30;
}

async function outcomeOf(
  exchange: Exchange,
  result: RelayResult,
  { url, reword = (answer) => answer }: Forward,
): Promise<Outcome> {
  switch (result.kind) {
    case 'answered': {
      const { status, size } = result;
      return { outcome: status < 400 ? 'success' : status < 500 ? 'refused' : 'failed', status, size };
    }
    case 'broken':
      return {
        outcome: 'incomplete',
        status: result.status,
        size: result.size,
        error: `broken off by ${result.by}`,
      };
    case 'client-left':
      return { outcome: 'incomplete', status: null, size: 0, error: 'client left' };
    case 'unreachable':
      return answered(
        exchange,
        reword(proxyAnswer('20', 502, 'transient', `ERROR_COMMUNICATING_TO_ENDPOINT_URL_${url}`)),
      );
    case 'timed-out':
      return answered(
        exchange,
        proxyAnswer('20a', 504, 'timeout', `TIMEOUT_COMMUNICATING_TO_ENDPOINT_URL_${url}`, {
          Connection: 'close',
        }),
      );
  }
}

async function answered(exchange: Exchange, answer: Answer): Promise<Outcome> {
  const size = await writeAnswer(exchange.response, answer, echoedHeaders(exchange));
  return { outcome: 'failed', status: answer.status, size, error: answer.code };
}

/** RTE-11: a client's token that lapsed while the request waited. */
export function tokenLapsed(exchange: Exchange, gateway: GatewayContext): Answer | null {
  const lapsed = exchange.tokenExpires !== null && gateway.now() >= exchange.tokenExpires * 1000;
  return lapsed ? refuseWith('11', 'BAD_REQUEST', 'The token has expired') : null;
}
