// Prometheus metrics of one service. Labels are route patterns and statuses, never values from a request.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** Requests by method, route pattern and status, in seconds. */
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  gauge<Label extends string>(name: string, help: string, labels?: readonly Label[]): Gauge<Label>;
  histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labels?: readonly Label[],
  ): Histogram<Label>;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const shared = { registers: [registry] };
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'gpc_request_seconds',
      help: 'Time from request to last byte of the answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10, 30],
      ...shared,
    }),
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], ...shared }),
    gauge: (name, help, labels = []) => new Gauge({ name, help, labelNames: [...labels], ...shared }),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets, labelNames: [...labels], ...shared }),
  };
}
