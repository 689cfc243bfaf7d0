// Pauses of a MESH in another process, over mutual TLS. spec: national-service UPD-07, INC-06
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { Agent, request } from 'undici';
import type { MeshPauses, Pause } from './pauses.ts';

export interface PausesAt {
  /** Origin of MESH, e.g. `https://localhost:8413`. */
  readonly url: string;
  /** A certificate whose name is in MESH's setting `operatorCertificates`. */
  readonly tls: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  /** Name on MESH's certificate, where it is not the host of `url`. */
  readonly servername?: string;
  /** An access token of staff that goes along; absent: the certificate speaks, for `actor`. */
  readonly token?: () => Promise<string>;
}

/** A refusal of the operator's routes; `status` 422 names the fields in `message`. */
export class PauseRefused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'PauseRefused';
    this.status = status;
  }
}

const TIMEOUT_MS = 60_000;

/** @example const pauses = meshPausesAt({ url, tls }); await pauses.create({ scope: { senderOds: ['FZZ01'] }, reason }); */
export function meshPausesAt({
  url,
  tls,
  servername,
  token,
}: PausesAt): MeshPauses & { close(): Promise<void> } {
  const agent = new Agent({
    allowH2: false,
    connect: clientTls(tls, servername === undefined ? {} : { servername }) as Agent.Options['connect'] &
      object,
  });
  const root = `${new URL(url).origin}/operator/v1/mesh/pauses`;
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const answer = await request(root + path, {
      method,
      dispatcher: agent,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      headers: {
        ...(token ? { authorization: `Bearer ${await token()}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.body.text();
    const isAboutOne = path.startsWith('/');
    if (answer.statusCode === 404 && isAboutOne) return undefined;
    if (answer.statusCode >= 300) throw new PauseRefused(answer.statusCode, problemIn(text));
    return JSON.parse(text);
  };
  const at = (id: string) => `/${encodeURIComponent(id)}`;
  return {
    create: async (asked) => (await ask('POST', '', asked)) as Pause,
    list: async (state = 'active') => {
      const body = (await ask('GET', `?state=${state}`)) as { pauses: Pause[] };
      return body.pauses;
    },
    find: async (id) => (await ask('GET', at(id))) as Pause | undefined,
    lift: async (id, lift) => (await ask('DELETE', at(id), lift)) as Pause | undefined,
    close: () => agent.close(),
  };
}

function problemIn(text: string): string {
  try {
    const { detail = '', errors = [] } = JSON.parse(text) as {
      detail?: string;
      errors?: { field: string; message: string }[];
    };
    return [detail, ...errors.map(({ field, message }) => `${field}: ${message}`)].join('; ');
  } catch {
    return 'MESH refused';
  }
}
