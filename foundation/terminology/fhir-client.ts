// Asking a FHIR terminology server: time limit, one retry, bounded concurrency, circuit breaker, sign-in.
// Only codes and displays are ever sent. spec: terminology §5.1

export type FhirAnswer =
  | { readonly kind: 'ok'; readonly body: Record<string, unknown> }
  /** The server answered that it does not know the code or set (404, or 400/422 about it). */
  | { readonly kind: 'notFound' }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface FhirClientOptions {
  /** For instance `https://ontology.example/production1/fhir`, without a slash at its end. */
  readonly base: string;
  /** OAuth2 client credentials, where the server wants them. */
  readonly signIn?: { readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string };
  readonly fetch?: typeof fetch;
  /** Milliseconds for one answer; 5,000 where left out. */
  readonly timeoutMs?: number;
  /** Requests under way at a time; 4 where left out. */
  readonly concurrency?: number;
  /** Failures in a row after which the server is left alone, and for how long. */
  readonly breaker?: { readonly failures: number; readonly pauseMs: number };
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** 0 to 1, for the jitter of the retry. */
  readonly random?: () => number;
}

export interface FhirClient {
  get(path: string, query: Readonly<Record<string, string>>): Promise<FhirAnswer>;
}

const retryable = new Set([429, 502, 503, 504]);
const largestAnswer = 8 * 1024 * 1024;
const longestWaitMs = 5_000;
const beforeExpiryMs = 60_000;

/** Lets at most `limit` pieces of work run at a time, the rest in order. */
function gate(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

async function bodyOf(response: Response): Promise<Record<string, unknown> | undefined> {
  const length = Number(response.headers.get('content-length') ?? 0);
  if (length > largestAnswer) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestAnswer) return undefined;
    chunks.push(chunk);
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A client of one server. Failures are values, never exceptions. */
export function fhirClient(options: FhirClientOptions): FhirClient {
  const fetchNow = options.fetch ?? fetch;
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const random = options.random ?? Math.random;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const breaker = options.breaker ?? { failures: 5, pauseMs: 30_000 };
  const limited = gate(options.concurrency ?? 4);
  let failures = 0;
  let openUntil = 0;
  let token: { value: string; until: number } | undefined;
  let renewing: Promise<string | undefined> | undefined;

  async function renew(): Promise<string | undefined> {
    const { tokenUrl, clientId, clientSecret } = options.signIn!;
    try {
      const response = await fetchNow(tokenUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }).toString(),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body = response.ok ? await bodyOf(response) : undefined;
      if (!response.ok) await response.body?.cancel();
      if (typeof body?.access_token !== 'string') return undefined;
      const seconds = typeof body.expires_in === 'number' ? body.expires_in : 300;
      token = { value: body.access_token, until: now() + seconds * 1000 - beforeExpiryMs };
      return token.value;
    } catch {
      return undefined;
    }
  }

  /** One sign-in at a time, however many requests wait for it. */
  async function signedIn(): Promise<string | undefined> {
    if (token !== undefined && now() < token.until) return token.value;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function once(url: string, isRetry: boolean): Promise<FhirAnswer> {
    const headers: Record<string, string> = { accept: 'application/fhir+json' };
    if (options.signIn !== undefined) {
      const bearer = await signedIn();
      if (bearer === undefined) return { kind: 'unavailable', reason: 'sign-in refused' };
      headers.authorization = `Bearer ${bearer}`;
    }
    let response: Response;
    try {
      response = await fetchNow(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      if (response.ok) {
        const body = await bodyOf(response);
        return body === undefined
          ? { kind: 'unavailable', reason: 'the answer is no FHIR JSON' }
          : { kind: 'ok', body };
      }
      await response.body?.cancel();
    } catch (error) {
      if (!isRetry) return once(url, true);
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      return { kind: 'unavailable', reason: timedOut ? 'time-out' : 'no connection' };
    }
    if (response.status === 404 || response.status === 422 || response.status === 400)
      return { kind: 'notFound' };
    if (response.status === 401 && options.signIn !== undefined && !isRetry) {
      token = undefined;
      return once(url, true);
    }
    if (retryable.has(response.status) && !isRetry) {
      const asked = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
      await sleep(Math.min(Number.isNaN(asked) ? 100 + random() * 400 : asked, longestWaitMs));
      return once(url, true);
    }
    return { kind: 'unavailable', reason: `status ${response.status}` };
  }

  return {
    async get(path, query) {
      if (now() < openUntil) return { kind: 'unavailable', reason: 'left alone after repeated failures' };
      const url = `${options.base}${path}?${new URLSearchParams(query).toString()}`;
      const answer = await limited(() => once(url, false));
      failures = answer.kind === 'unavailable' ? failures + 1 : 0;
      if (failures >= breaker.failures) {
        openUntil = now() + breaker.pauseMs;
        failures = 0;
      }
      return answer;
    },
  };
}
