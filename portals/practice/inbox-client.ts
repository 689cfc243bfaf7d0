// The practice API over HTTP: to the user's own practice only, every answer parsed, every refusal an `InboxApiError`.
// spec: docs/practice-inbox-api.md
import { Agent, type buildConnector } from 'undici';
import { z } from 'zod';
import { type Attachment, InboxApiError } from './inbox-api.ts';
import { type Ask, type PracticeApi, practiceCalls } from './practice-calls.ts';

export interface InboxClientSettings {
  /** Practice ODS code to the base address of its GP system's inbox API, without a trailing slash. */
  readonly inboxes: Readonly<Record<string, string>>;
  /** Authorities the practice's system is trusted by, PEM; the machine's own where left out. */
  readonly ca?: string;
  readonly timeoutSeconds: number;
}

interface User {
  readonly accessToken: string;
  /** The practice the user signed in for. */
  readonly ods: string;
}

interface Caller extends User {
  readonly base: URL;
}

export interface InboxClient {
  /** The API of the user's own practice, and of no other. @throws InboxApiError NO_INBOX where it has none here */
  as(user: User): PracticeApi;
  close(): Promise<void>;
}

/** A preview holds a whole record, of at most 32 MB, as a text within its own answer. */
const LARGEST_ANSWER_BYTES = 72 * 1024 * 1024;

const refusal = z.object({ error: z.string(), message: z.string(), requirement: z.string().optional() });

export function openInboxClient({ inboxes, ca, timeoutSeconds }: InboxClientSettings): InboxClient {
  const agent = new Agent({
    connections: 32,
    headersTimeout: timeoutSeconds * 1000,
    bodyTimeout: timeoutSeconds * 1000,
    connect: { ...(ca === undefined ? {} : { ca }), timeout: 5_000 } as buildConnector.BuildOptions,
  });
  const bases = new Map(Object.entries(inboxes).map(([ods, url]) => [ods, new URL(url)]));

  async function ask<Schema extends z.ZodType>(
    user: Caller,
    { method = 'GET', path, body, answer }: Ask<Schema>,
  ): Promise<z.output<Schema>> {
    const { status, bytes } = await send(user, method, path, body);
    const json = parsed(bytes);
    if (status >= 300) throw refused(status, json);
    const read = answer.safeParse(json);
    if (!read.success) throw unavailable('it gave an answer that cannot be read', { cause: read.error });
    return read.data;
  }

  async function fetchContent(user: Caller, path: string): Promise<Attachment> {
    const { status, bytes, contentType } = await send(user, 'GET', path, undefined);
    if (status >= 300) throw refused(status, parsed(bytes));
    return { contentType, bytes };
  }

  async function send(user: Caller, method: 'GET' | 'POST', path: string, body: object | undefined) {
    const { base } = user;
    try {
      const answer = await agent.request({
        origin: base.origin,
        path: `${base.pathname.replace(/\/$/, '')}/practice/v1/${encodeURIComponent(user.ods)}${path}`,
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${user.accessToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer.body) {
        size += (chunk as Buffer).length;
        if (size > LARGEST_ANSWER_BYTES) throw new Error('the answer is too large');
        chunks.push(chunk as Buffer);
      }
      const contentType = String(answer.headers['content-type'] ?? 'application/octet-stream');
      return { status: answer.statusCode, bytes: Buffer.concat(chunks), contentType };
    } catch (error) {
      throw unavailable('it did not answer', { cause: error });
    }
  }

  return {
    as(user) {
      const base = bases.get(user.ods);
      if (base === undefined)
        throw new InboxApiError('NO_INBOX', 403, `No practice inbox is served for ${user.ods} here.`);
      const caller = { ...user, base };
      return practiceCalls(
        (wanted) => ask(caller, wanted),
        (path) => fetchContent(caller, path),
      );
    },
    close: () => agent.close(),
  };
}

function parsed(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? null : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function refused(status: number, json: unknown): InboxApiError {
  const read = refusal.safeParse(json);
  if (status === 401)
    return new InboxApiError('NOT_SIGNED_IN', 401, 'The practice’s system did not accept your sign-in.');
  if (status >= 500 || !read.success) return unavailable(`it answered ${status}`);
  const { error, message, requirement } = read.data;
  return new InboxApiError(error, status, message, requirement);
}

const unavailable = (why: string, options?: ErrorOptions) =>
  new InboxApiError(
    'UNAVAILABLE',
    503,
    `The practice’s system could not be used: ${why}`,
    undefined,
    options,
  );
