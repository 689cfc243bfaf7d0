// For tests: what stands around the portal, PDS and the gateway, over real TLS.
// spec: foundations §17, national-service §3.3
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serverTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { bodyText, closed, listening } from './servers.ts';

export interface AskedForRecord {
  readonly organisation: string;
  readonly authorization: string;
  readonly body: { parameter: { name: string; valueIdentifier?: { value: string } }[] };
}

export interface NationalServices {
  readonly url: string;
  /** Every record request, in order. */
  readonly asked: AskedForRecord[];
  readonly searches: URLSearchParams[];
  /** PDS answers by NHS number; none: 404. */
  readonly patients: Map<string, { status?: number; body: object }>;
  /** Set to answer searches; default: every patient with that family name. */
  searchAnswer: object | undefined;
  /** How the gateway answers the next requests. */
  record: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** PDS and the gateway behind one TLS server that wants a client certificate. */
export async function startNationalServices(identity: TlsIdentity): Promise<NationalServices> {
  const server = createTlsServer(serverTls(identity, { clients: 'reject' }), (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await listening(server);
  const services: NationalServices = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    searches: [],
    patients: new Map(),
    searchAnswer: undefined,
    record: (response) => response.writeHead(500).end(),
    close: () => closed(server),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', services.url);
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
    const read = /^\/pds\/Patient\/(\d+)$/.exec(url.pathname);
    if (read) {
      const known = services.patients.get(read[1]!);
      send(
        known?.status ?? (known ? 200 : 404),
        known?.body ?? { resourceType: 'OperationOutcome', issue: [] },
      );
    } else if (url.pathname === '/pds/Patient') {
      services.searches.push(url.searchParams);
      const family = url.searchParams.get('family')?.toLowerCase();
      const found = [...services.patients.values()].filter(
        ({ body }) => (body as { name?: { family: string }[] }).name?.[0]?.family.toLowerCase() === family,
      );
      send(
        200,
        services.searchAnswer ?? {
          resourceType: 'Bundle',
          type: 'searchset',
          total: found.length,
          entry: found.map(({ body }) => ({ resource: body, search: { score: 1 } })),
        },
      );
    } else if (url.pathname === '/gateway/patient/$gpc.getstructuredrecord') {
      services.asked.push({
        organisation: String(request.headers['ods-from']),
        authorization: String(request.headers.authorization),
        body: JSON.parse(await bodyText(request)),
      });
      services.record(response);
    } else response.writeHead(404).end();
  }
  return services;
}

export function sendRecord(bundle: object): (response: ServerResponse) => void {
  const body = JSON.stringify(bundle);
  return (response) => response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(body);
}

export function sendOutcome(
  status: number,
  code: string,
  diagnostics: string,
): (response: ServerResponse) => void {
  const body = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'forbidden', details: { coding: [{ code }] }, diagnostics }],
  };
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
}

/** Half of the answer, then a broken connection. */
export function breakOff(bundle: object): (response: ServerResponse) => void {
  const body = JSON.stringify(bundle);
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/fhir+json' });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };
}
