// A validation rule of the audit token, and the rules that 1.x and 0.x share.
// spec: foundations §7.3; national-service RTE-10
import { type ErrorCode, type Interaction, interactionId } from '../nhs/index.ts';
import { TOKEN_SECONDS } from './audit-claims.ts';
import type { UncheckedClaims } from './audit-token.ts';
import { firstOf, isEmpty, objectOf, textOf } from './claim-shapes.ts';
import type { ResourceCheck } from './resource-check.ts';

/** What the claims are checked against. */
export interface TokenContext {
  readonly interaction: Interaction;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** The service root this server answers at, for row 11. */
  readonly serviceRoot?: string;
  /** Refuse an `aud` that is neither the service root nor the legacy constant; off by default (row 11). */
  readonly strictAudience?: boolean;
  /** Refuse an `iat` further ahead than this; off by default (row 10). */
  readonly furthestFutureSeconds?: number;
  readonly resourceCheck: ResourceCheck;
}

/** Collects what a row finds. Warnings go to the audit and never refuse. */
export interface Findings {
  readonly faults: string[];
  readonly warnings: string[];
}

export interface TokenRule {
  /** Row of foundations §7.3 (rows 1–5 are the decoding). */
  readonly row: number;
  readonly code: ErrorCode;
  /** Also checked by the router, which collects all faults (RTE-10). */
  readonly router: boolean;
  readonly check: (claims: UncheckedClaims, context: TokenContext, findings: Findings) => void;
}

const RESOURCES = ['requesting_device', 'requesting_organization', 'requesting_practitioner'] as const;
const TEXT_CLAIMS = ['iss', 'sub', 'aud', 'reason_for_request', 'requested_scope'];
const FAR_AHEAD_SECONDS = 300;

const expectedType = {
  requesting_device: 'Device',
  requesting_organization: 'Organization',
  requesting_practitioner: 'Practitioner',
} as const;

/** Rows 20 and 25 of the interaction table: migrations, which may come from a system without a user. */
const migrations: ReadonlySet<string> = new Set([
  interactionId.migrateStructuredRecord,
  interactionId.documentsMigrate,
]);

export const isMigration = (interaction: Interaction): boolean => migrations.has(interaction.id);

/** Row 6: presence of each claim, and text where text belongs. */
export function presenceRule(required: readonly string[]): TokenRule {
  return {
    row: 6,
    code: 'BAD_REQUEST',
    router: true,
    check(claims, { interaction }, { faults }) {
      for (const claim of required) {
        const value = claims[claim];
        if (isEmpty(value)) {
          if (value === undefined && claim === 'requesting_practitioner' && isMigration(interaction))
            continue;
          faults.push(`The claim ${claim} is missing or empty`);
        } else if (TEXT_CLAIMS.includes(claim) && typeof value !== 'string') {
          faults.push(`The claim ${claim} is not a string`);
        }
      }
    },
  };
}

/** Rows 7 to 10: the times. A future `iat` is accepted, however far, unless a limit is set. */
export const timeRules: readonly TokenRule[] = [
  {
    row: 7,
    code: 'BAD_REQUEST',
    router: true,
    check(claims, _context, { faults }) {
      for (const claim of ['iat', 'exp']) {
        if (!isEmpty(claims[claim]) && !Number.isSafeInteger(claims[claim])) {
          faults.push(`The claim ${claim} is not a whole number of seconds`);
        }
      }
    },
  },
  {
    row: 8,
    code: 'BAD_REQUEST',
    router: true,
    check({ iat, exp }, _context, { faults }) {
      if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return;
      if ((exp as number) - (iat as number) !== TOKEN_SECONDS) {
        faults.push(`The claim exp is not exactly ${TOKEN_SECONDS} seconds after iat`);
      }
    },
  },
  {
    row: 9,
    code: 'BAD_REQUEST',
    router: true,
    check({ exp }, { now }, { faults }) {
      if (Number.isSafeInteger(exp) && now >= (exp as number) * 1000) faults.push('The token has expired');
    },
  },
  {
    row: 10,
    code: 'BAD_REQUEST',
    router: false,
    check({ iat }, { now, furthestFutureSeconds }, { faults, warnings }) {
      const ahead = (iat as number) - now / 1000;
      if (furthestFutureSeconds !== undefined && ahead > furthestFutureSeconds) {
        faults.push('The claim iat is too far in the future');
      } else if (ahead > FAR_AHEAD_SECONDS) {
        warnings.push('iat is more than 5 minutes in the future');
      }
    },
  },
];

/** Row 19: the token's subject is the practitioner. */
export const subjectRule: TokenRule = {
  row: 19,
  code: 'BAD_REQUEST',
  router: true,
  check({ sub, requesting_practitioner }, _context, { faults }) {
    const id = textOf(objectOf(requesting_practitioner)?.id);
    if (id !== undefined && textOf(sub) !== undefined && sub !== id) {
      faults.push('The claim sub is not the id of requesting_practitioner');
    }
  },
};

/** Strict structure of the three resources, by the check of the FHIR version spoken. */
export const structureRule: TokenRule = {
  row: 14,
  code: 'INVALID_RESOURCE',
  router: false,
  check(claims, { resourceCheck }, { faults }) {
    for (const claim of RESOURCES) {
      const value = claims[claim];
      if (value === undefined) continue;
      const resource = objectOf(value);
      const problem = resource ? resourceCheck(resource)[0] : { path: claim, reason: 'not a resource' };
      if (problem) {
        faults.push(`The claim ${claim} is not a valid FHIR resource: ${problem.path} ${problem.reason}`);
      }
    }
  },
};

export const typeRule: TokenRule = {
  row: 15,
  code: 'BAD_REQUEST',
  router: false,
  check(claims, _context, { faults }) {
    for (const claim of RESOURCES) {
      const resource = claims[claim];
      if (resource !== undefined && objectOf(resource)?.resourceType !== expectedType[claim]) {
        faults.push(`The claim ${claim} is not of type ${expectedType[claim]}`);
      }
    }
  },
};

/** A rule of rows 16 to 18: which of the named parts a resource lacks. Silent where the claim is absent (row 6). */
export function partsRule(
  row: number,
  claim: (typeof RESOURCES)[number],
  parts: Readonly<Record<string, (resource: Readonly<Record<string, unknown>>) => unknown>>,
): TokenRule {
  const entries = Object.entries(parts);
  return {
    row,
    code: 'BAD_REQUEST',
    router: true,
    check(claims, _context, { faults }) {
      const value = claims[claim];
      if (isEmpty(value)) return;
      const resource = objectOf(value) ?? {};
      for (const [part, find] of entries) {
        if (textOf(find(resource)) === undefined) faults.push(`${claim}.${part} is missing or empty`);
      }
    },
  };
}

export const deviceParts = {
  'identifier[0].system': (device: Readonly<Record<string, unknown>>) =>
    objectOf(firstOf(device.identifier))?.system,
  'identifier[0].value': (device: Readonly<Record<string, unknown>>) =>
    objectOf(firstOf(device.identifier))?.value,
  model: (device: Readonly<Record<string, unknown>>) => device.model,
  version: (device: Readonly<Record<string, unknown>>) => device.version,
};
