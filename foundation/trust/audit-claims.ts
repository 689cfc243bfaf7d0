// The claims of the audit token, 1.x (STU3) and 0.x (DSTU2), and how a consumer or the router makes them.
// spec: foundations §7.2, §7.5; national-service §3.5
import { dstu2System, system } from '../nhs/index.ts';

/** Every token lives exactly this long. */
export const TOKEN_SECONDS = 300;
/** The `aud` of 0.x, which older consumers still send to 1.x servers too. */
export const LEGACY_AUDIENCE = 'https://authorize.fhir.nhs.net/token';
/** Stands in an SDS identifier where the user has no smartcard. */
export const UNKNOWN_SDS_ID = 'UNK';

export interface TokenIdentifier {
  readonly system: string;
  readonly value: string;
}

export interface RequestingDevice {
  readonly resourceType: 'Device';
  readonly id?: string;
  readonly identifier: readonly TokenIdentifier[];
  readonly model: string;
  readonly version: string;
}

export interface RequestingOrganization {
  readonly resourceType: 'Organization';
  readonly id?: string;
  readonly identifier: readonly TokenIdentifier[];
  readonly name: string;
}

export interface RequestingPractitioner {
  readonly resourceType: 'Practitioner';
  readonly id: string;
  readonly identifier: readonly TokenIdentifier[];
  readonly name: readonly { family: string; given: readonly string[]; prefix?: readonly string[] }[];
}

/** DSTU2: one name, its `family` an array, and the job role inside the resource. */
export interface RequestingPractitioner0x {
  readonly resourceType: 'Practitioner';
  readonly id: string;
  readonly identifier: readonly TokenIdentifier[];
  readonly name: { family: readonly string[]; given: readonly string[]; prefix?: readonly string[] };
  readonly practitionerRole?: readonly { role: { coding: readonly { system: string; code: string }[] } }[];
}

export interface RequestedRecord {
  readonly resourceType: 'Patient' | 'Organization';
  readonly identifier: readonly TokenIdentifier[];
}

export type ReasonForRequest = 'directcare' | 'migration';

interface CommonClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  /** Seconds since 1970 UTC; `exp` is `iat` + 300. */
  readonly iat: number;
  readonly exp: number;
  readonly reason_for_request: ReasonForRequest;
  readonly requested_scope: string;
  readonly requesting_device: RequestingDevice;
  readonly requesting_organization: RequestingOrganization;
}

/** 1.x: only the migrate interactions may leave the practitioner out. */
export interface AuditClaims extends CommonClaims {
  readonly requesting_practitioner?: RequestingPractitioner;
  /** Private providers only (CON-08). */
  readonly patient_permission?: PatientPermission;
}

export interface AuditClaims0x extends CommonClaims {
  readonly requesting_practitioner: RequestingPractitioner0x;
  readonly requested_record: RequestedRecord;
}

/** Evidence that the patient said yes, which a private provider must send with each read. spec: CON-08 */
export interface PatientPermission {
  readonly given: true;
  readonly method: 'verbal' | 'written' | 'app';
  /** ISO 8601 instant. */
  readonly recordedAt: string;
  readonly recordedBy: string;
}

/** Who asks, for a token that is about to be made. Names as people write them, ids `UNK` where unknown. */
export interface TokenRequester {
  readonly device: { identifier: TokenIdentifier; model: string; version: string };
  readonly organisation: { ods: string; name: string };
  readonly practitioner: {
    /** The consumer's own id of the user; becomes `sub` and the practitioner's id. */
    id: string;
    sdsUserId?: string;
    sdsRoleProfileId?: string;
    /** 0.x only: SDS job role code. */
    jobRole?: string;
    /** The consumer's own user identifier. */
    local?: TokenIdentifier;
    name: { family: string; given: readonly string[]; prefix?: readonly string[] };
  };
}

export interface TokenRequest {
  /** URL of the consumer product. */
  readonly issuer: string;
  readonly requester: TokenRequester;
  /** `patient/*.read`, optionally ` conf/N`. */
  readonly scope: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The claims for one request to a 1.x server. `audience` is the service root exactly as SDS gave it. */
export function auditClaims(
  request: TokenRequest & {
    audience: string;
    reason?: ReasonForRequest;
    patientPermission?: PatientPermission;
  },
): AuditClaims {
  const { device, organisation, practitioner } = request.requester;
  return {
    ...frame(request, request.audience, request.reason ?? 'directcare'),
    requesting_device: {
      resourceType: 'Device',
      identifier: [device.identifier],
      model: device.model,
      version: device.version,
    },
    requesting_organization: {
      resourceType: 'Organization',
      identifier: [{ system: system.odsOrganisation, value: organisation.ods }],
      name: organisation.name,
    },
    requesting_practitioner: {
      resourceType: 'Practitioner',
      id: practitioner.id,
      identifier: [
        { system: system.sdsUser, value: practitioner.sdsUserId ?? UNKNOWN_SDS_ID },
        { system: system.sdsRoleProfile, value: practitioner.sdsRoleProfileId ?? UNKNOWN_SDS_ID },
        ...(practitioner.local ? [practitioner.local] : []),
      ],
      name: [practitioner.name],
    },
    ...(request.patientPermission ? { patient_permission: request.patientPermission } : {}),
  };
}

/** The claims for one request to a 0.x server about a patient (NHS number) or an organisation (ODS code). */
export function auditClaims0x(
  request: TokenRequest & { record: { nhsNumber: string } | { ods: string } },
): AuditClaims0x {
  const { device, organisation, practitioner } = request.requester;
  const { family, ...name } = practitioner.name;
  const job = { system: dstu2System.sdsJobRole, code: practitioner.jobRole ?? UNKNOWN_SDS_ID };
  return {
    ...frame(request, LEGACY_AUDIENCE, 'directcare'),
    requested_record:
      'nhsNumber' in request.record
        ? {
            resourceType: 'Patient',
            identifier: [{ system: dstu2System.nhsNumber, value: request.record.nhsNumber }],
          }
        : {
            resourceType: 'Organization',
            identifier: [{ system: dstu2System.odsOrganisation, value: request.record.ods }],
          },
    requesting_device: {
      resourceType: 'Device',
      id: asFhirId(device.identifier.value),
      identifier: [device.identifier],
      model: device.model,
      version: device.version,
    },
    requesting_organization: {
      resourceType: 'Organization',
      id: asFhirId(organisation.ods),
      identifier: [{ system: dstu2System.odsOrganisation, value: organisation.ods }],
      name: organisation.name,
    },
    requesting_practitioner: {
      resourceType: 'Practitioner',
      id: practitioner.id,
      identifier: [
        { system: dstu2System.sdsUserInToken, value: practitioner.sdsUserId ?? UNKNOWN_SDS_ID },
        ...(practitioner.local ? [practitioner.local] : []),
      ],
      name: { ...name, family: [family] },
      practitionerRole: [{ role: { coding: [job] } }],
    },
  };
}

function frame(request: TokenRequest, audience: string, reason: ReasonForRequest) {
  const iat = Math.floor(request.now / 1000);
  return {
    iss: request.issuer,
    sub: request.requester.practitioner.id,
    aud: audience,
    iat,
    exp: iat + TOKEN_SECONDS,
    reason_for_request: reason,
    requested_scope: request.scope,
  };
}

/** Any text as a FHIR logical id: what an id may not hold becomes `-`. */
function asFhirId(text: string): string {
  return text.replace(/[^A-Za-z0-9\-.]/g, '-').slice(0, 64);
}
