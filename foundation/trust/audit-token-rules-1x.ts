// The validation table of the 1.x (STU3) audit token, in the order in which the first failure wins.
// spec: foundations §7.3, §7.4
import { dstu2System, interactionId, system } from '../nhs/index.ts';
import { LEGACY_AUDIENCE } from './audit-claims.ts';
import {
  deviceParts,
  isMigration,
  partsRule,
  presenceRule,
  structureRule,
  subjectRule,
  type TokenRule,
  timeRules,
  typeRule,
} from './audit-token-rule.ts';
import { firstOf, identifierValue, isEmpty, objectOf } from './claim-shapes.ts';

/** ODS codes are read in the new and in the old system. */
export const odsSystems = [system.odsOrganisation, dstu2System.odsOrganisation];

const accessScopes = ['patient/*.read', 'patient/*.write', 'organization/*.read', 'organization/*.write'];
/** Interactions whose token may say `conf/R`; it means something in the two migrations only (§7.4). */
const restrictedMayBeAsked: ReadonlySet<string> = new Set([
  interactionId.structuredRecord,
  interactionId.migrateStructuredRecord,
  interactionId.documentsSearch,
  interactionId.documentsRead,
  interactionId.documentsMigrate,
]);

/** `patient/*.read conf/R` in its two parts; null where it is not of that form. */
export function readScope(scope: unknown): { access: string; confidentiality: 'N' | 'R' | null } | null {
  if (typeof scope !== 'string') return null;
  const [access = '', confidentiality, ...more] = scope.split(' ');
  if (more.length > 0 || !accessScopes.includes(access)) return null;
  if (confidentiality === undefined) return { access, confidentiality: null };
  if (confidentiality === 'conf/N') return { access, confidentiality: 'N' };
  return confidentiality === 'conf/R' ? { access, confidentiality: 'R' } : null;
}

function sameRoot(one: string, other: string): boolean {
  if (one === other) return true;
  const plain = (url: string) =>
    url.replace(/^https?:\/\/[^/]*/i, (origin) => origin.toLowerCase()).replace(/\/$/, '');
  return plain(one) === plain(other);
}

export const rules1x: readonly TokenRule[] = [
  presenceRule([
    'iss',
    'sub',
    'aud',
    'iat',
    'exp',
    'reason_for_request',
    'requested_scope',
    'requesting_device',
    'requesting_organization',
    'requesting_practitioner',
  ]),
  ...timeRules,
  {
    row: 11,
    code: 'BAD_REQUEST',
    router: false,
    check({ aud, requested_record }, { serviceRoot, strictAudience }, { faults, warnings }) {
      if (requested_record !== undefined) warnings.push('requested_record is not part of a 1.x token');
      if (serviceRoot === undefined) return;
      if (sameRoot(aud as string, serviceRoot) || sameRoot(aud as string, LEGACY_AUDIENCE)) return;
      if (strictAudience) faults.push('The claim aud is not the service root of this server');
      else warnings.push('aud is not the service root of this server');
    },
  },
  {
    row: 12,
    code: 'BAD_REQUEST',
    router: true,
    check({ reason_for_request: reason }, { interaction }, { faults }) {
      if (isEmpty(reason)) return;
      if (reason !== 'directcare' && reason !== 'migration') {
        faults.push('The claim reason_for_request is neither directcare nor migration');
      } else if (reason === 'migration' && !isMigration(interaction)) {
        faults.push('The claim reason_for_request is migration for an interaction that does not migrate');
      } else if (reason === 'directcare' && interaction.id === interactionId.migrateStructuredRecord) {
        faults.push('The claim reason_for_request is not migration');
      }
    },
  },
  {
    row: 13,
    code: 'BAD_REQUEST',
    router: false,
    check({ requested_scope }, { interaction }, { faults }) {
      const scope = readScope(requested_scope);
      if (!scope) faults.push('The claim requested_scope is not a known scope');
      else if (scope.access !== interaction.scope) {
        faults.push(`The claim requested_scope is not ${interaction.scope}, which this interaction needs`);
      } else if (scope.confidentiality === 'R' && !restrictedMayBeAsked.has(interaction.id)) {
        faults.push('The claim requested_scope asks for restricted data of an interaction that has none');
      }
    },
  },
  structureRule,
  typeRule,
  partsRule(16, 'requesting_device', deviceParts),
  partsRule(17, 'requesting_organization', {
    name: (organisation) => organisation.name,
    'identifier (ODS code)': (organisation) => identifierValue(organisation, odsSystems),
  }),
  partsRule(18, 'requesting_practitioner', {
    id: (practitioner) => practitioner.id,
    'name[0].family': (practitioner) => objectOf(firstOf(practitioner.name))?.family,
    'name[0].given[0]': (practitioner) => firstOf(objectOf(firstOf(practitioner.name))?.given),
    'identifier (SDS user id)': (practitioner) => identifierValue(practitioner, [system.sdsUser]),
  }),
  subjectRule,
];
