// Starts the identity provider of the testbed: oidc-provider behind a plain HTTP server on this machine.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { type IdentityClient, providerConfiguration } from './configuration.ts';
import { demonstrationToken, tokenRequest } from './demonstration-token.ts';
import { openKeys, type ProviderKeys } from './keys.ts';
import { problemPage, signInPage } from './pages.ts';
import type { Persona } from './persona.ts';

export interface IdentityProviderOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Defaults to `http://127.0.0.1:{port}`. An http issuer must be on this machine. */
  readonly issuer?: string;
  /** Where keys are kept between starts. */
  readonly folder: string;
  readonly personas: readonly Persona[];
  readonly clients: readonly IdentityClient[];
  /** The service access tokens are for; default `https://gp-connect.example/gateway`. */
  readonly audience?: string;
  /** Default one hour. */
  readonly accessTokenSeconds?: number;
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly port: number;
  /** Stops listening, lets running requests end. */
  close(): Promise<void>;
}

export const defaultAudience = 'https://gp-connect.example/gateway';
const LARGEST_FORM_BYTES = 8192;
const HOST = '127.0.0.1';

/** Starts the provider and resolves when it answers. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const [keys, stylesheet] = await Promise.all([openKeys(options.folder), readStylesheet()]);
  // As long as every other server here: what a busy caller keeps open must not close under its next request.
  const server = createServer({ keepAliveTimeout: 72_000 });
  const port = await listen(server, options.port);
  const issuer = options.issuer ?? `http://${HOST}:${port}`;
  const audience = options.audience ?? defaultAudience;
  const accessTokenSeconds = options.accessTokenSeconds ?? 3600;
  const provider = new Provider(
    issuer,
    providerConfiguration({ ...options, keys, audience, accessTokenSeconds }),
  );
  const rooms: Rooms = { provider, keys, stylesheet, issuer, audience, accessTokenSeconds, ...options };
  const protocol = provider.callback();
  server.on('request', (request, response) => {
    secure(response, options.clients);
    const handled = ownRoute(request, response, rooms) ?? protocol(request, response);
    handled.catch(() => giveUp(response));
  });
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    audience,
    port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Rooms extends Omit<IdentityProviderOptions, 'issuer' | 'audience' | 'accessTokenSeconds'> {
  readonly provider: Provider;
  readonly keys: ProviderKeys;
  readonly stylesheet: Buffer;
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenSeconds: number;
}

/** What is not the protocol itself; undefined leaves the request to oidc-provider. */
function ownRoute(
  request: IncomingMessage,
  response: ServerResponse,
  rooms: Rooms,
): Promise<void> | undefined {
  const path = new URL(request.url ?? '/', rooms.issuer).pathname;
  const route = `${request.method} ${path}`;
  if (route === 'GET /assets/nhsuk.css') return sendStylesheet(response, rooms.stylesheet);
  if (route === 'POST /demonstration/token') return answerToken(request, response, rooms);
  if (/^GET \/interaction\/[\w-]+$/.test(route)) return showSignIn(request, response, rooms, false);
  if (/^POST \/interaction\/[\w-]+$/.test(route)) return finishSignIn(request, response, rooms);
  if (/^GET \/interaction\/[\w-]+\/abort$/.test(route)) return abortSignIn(request, response, rooms);
  return undefined;
}

async function showSignIn(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, personas }: Rooms,
  missing: boolean,
): Promise<void> {
  const interaction = await currentInteraction(request, response, provider);
  if (!interaction) return;
  const client = await provider.Client.find(String(interaction.params.client_id));
  const address = `/interaction/${interaction.uid}`;
  const service = client?.clientName ?? interaction.uid;
  sendPage(
    response,
    missing ? 400 : 200,
    signInPage({ service, action: address, abort: `${address}/abort`, personas, missing }),
  );
}

async function finishSignIn(request: IncomingMessage, response: ServerResponse, rooms: Rooms): Promise<void> {
  const form = new URLSearchParams((await readBody(request)) ?? '');
  const persona = rooms.personas.find(({ id }) => id === form.get('persona'));
  if (!persona) return showSignIn(request, response, rooms, true);
  if (!(await currentInteraction(request, response, rooms.provider))) return;
  await rooms.provider.interactionFinished(request, response, {
    login: { accountId: persona.uuid, acr: 'AAL3_ANY', amr: ['demonstration'], remember: false },
  });
}

async function abortSignIn(
  request: IncomingMessage,
  response: ServerResponse,
  { provider }: Rooms,
): Promise<void> {
  if (!(await currentInteraction(request, response, provider))) return;
  await provider.interactionFinished(request, response, {
    error: 'access_denied',
    error_description: 'The sign-in was cancelled',
  });
}

/** The sign-in under way in this browser; answers with a page where there is none. */
async function currentInteraction(request: IncomingMessage, response: ServerResponse, provider: Provider) {
  try {
    return await provider.interactionDetails(request, response);
  } catch {
    sendPage(
      response,
      400,
      problemPage('This sign-in has ended', 'Go back to the service you came from and sign in again.'),
    );
    return null;
  }
}

async function answerToken(request: IncomingMessage, response: ServerResponse, rooms: Rooms): Promise<void> {
  const body = await readBody(request);
  const parsed = tokenRequest.safeParse(fields(body, request.headers['content-type'] ?? ''));
  const answer = parsed.success
    ? await demonstrationToken(parsed.data, {
        ...rooms,
        lifetimeSeconds: rooms.accessTokenSeconds,
        now: Date.now(),
      })
    : null;
  response.writeHead(answer ? 200 : 400, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(
    JSON.stringify(
      answer ?? { error: 'invalid_request', error_description: 'Give the id of a persona of this testbed' },
    ),
  );
}

function fields(body: string | null, contentType: string): unknown {
  if (body === null) return null;
  if (!contentType.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** The body as text, or null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= LARGEST_FORM_BYTES) chunks.push(chunk);
  }
  return size <= LARGEST_FORM_BYTES ? Buffer.concat(chunks).toString('utf8') : null;
}

/** `form-action` also governs the redirects a form leads to, so the clients' addresses belong in it. */
function secure(response: ServerResponse, clients: readonly IdentityClient[]): void {
  const places = clients
    .flatMap(({ redirectUris, postLogoutRedirectUris = [] }) => [...redirectUris, ...postLogoutRedirectUris])
    .map((uri) => new URL(uri).origin);
  const formAction = ["'self'", ...new Set(places)].join(' ');
  response.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'self'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`,
  );
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(page);
}

async function sendStylesheet(response: ServerResponse, stylesheet: Buffer): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=3600' });
  response.end(stylesheet);
}

function readStylesheet(): Promise<Buffer> {
  const require = createRequire(import.meta.url);
  const { version } = require('nhsuk-frontend/package.json') as { version: string };
  return readFile(require.resolve(`nhsuk-frontend/dist/nhsuk/nhsuk-frontend-${version}.min.css`));
}

function giveUp(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else sendPage(response, 500, problemPage('Sorry, there is a problem', 'Try again later.'));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
