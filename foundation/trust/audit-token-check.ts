// Checks an audit token: for providers (first failure wins) and for the router (every fault).
// spec: foundations §7.3, §7.5; national-service RTE-10
import { dstu2System, type Interaction, refusal, system } from '../nhs/index.ts';
import type { AuditClaims, AuditClaims0x, PatientPermission, ReasonForRequest } from './audit-claims.ts';
import { decodeAuditToken, type UncheckedClaims } from './audit-token.ts';
import { type Findings, isMigration, type TokenContext, type TokenRule } from './audit-token-rule.ts';
import { rules0x } from './audit-token-rules-0x.ts';
import { odsSystems, readScope, rules1x } from './audit-token-rules-1x.ts';
import { firstOf, identifierValue, objectOf, textOf } from './claim-shapes.ts';
import { dstu2ResourceCheck, stu3ResourceCheck } from './resource-check.ts';

/** `resourceCheck` defaults to the strict check of the FHIR version the interaction speaks. */
export type TokenCheckOptions = Omit<TokenContext, 'resourceCheck'> &
  Partial<Pick<TokenContext, 'resourceCheck'>>;

/** Who asked, as the audit keeps it (foundations §18), the same for 1.x and 0.x. */
export interface TokenSubject {
  readonly odsCode: string;
  readonly organisationName: string;
  readonly device: { system: string; value: string; model: string; version: string };
  /** Absent for a migration that runs without a user. */
  readonly practitioner?: {
    /** The consumer's own id: the token's `sub`. */
    readonly id: string;
    /** SDS user id or `UNK`. */
    readonly sdsUserId: string;
    /** SDS role profile id (1.x) or job role code (0.x), where given. */
    readonly role?: string;
    /** `Dr Ada Quill` */
    readonly name: string;
  };
}

export interface CheckedToken<Claims = AuditClaims> {
  readonly claims: Claims;
  readonly reason: ReasonForRequest;
  /** `R` only for a migration that asked for restricted data; everything else is read as `N`. */
  readonly confidentiality: 'N' | 'R';
  readonly subject: TokenSubject;
  /** For the audit: accepted, but not as it should be (rows 10 and 11). */
  readonly warnings: readonly string[];
}

/**
 * Checks the token of a request to a provider of a 1.x interaction.
 * @param authorization the header as received, or undefined
 * @throws Refusal 400 `BAD_REQUEST`, or 422 `INVALID_RESOURCE` for row 14; diagnostics name the claim
 */
export function checkAuditToken(authorization: string | undefined, options: TokenCheckOptions): CheckedToken {
  return check(authorization, options, rules1x) as unknown as CheckedToken;
}

/** The same for a 0.x (DSTU2) interaction. The NHS number of `requested_record` is the caller's to compare. */
export function checkAuditToken0x(
  authorization: string | undefined,
  options: TokenCheckOptions,
): CheckedToken<AuditClaims0x> {
  return check(authorization, options, rules0x) as unknown as CheckedToken<AuditClaims0x>;
}

export type RouterTokenResult =
  | { readonly ok: true; readonly claims: UncheckedClaims; readonly subject: TokenSubject }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Checks a token on its way through the router (RTE-10): encoding, presence, times, reason and the shape of the
 * three `requesting_*` objects. Every fault is listed; the router joins them by `; `. The table is that of the
 * FHIR version the interaction speaks.
 */
export function auditTokenFaults(
  authorization: string | undefined,
  options: Pick<TokenContext, 'interaction' | 'now'>,
): RouterTokenResult {
  const decoded = decodeAuditToken(authorization);
  if (!decoded.ok) return { ok: false, faults: [decoded.fault] };
  const context = withCheck(options);
  const findings: Findings = { faults: [], warnings: [] };
  for (const rule of rulesFor(options.interaction)) {
    if (rule.router) rule.check(decoded.claims, context, findings);
  }
  if (findings.faults.length > 0) return { ok: false, faults: findings.faults };
  return { ok: true, claims: decoded.claims, subject: subjectOf(decoded.claims) };
}

