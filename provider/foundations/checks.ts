// The checks every request passes before a use case sees it, in the contract's order; the first failure answers.
// spec: foundations §4.3, §5, §8.2, §10.3, §22
import type { TLSSocket } from 'node:tls';
import { type FhirFormat, negotiate, requestFormat } from '@gp-connect/foundation/fhir';
import {
  type ClinicalArea,
  type Interaction,
  interactionById,
  interactionId,
  matchPath,
  Refusal,
  refusal,
} from '@gp-connect/foundation/nhs';
import {
  type CertificateChecks,
  type CheckedToken,
  checkAuditToken,
  clientCertificate,
} from '@gp-connect/foundation/trust';
import type { Controls, PracticeControls } from '../controls/index.ts';
import { type Address, addressOf, type RoutingSegments } from './service-root.ts';

/** The parts of an HTTP request the checks look at. */
export interface IncomingRequest {
  readonly method: string;
  /** Raw request target. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: TLSSocket;
}

export interface CheckSettings {
  readonly segments: RoutingSegments;
  /** `https://host:port`, for the `aud` claim and absolute URLs. */
  readonly origin: string;
  readonly strictAudience: boolean;
  /** Who may connect: the national proxy's names. */
  readonly certificates: CertificateChecks;
  readonly clock: () => number;
}

/** A request that may reach a use case: every value here has been checked. */
export interface CheckedRequest {
  readonly address: Address;
  readonly interaction: Interaction;
  /** The logical id in the path, where the interaction has one. */
  readonly id: string | undefined;
  readonly practice: PracticeControls;
  readonly trace: string;
  readonly from: string;
  /** Format of the answer. */
  readonly format: FhirFormat;
  /** Format of the body; undefined on GET. */
  readonly bodyFormat: FhirFormat | undefined;
  readonly token: CheckedToken;
  /** `https://…/{ODS}/STU3/1/{segment}` */
  readonly serviceRoot: string;
}

/**
 * What is known of a request, filled check by check, so that a refusal can be audited with all of it. The use
 * case adds whom the request is about as soon as it can be read.
 */
export type Progress = { -readonly [Member in keyof CheckedRequest]?: CheckedRequest[Member] } & {
  nhsNumber?: string;
  areas?: readonly ClinicalArea[];
};

/**
 * Runs the checks, noting in `progress` what each established.
 * @throws Refusal of the first check that fails
 */
export async function checkRequest(
  request: IncomingRequest,
  controls: Controls,
  settings: CheckSettings,
  progress: Progress,
): Promise<CheckedRequest> {
  // Known early so that even the first refusals come in the format asked for.
  const address = addressOf(request.target, settings.segments);
  const negotiated = negotiate({
    format: address?.query.get('_format') ?? undefined,
    accept: header(request, 'accept'),
    contentType: header(request, 'content-type'),
  });
  progress.format = negotiated.ok ? negotiated.format : 'json';

  checkCertificate(request, settings.certificates);
  if (!address) throw refusal('BAD_REQUEST', 'The path is not under a service root of this server');
  progress.address = address;
  const practice = await controls.of(address.ods);
  if (!practice) throw refusal('BAD_REQUEST', 'The organisation in the path is not served here');
  progress.practice = practice;

  progress.trace = spineHeader(request, 'Ssp-TraceID');
  progress.from = spineHeader(request, 'Ssp-From');
  const to = spineHeader(request, 'Ssp-To');
  const asked = spineHeader(request, 'Ssp-InteractionID');
  if (to.toLowerCase() !== practice.practice.asid.toLowerCase()) {
    throw refusal('BAD_REQUEST', 'Ssp-To is not an ASID of this endpoint');
  }

  const interaction = checkInteraction(asked, request.method, address);
  progress.interaction = interaction;
  progress.id = matchPath(interaction, address.path)?.id;

  if (!negotiated.ok)
    throw refusal(
      'UNSUPPORTED_MEDIA_TYPE',
      `${negotiated.unsupported} names a media type that is not supported`,
    );
  progress.bodyFormat = checkBodyFormat(request);
  progress.serviceRoot = settings.origin + address.root;
  progress.token = checkAuditToken(header(request, 'authorization'), {
    interaction,
    now: settings.clock(),
    serviceRoot: progress.serviceRoot,
    strictAudience: settings.strictAudience,
  });
  checkEnabled(practice, interaction, address);
  return progress as CheckedRequest;
}

function checkCertificate(request: IncomingRequest, checks: CertificateChecks): void {
  const seen = clientCertificate(request.socket, checks);
  if (!seen.ok) throw new Refusal('BAD_REQUEST', seen.diagnostics, { status: seen.status });
}

function spineHeader(request: IncomingRequest, name: string): string {
  const value = header(request, name.toLowerCase())?.trim();
  if (!value) throw refusal('BAD_REQUEST', `The header ${name} is missing or empty`);
  return value;
}

/** Metadata may be asked for with the Foundations id on any server: older consumers know no other (row 18). */
function checkInteraction(asked: string, method: string, address: Address): Interaction {
  const interaction = interactionById(asked);
  if (interaction?.fhir !== 'STU3') {
    throw refusal('BAD_REQUEST', 'Ssp-InteractionID is not an interaction of this server');
  }
  const anywhere = interaction.id === interactionId.foundationsMetadata;
  const migratesDocuments =
    interaction.id === interactionId.documentsMigrate && address.server === 'documents';
  if (interaction.server !== address.server && !anywhere && !migratesDocuments) {
    throw refusal('BAD_REQUEST', 'Ssp-InteractionID does not belong to this service root');
  }
  if (interaction.method !== method) {
    throw refusal('BAD_REQUEST', `The method ${method} does not belong to this interaction`);
  }
  if (!matchPath(interaction, address.path)) {
    // As deployed: a read without an id is a bad request, of an appointment alone it is nothing found. §8.9
    if (interaction.path === '/Appointment/{id}' && method === 'GET' && address.path === '/Appointment/') {
      throw refusal('NO_RECORD_FOUND', 'No appointment is named');
    }
    throw refusal('BAD_REQUEST', 'The path does not belong to this interaction');
  }
  return interaction;
}

function checkBodyFormat(request: IncomingRequest): FhirFormat | undefined {
  if (request.method === 'GET') return undefined;
  const format = requestFormat(header(request, 'content-type'));
  if (!format) throw refusal('UNSUPPORTED_MEDIA_TYPE', 'The Content-Type is missing or not supported');
  return format;
}

/** The switches of foundations §19: Foundations metadata always answers, migration ignores the capability's own. */
export function checkEnabled(practice: PracticeControls, interaction: Interaction, address: Address): void {
  const { gpConnect, capabilities } = practice.switches;
  if (address.server === 'foundations' && interaction.path === '/metadata') return;
  if (!gpConnect) throw refusal('ACCESS DENIED', 'GP Connect is switched off at this practice');
  const { server } = address;
  if (interaction.product === 'migrate' || (server !== 'structured' && server !== 'documents')) return;
  if (!capabilities[server])
    throw refusal('ACCESS DENIED', `The ${server} capability is switched off at this practice`);
}

/** One value of a header; several are joined as HTTP says. */
export function header(request: IncomingRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
