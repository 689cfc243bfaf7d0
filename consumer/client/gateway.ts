// Requests through the national gateway: mode A (the consumer looked everything up) and mode C (by patient).
// spec: foundations §6.1, §5, §7; national-service §3.2, §3.3
import { randomUUID } from 'node:crypto';
import type { Parameters } from '@gp-connect/foundation/fhir';
import { type Interaction, interactionById } from '@gp-connect/foundation/nhs';
import {
  auditClaims,
  encodeAuditToken,
  type PatientPermission,
  type TokenRequester,
} from '@gp-connect/foundation/trust';
import type { Connections, HttpAnswer } from './connections.ts';
import type { ServiceEndpoint } from './directory.ts';

/** The product that asks, as SDS registered it. */
export interface ConsumerProduct {
  readonly asid: string;
  /** `iss` of its tokens. */
  readonly issuer: string;
  readonly device: TokenRequester['device'];
  readonly organisation: TokenRequester['organisation'];
}

export type RequestingUser = TokenRequester['practitioner'];

export interface GatewayAnswer extends HttpAnswer {
  /** The trace id of the request: what a support desk asks for. */
  readonly trace: string;
}

export interface ProxiedRequest {
  readonly interaction: string;
  /** Path under the service root with its query, e.g. `/Patient/$gpc.getstructuredrecord`. */
  readonly path: string;
  readonly service: ServiceEndpoint;
  readonly user: RequestingUser;
  readonly body?: Parameters | Buffer | string;
  readonly format?: 'json' | 'xml';
  readonly permission?: PatientPermission;
  readonly trace?: string;
  readonly signal?: AbortSignal;
}

const mediaType = { json: 'application/fhir+json', xml: 'application/fhir+xml' } as const;

/** Mode A: the proxy path, with `Ssp-*` headers and a new audit token for this request alone. */
export async function throughProxy(
  connections: Connections,
  gateway: string,
  product: ConsumerProduct,
  message: ProxiedRequest,
  now: number,
): Promise<GatewayAnswer> {
  const interaction = known(message.interaction);
  const trace = message.trace ?? randomUUID();
  const claims = auditClaims({
    issuer: product.issuer,
    audience: message.service.address,
    scope: interaction.scope,
    requester: { device: product.device, organisation: product.organisation, practitioner: message.user },
    now,
    ...(message.permission ? { patientPermission: message.permission } : {}),
  });
  const answer = await connections.send(`${gateway}/${message.service.address}${message.path}`, {
    method: interaction.method,
    headers: {
      'ssp-traceid': trace,
      'ssp-from': product.asid,
      'ssp-to': message.service.asid,
      'ssp-interactionid': interaction.id,
      authorization: `Bearer ${encodeAuditToken(claims)}`,
      accept: mediaType[message.format ?? 'json'],
      'accept-encoding': 'identity',
      ...(message.body === undefined ? {} : { 'content-type': mediaType.json }),
    },
    ...bodyOf(message.body),
    ...(message.signal ? { signal: message.signal } : {}),
  });
  return { ...answer, trace };
}

/** Mode C: the gateway finds practice, endpoint and ASIDs; the user's own access token says who asks. */
export async function byPatient(
  connections: Connections,
  gateway: string,
  message: {
    operation: '$gpc.getstructuredrecord';
    organisation: string;
    accessToken: string;
    body: Parameters | string;
    format?: 'json' | 'xml';
    trace?: string;
    signal?: AbortSignal;
  },
): Promise<GatewayAnswer> {
  const trace = message.trace ?? randomUUID();
  const answer = await connections.send(`${gateway}/patient/${message.operation}`, {
    method: 'POST',
    headers: {
      'ssp-traceid': trace,
      'ods-from': message.organisation,
      authorization: `Bearer ${message.accessToken}`,
      accept: mediaType[message.format ?? 'json'],
      'content-type': mediaType.json,
      'x-request-id': randomUUID(),
    },
    ...bodyOf(message.body),
    ...(message.signal ? { signal: message.signal } : {}),
  });
  return { ...answer, trace };
}

function bodyOf(body: Parameters | Buffer | string | undefined): { body?: string | Buffer } {
  if (body === undefined) return {};
  return { body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) };
}

function known(id: string): Interaction {
  const interaction = interactionById(id);
  if (!interaction) throw new RangeError(`not a GP Connect interaction: ${id}`);
  return interaction;
}