/** True once the token may no longer be sent on (RTE-11). `now` in milliseconds since 1970 UTC. */
export function hasLapsed(claims: { readonly exp?: unknown }, now: number): boolean {
  return typeof claims.exp !== 'number' || now >= claims.exp * 1000;
}

const permissionMethods: readonly unknown[] = ['verbal', 'written', 'app'];

/** The evidence a private provider must send with each read (CON-08); null where it is absent or incomplete. */
export function patientPermission(claims: UncheckedClaims | AuditClaims): PatientPermission | null {
  const permission = objectOf((claims as UncheckedClaims).patient_permission);
  const complete =
    permission?.given === true &&
    permissionMethods.includes(permission.method) &&
    !Number.isNaN(Date.parse(textOf(permission.recordedAt) ?? '')) &&
    textOf(permission.recordedBy) !== undefined;
  return complete ? (permission as unknown as PatientPermission) : null;
}

function check(
  authorization: string | undefined,
  options: TokenCheckOptions,
  rules: readonly TokenRule[],
): CheckedToken<UncheckedClaims> {
  const decoded = decodeAuditToken(authorization);
  if (!decoded.ok) throw refusal('BAD_REQUEST', decoded.fault);
  const { claims } = decoded;
  const context = withCheck(options);
  const findings: Findings = { faults: [], warnings: [] };
  for (const rule of rules) {
    rule.check(claims, context, findings);
    if (findings.faults.length > 0) throw refusal(rule.code, findings.faults.join('; '));
  }
  const restricted =
    isMigration(options.interaction) && readScope(claims.requested_scope)?.confidentiality === 'R';
  return {
    claims,
    reason: claims.reason_for_request as ReasonForRequest,
    confidentiality: restricted ? 'R' : 'N',
    subject: subjectOf(claims),
    warnings: findings.warnings,
  };
}

function withCheck(options: TokenCheckOptions): TokenContext {
  const standard = options.interaction.fhir === 'DSTU2' ? dstu2ResourceCheck : stu3ResourceCheck;
  return { resourceCheck: standard, ...options };
}

function rulesFor(interaction: Interaction): readonly TokenRule[] {
  return interaction.fhir === 'DSTU2' ? rules0x : rules1x;
}

const sdsUserSystems = [system.sdsUser, dstu2System.sdsUserInToken];

/** Only for claims that passed rows 16 to 18. */
function subjectOf(claims: UncheckedClaims): TokenSubject {
  const device = objectOf(claims.requesting_device);
  const deviceIdentifier = objectOf(firstOf(device?.identifier));
  const organisation = objectOf(claims.requesting_organization);
  const practitioner = objectOf(claims.requesting_practitioner);
  return {
    odsCode: identifierValue(organisation, odsSystems) ?? '',
    organisationName: textOf(organisation?.name) ?? '',
    device: {
      system: textOf(deviceIdentifier?.system) ?? '',
      value: textOf(deviceIdentifier?.value) ?? '',
      model: textOf(device?.model) ?? '',
      version: textOf(device?.version) ?? '',
    },
    ...(practitioner ? { practitioner: practitionerOf(practitioner) } : {}),
  };
}

function practitionerOf(practitioner: Readonly<Record<string, unknown>>) {
  const role = identifierValue(practitioner, [system.sdsRoleProfile]) ?? jobRole(practitioner);
  return {
    id: textOf(practitioner.id) ?? '',
    sdsUserId: identifierValue(practitioner, sdsUserSystems) ?? '',
    name: spokenName(objectOf(firstOf(practitioner.name) ?? practitioner.name)),
    ...(role === undefined ? {} : { role }),
  };
}

function jobRole(practitioner: Readonly<Record<string, unknown>>): string | undefined {
  const role = objectOf(objectOf(firstOf(practitioner.practitionerRole))?.role);
  return textOf(objectOf(firstOf(role?.coding))?.code);
}

function spokenName(name: Readonly<Record<string, unknown>> | undefined): string {
  return [name?.prefix, name?.given, name?.family]
    .flat()
    .filter((part) => textOf(part) !== undefined)
    .join(' ');
}
