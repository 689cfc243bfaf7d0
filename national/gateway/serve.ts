// Sends each request on its journey, and sees it to its end. spec: national-service RTE-01
import type { Metrics } from '@gp-connect/foundation/http';
import { refuseWith, writeAnswer } from './answers.ts';
import { certificateIsGood, methodIsAllowed } from './checks.ts';
import { type Exchange, type Mode, newExchange } from './exchange.ts';
import { refuse } from './forwarding.ts';
import type { Serve } from './front-door.ts';
import type { GatewayContext } from './gateway-context.ts';
import { securityHeaders } from './headers.ts';
import { proxyPath } from './proxy-path.ts';
import { type RequestTarget, readRequestTarget } from './request-target.ts';

export type Journey = (exchange: Exchange, gateway: GatewayContext, target: RequestTarget) => Promise<void>;

/** The journeys of modes B and C, where they are set up. */
export interface OtherJourneys {
  readonly practicePath?: Journey;
  readonly patientBased?: Journey;
}

const modeOf: Readonly<Record<RequestTarget['mode'], Mode>> = {
  health: 'A',
  proxy: 'A',
  practice: 'B',
  patient: 'C',
  unknown: 'A',
};

export function createServe(
  gateway: GatewayContext,
  other: OtherJourneys,
  options: { metrics: Metrics; healthy: () => boolean },
): Serve {
  const journeys: Readonly<Partial<Record<RequestTarget['mode'], Journey>>> = {
    proxy: proxyPath,
    ...(other.practicePath ? { practice: other.practicePath } : {}),
    ...(other.patientBased ? { patient: other.patientBased } : {}),
  };

  return async (request, response, expectsContinue) => {
    const started = performance.now();
    const raw = request.url ?? '';
    const target = readRequestTarget(raw);
    if (target.mode === 'health' && request.method === 'GET') {
      const status = options.healthy() ? 'healthy' : 'unhealthy';
      response.writeHead(status === 'healthy' ? 200 : 503, {
        ...securityHeaders,
        'Content-Type': 'application/json',
      });
      response.end(JSON.stringify({ status, version: gateway.settings.version }));
      return;
    }
    const exchange = newExchange(request, response, {
      mode: modeOf[target.mode],
      url: target.mode === 'proxy' ? target.url : raw,
      now: gateway.now(),
      expectsContinue,
    });
    try {
      await (journeys[target.mode] ?? noJourney)(exchange, gateway, target);
    } catch (error) {
      gateway.logger.error({ err: error, id: exchange.id }, 'request failed');
      const answer = refuseWith('37', 'INTERNAL_SERVER_ERROR', 'The request could not be processed');
      await refuse(exchange, answer, gateway).catch(() => writeAnswer(response, answer));
    } finally {
      const labels = {
        method: request.method ?? '',
        route: `mode ${exchange.mode}`,
        status: String(response.headersSent ? response.statusCode : 499),
      };
      const ms = performance.now() - started;
      options.metrics.requestSeconds.observe(labels, ms / 1000);
      gateway.logger.info(
        { ...labels, ms: Math.round(ms), id: exchange.id, trace: plainTrace(exchange.trace) },
        'request',
      );
    }
  };
}

/** A path that leads nowhere: refused like everything else, and written down. */
const noJourney: Journey = async (exchange, gateway) => {
  const answer =
    certificateIsGood(exchange, gateway) ??
    methodIsAllowed(exchange, gateway) ??
    refuseWith('404', 'NO_RECORD_FOUND', 'There is nothing at this path of the router');
  await refuse(exchange, answer, gateway);
};

function plainTrace(trace: string | null): string | undefined {
  return trace !== null && /^[\w.-]{1,64}$/.test(trace) ? trace : undefined;
}
