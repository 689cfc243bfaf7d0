// The practice inbox API over HTTP: one table of routes, every answer parsed, every refusal an `InboxApiError`.
// spec: docs/practice-inbox-api.md
import { Agent, type buildConnector } from 'undici';
import { z } from 'zod';
import {
  type Attachment,
  type Control,
  controls,
  counters,
  filedEntry,
  type InboxApi,
  InboxApiError,
  listedItem,
  notice,
  openItem,
  quarantined,
  task,
} from './inbox-api.ts';

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
  as(user: User): InboxApi;
  close(): Promise<void>;
}

const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;

interface Ask<Schema extends z.ZodType> {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly answer: Schema;
}

const refusal = z.object({ error: z.string(), message: z.string(), requirement: z.string().optional() });

type Change = (name: string, on: boolean) => { readonly path: string; readonly body: object };
const stopOf =
  (kind: 'code' | 'sender'): Change =>
  (value, stopped) => ({ path: 'stops', body: { kind, value, stopped } });
const changeOf: Readonly<Record<Control['kind'], Change>> = {
  switch: (name, enabled) => ({ path: 'switches', body: { names: [name], enabled } }),
  sender: (sender, blocked) => ({ path: 'senders', body: { sender, blocked } }),
  'stop-code': stopOf('code'),
  'stop-sender': stopOf('sender'),
};

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
        path: `${base.pathname.replace(/\/$/, '')}/practice/v1/${encodeURIComponent(user.ods)}/inbox${path}`,
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
      return apiOver(
        (wanted) => ask(caller, wanted),
        (path) => fetchContent(caller, path),
      );
    },
    close: () => agent.close(),
  };
}

type AskAs = <Schema extends z.ZodType>(wanted: Ask<Schema>) => Promise<z.output<Schema>>;

const versioned = z.object({ version: z.number().int() });
const anything = z.unknown();

/** The routes, in one place. */
function apiOver(ask: AskAs, content: (path: string) => Promise<Attachment>): InboxApi {
  const post = <Schema extends z.ZodType>(path: string, body: object | undefined, answer: Schema) =>
    ask({ method: 'POST', path, answer, ...(body === undefined ? {} : { body }) });
  const item = (key: number, rest = '') => `/items/${key}${rest}`;
  const tell = async (path: string, body?: object): Promise<void> => {
    await post(path, body, anything);
  };
  return {
    list: ({ overdue } = {}) => ask({ path: overdue ? '?overdue=true' : '', answer: z.array(listedItem) }),
    open: (key) => ask({ path: item(key), answer: openItem }),
    attachment: (key, position) => content(item(key, `/attachments/${position}`)),
    decide: async (key, version, decisions) =>
      (await post(item(key, '/decisions'), { version, decisions }, versioned)).version,
    acceptAll: async (key, version) => (await post(item(key, '/accept-all'), { version }, versioned)).version,
    complete: async (key, version, visibleOnline) => {
      const body = { version, ...(visibleOnline === undefined ? {} : { visibleOnline }) };
      return (await post(item(key, '/complete'), body, z.object({ status: z.string() }))).status;
    },
    refuse: (key, version, reason, note) =>
      tell(item(key, '/refuse'), { version, reason, ...(note ? { note } : {}) }),
    tasks: () => ask({ path: '/tasks', answer: z.array(task) }),
    finishTask: (key) => tell(`/tasks/${key}/done`),
    notices: () => ask({ path: '/notices', answer: z.array(notice) }),
    noticeSent: (key) => tell(`/notices/${key}/sent`),
    controls: () => ask({ path: '/controls', answer: controls }),
    setControl({ kind, name }, on, reason) {
      const { path, body } = changeOf[kind](name, on);
      return tell(`/controls/${path}`, { ...body, reason });
    },
    counters: (since) => ask({ path: `/counters?${new URLSearchParams({ since })}`, answer: counters }),
    lookBack: (wanted) => post('/look-back', wanted, z.array(filedEntry)),
    makeTasks: (filed, note) => tell('/look-back/tasks', { filed, note }),
    markEnteredInError: (filed, confirmed, reason) =>
      tell('/look-back/entered-in-error', { filed, confirmed, reason }),
    quarantine: (filed, reason) => post(`/filed/${filed}/quarantine`, { reason }, quarantined),
    release: (filed, reason) => tell(`/filed/${filed}/release`, { reason }),
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
