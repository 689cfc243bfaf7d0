// The validation table of the 0.x (DSTU2) audit token, used by Access Record HTML.
// spec: foundations §7.5; access-record-html §3
import { dstu2System, interactionId } from '../nhs/index.ts';
import { LEGACY_AUDIENCE } from './audit-claims.ts';
import {
  deviceParts,
  partsRule,
  presenceRule,
  structureRule,
  subjectRule,
  type TokenRule,
  timeRules,
  typeRule,
} from './audit-token-rule.ts';
import { firstOf, identifierValue, isEmpty, objectOf } from './claim-shapes.ts';

/** What the record asked for must be identified by, by its type. */
const recordSystem = {
  Patient: dstu2System.nhsNumber,
  Organization: dstu2System.odsOrganisation,
} as const;

/**
 * As 1.x, except: eleven claims, a fixed audience, direct care only, one bare scope, ids on all resources, and a
 * wrong resource type (row 15) is found before a wrong structure (row 14). Row 20 is `requested_record`.
 */
export const rules0x: readonly TokenRule[] = [
  presenceRule([
    'iss',
    'sub',
    'aud',
    'iat',
    'exp',
    'reason_for_request',
    'requested_scope',
    'requested_record',
    'requesting_device',
    'requesting_organization',
    'requesting_practitioner',
  ]),
  ...timeRules,
  {
    row: 11,
    code: 'BAD_REQUEST',
    router: false,
    check({ aud }, _context, { faults }) {
      if (aud !== LEGACY_AUDIENCE) faults.push(`The claim aud is not ${LEGACY_AUDIENCE}`);
    },
  },
  {
    row: 12,
    code: 'BAD_REQUEST',
    router: true,
    check({ reason_for_request: reason }, _context, { faults }) {
      if (!isEmpty(reason) && reason !== 'directcare') {
        faults.push('The claim reason_for_request is not directcare');
      }
    },
  },
  {
    row: 13,
    code: 'BAD_REQUEST',
    router: false,
    check({ requested_scope }, { interaction }, { faults }) {
      if (requested_scope !== interaction.scope) {
        faults.push(`The claim requested_scope is not ${interaction.scope}, which this interaction needs`);
      }
    },
  },
  typeRule,
  structureRule,
  partsRule(16, 'requesting_device', { id: (device) => device.id, ...deviceParts }),
  partsRule(17, 'requesting_organization', {
    id: (organisation) => organisation.id,
    name: (organisation) => organisation.name,
    'identifier (ODS code)': (organisation) => identifierValue(organisation, [dstu2System.odsOrganisation]),
  }),
  partsRule(18, 'requesting_practitioner', {
    id: (practitioner) => practitioner.id,
    'name.family[0]': (practitioner) => firstOf(objectOf(practitioner.name)?.family),
    'name.given[0]': (practitioner) => firstOf(objectOf(practitioner.name)?.given),
    'identifier (SDS user id)': (practitioner) => identifierValue(practitioner, [dstu2System.sdsUserInToken]),
  }),
  subjectRule,
  {
    row: 20,
    code: 'BAD_REQUEST',
    router: false,
    check({ requested_record: record }, { interaction }, { faults }) {
      const expected = interaction.id === interactionId.careRecordHtml ? 'Patient' : 'Organization';
      if (objectOf(record)?.resourceType !== expected) {
        faults.push(`The claim requested_record is not of type ${expected}`);
      } else if (identifierValue(record, [recordSystem[expected]]) === undefined) {
        faults.push(`requested_record.identifier (${recordSystem[expected]}) is missing or empty`);
      }
    },
  },
];
