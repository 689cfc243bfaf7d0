// The operator of a running England, as the recall journey and scripts act: the operator API over TLS with a token of CIS2.
// spec: national-service §20
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { demonstrationToken } from './caller.ts';
import { layoutOf } from './layout.ts';
import type { Choices } from './plan.ts';
import { portsFrom } from './ports.ts';
import { issuerOf } from './service-settings.ts';

export interface OperatorAnswer {
  readonly status: number;
  readonly etag: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  readonly body: any;
}

export interface RecallOperator {
  get(path: string): Promise<OperatorAnswer>;
  post(path: string, body: object, etag?: string): Promise<OperatorAnswer>;
  /** A change of a recall with the ETag it has now. */
  act(recall: string, action: string, body?: object): Promise<OperatorAnswer>;
  close(): Promise<void>;
}

/** As one of the personas; `operator` has every operator role. */
export function openRecallOperator(choices: Choices, persona = 'operator'): RecallOperator {
  const ports = portsFrom(choices.portBase);
  const ca = readFileSync(join(layoutOf(choices.dataFolder).trust, 'authorities.pem'), 'utf8');
  const dispatcher = new Agent({ allowH2: false, connect: { ca } });
  const ask = async (method: 'GET' | 'POST', path: string, body?: object, etag?: string) => {
    const token = await demonstrationToken(issuerOf(ports), persona);
    const answer = await request(`https://localhost:${ports.directory}/operator/v1${path}`, {
      ...{ dispatcher, method },
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(etag ? { 'if-match': etag } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.body.text();
    const { etag: version } = answer.headers;
    return {
      status: answer.statusCode,
      etag: typeof version === 'string' ? version : null,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body, etag) => ask('POST', path, body, etag),
    async act(recall, action, body = {}) {
      const { etag } = await ask('GET', `/recalls/${recall}`);
      return ask('POST', `/recalls/${recall}/${action}`, body, etag ?? '');
    },
    close: () => dispatcher.close(),
  };
}
