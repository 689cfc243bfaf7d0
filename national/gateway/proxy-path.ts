// Mode A: the client looked everything up itself; the router checks it, writes it down, and relays.
// spec: foundations §6, national-service RTE-02, RTE-23
import { refuseWith } from './answers.ts';
import { firstRefusal, proxyPathChecks, subjectChecks } from './checks.ts';
import type { Exchange } from './exchange.ts';
import { forward, refuse, tokenLapsed } from './forwarding.ts';
import type { GatewayContext } from './gateway-context.ts';
import { ClientLeftError, type RequestBody, requestBody } from './request-body.ts';
import { hasSubjectInBody, subjectOfBody, subjectOfQuery } from './request-subject.ts';

/** How much of an operation's body is looked into; longer ones pass unread where no rule needs them. */
const READ_BYTES = 1024 * 1024;

export async function proxyPath(exchange: Exchange, gateway: GatewayContext): Promise<void> {
  const { request } = exchange;
  const refusal = firstRefusal(proxyPathChecks, exchange, gateway);
  if (refusal) return refuse(exchange, refusal, gateway);

  const body = requestBody(request);
  try {
    await readSubject(exchange, body);
  } catch (error) {
    if (!(error instanceof ClientLeftError)) throw error;
    return refuse(exchange, refuseWith('499', 'BAD_REQUEST', error.message, { status: 499 }), gateway);
  }
  const late = firstRefusal(subjectChecks, exchange, gateway);
  if (late) return refuse(exchange, late, gateway);

  await forward(
    exchange,
    {
      url: exchange.url,
      method: request.method!,
      headers: request.rawHeaders,
      body: body.stream(),
      stillGood: () => tokenLapsed(exchange, gateway),
    },
    gateway,
  );
}

/** Learns the NHS number and what is asked for, without changing a byte of what is forwarded. */
export async function readSubject(exchange: Exchange, body: RequestBody): Promise<void> {
  const { interaction, request } = exchange;
  if (exchange.expectsContinue) exchange.response.writeContinue();
  exchange.subject = hasSubjectInBody(interaction!)
    ? subjectOfBody(interaction!, await body.whole(READ_BYTES), {
        contentType: request.headers['content-type'],
        contentEncoding: request.headers['content-encoding'],
      })
    : subjectOfQuery(exchange.rest);
}
