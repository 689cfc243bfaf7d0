// The listener every machine client comes through: mutual TLS, limits, slow clients, graceful end.
// spec: foundations §6.6, national-service RTE-01, SLA-12
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ListenAddress, startListening } from '@gp-connect/foundation/http';
import { serverTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { securityHeaders } from './headers.ts';
import type { GatewaySettings } from './settings.ts';

/** Takes one request to its end, audit included. Never rejects. */
export type Serve = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => Promise<void>;

export interface FrontDoor {
  readonly address: ListenAddress;
  /** Requests under way. */
  readonly underWay: () => number;
  /** Takes no more connections, lets requests finish within the limit, then ends what is left. */
  close(): Promise<void>;
}

export async function openFrontDoor(options: {
  identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  settings: GatewaySettings;
  serve: Serve;
  /** Told of connections that came to no request: bad handshakes, garbage, heads too long. */
  turnedAway: (reason: 'tls' | 'http') => void;
}): Promise<FrontDoor> {
  const { settings } = options;
  const server = createServer({
    ...serverTls(options.identity, { clients: 'answer' }),
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: settings.headSeconds * 1000,
    // A body may take as long as it moves; standing still is what `timeout` is for.
    requestTimeout: 0,
    keepAliveTimeout: settings.keepAliveSeconds * 1000,
    connectionsCheckingInterval: Math.min(5000, settings.headSeconds * 500),
    noDelay: true,
  });
  server.maxConnections = settings.maxConnections;
  server.timeout = settings.stallSeconds * 1000;

  const inFlight = new Map<ServerResponse, Promise<void>>();
  const responses = new WeakMap<Socket, ServerResponse>();
  let closing = false;

  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (closing) response.shouldKeepAlive = false;
    responses.set(request.socket, response);
    // A connection that breaks shows in `close`; without listeners the error would end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    const done = options.serve(request, response, expectsContinue).finally(() => inFlight.delete(response));
    inFlight.set(response, done);
  };
  server.on('request', (request, response) => take(request, response, false));
  server.on('checkContinue', (request, response) => take(request, response, true));
  server.on('checkExpectation', (request, response) => take(request, response, false));
  server.on('timeout', (socket) => endIfStalled(socket, responses.get(socket)));
  server.on('tlsClientError', () => options.turnedAway('tls'));
  server.on('clientError', (error, socket) => {
    options.turnedAway('http');
    answerGarbage(error, socket);
  });

  const address = await startListening(server, 'gateway', { host: settings.host, port: settings.port });
  return {
    address,
    underWay: () => inFlight.size,
    async close() {
      closing = true;
      for (const response of inFlight.keys()) response.shouldKeepAlive = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await finished(inFlight, settings.shutdownSeconds);
      server.closeAllConnections();
      await Promise.all(inFlight.values());
      await closed;
    },
  };
}

/** Ends a connection whose client owes bytes or does not read them; one that waits for a provider is let be. */
function endIfStalled(socket: Socket, response: ServerResponse | undefined): void {
  const request = response?.req;
  const waits = response && !response.writableFinished && !response.destroyed;
  if (!waits || !request) {
    socket.destroy();
    return;
  }
  const owesBody = !request.complete && request.readableLength === 0;
  const doesNotRead = response.writableLength > 0 || socket.writableLength > 0;
  if (owesBody || doesNotRead) socket.destroy();
}

const garbage: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function answerGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const headers = Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${garbage[error.code ?? ''] ?? '400 Bad Request'}\r\n${headers.join('')}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}

async function finished(inFlight: ReadonlyMap<unknown, Promise<void>>, limitSeconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitSeconds * 1000);
  });
  await Promise.race([Promise.all(inFlight.values()), limit]);
  clearTimeout(timer);
}
