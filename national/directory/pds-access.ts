// Who asks PDS, and with which headers. spec: foundations §17.1, §17.2
import type { FastifyRequest } from '@gp-connect/foundation/http';
import type { AccessTokenVerifier } from '@gp-connect/foundation/trust';
import { PdsRefusal, pdsText } from './pds-errors.ts';
import type { ApplicationTokens } from './token-endpoint.ts';

export type PdsAccess =
  | { mode: 'healthcare-worker'; application: string; roleProfiles: readonly string[] }
  | { mode: 'application-restricted'; application: string }
  | { mode: 'patient'; application: string; nhsNumber: string };

/** What verifies the tokens of each mode; a mode without one is not offered. */
export interface PdsVerifiers {
  applications: ApplicationTokens;
  /** NHS CIS2 access tokens of staff. Takes the whole `Authorization` header. */
  staff?: AccessTokenVerifier | undefined;
  /** NHS login access tokens at P9. @throws where the token is not valid */
  patient?: ((authorization: string) => Promise<{ application: string; nhsNumber: string }>) | undefined;
}

/** @throws PdsRefusal 401 */
export async function accessOf(request: FastifyRequest, verifiers: PdsVerifiers): Promise<PdsAccess> {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new PdsRefusal('unauthorised', 'Missing Authorization header');
  const token = /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new PdsRefusal(
      'unauthorised',
      /^bearer\s*$/i.test(authorization) ? 'Missing access token' : 'Invalid Access Token',
    );
  }
  const application = await verifiers.applications.verify(token);
  if (application !== null) return { mode: 'application-restricted', application };
  const staff = await verifiers.staff?.(authorization).catch(unlessUnavailable);
  if (staff) {
    return {
      mode: 'healthcare-worker',
      application: staff.clientId,
      roleProfiles: [staff.identity.roleProfileId],
    };
  }
  const patient = await verifiers.patient?.(authorization).catch(unlessUnavailable);
  if (patient) return { mode: 'patient', ...patient };
  throw new PdsRefusal('unauthorised', 'Invalid Access Token');
}

/** A refused token is the caller's matter; keys that cannot be read are ours, and told as a time-out. */
function unlessUnavailable(problem: unknown): undefined {
  if ((problem as { fault?: string }).fault === 'unavailable') throw new PdsRefusal('timeout');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws PdsRefusal 400 in the contract's order. `severalOrganisations`: the application must name the user's. */
export function checkHeaders(
  request: FastifyRequest,
  access: PdsAccess,
  severalOrganisations: boolean,
): void {
  const requestId = header(request, 'x-request-id');
  if (!requestId) throw new PdsRefusal('missing', pdsText.headerMissing('X-Request-ID'));
  if (!UUID.test(requestId)) {
    throw new PdsRefusal('value', pdsText.headerValue('X-Request-ID', requestId));
  }
  if (access.mode === 'healthcare-worker') checkRole(request, access.roleProfiles);
  const ods = header(request, 'nhsd-end-user-organisation-ods');
  if (ods === undefined && severalOrganisations) {
    throw new PdsRefusal('missing', pdsText.headerMissing('NHSD-End-User-Organisation-ODS'));
  }
  if (ods !== undefined && !/^[A-Za-z0-9]{1,12}$/.test(ods)) {
    throw new PdsRefusal('value', pdsText.headerValue('NHSD-End-User-Organisation-ODS', ods));
  }
}

function checkRole(request: FastifyRequest, roleProfiles: readonly string[]): void {
  const role = header(request, 'nhsd-session-urid');
  if (role === undefined) {
    if (roleProfiles.length > 1) {
      throw new PdsRefusal('missing', pdsText.headerMissing('NHSD-Session-URID'));
    }
  } else if (!/^\d{1,20}$/.test(role) || !roleProfiles.includes(role)) {
    throw new PdsRefusal('value', pdsText.headerValue('NHSD-Session-URID', role));
  }
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
