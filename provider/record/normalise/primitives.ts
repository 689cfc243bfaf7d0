// Rules for single values: what live systems write that FHIR, or the contract, writes otherwise.
// spec: access-record-structured §10.1 (userSelected), §10.2 (trailing space), §18; foundations §9.4, §11.2
import { decimalFrom } from '@gp-connect/foundation/fhir';
import type { ElementDefinition } from './definitions.ts';

export interface ValueRule {
  readonly name: string;
  /** The value as it should be; undefined where the rule does not apply. */
  readonly apply: (value: string, element: ElementDefinition) => unknown;
}

const numeric: ReadonlySet<string> = new Set(['decimal', 'integer', 'unsignedInt', 'positiveInt']);
const addresses: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'canonical']);
const nhsHosts = /^http:\/\/(fhir\.nhs\.uk|fhir\.hl7\.org\.uk)\//;

/** Systems that printed examples shorten. spec: foundations §11.2 */
const shortenedSystems: Readonly<Record<string, string>> = {
  'https://fhir.nhs.uk/CareConnect-NHSNumberVerificationStatus-1':
    'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1',
  'https://fhir.nhs.uk/CareConnect-RegistrationType-1':
    'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-RegistrationType-1',
  'http://fhir.nhs.net/Id/nhs-number': 'https://fhir.nhs.uk/Id/nhs-number',
  'http://fhir.nhs.net/Id/ods-organization-code': 'https://fhir.nhs.uk/Id/ods-organization-code',
};

export const valueRules: readonly ValueRule[] = [
  {
    name: 'boolean-as-text',
    apply: (value, { type }) =>
      type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() === 'true' : undefined,
  },
  {
    name: 'number-as-text',
    apply: (value, { type }) => (numeric.has(type) ? decimalFrom(value.trim()) : undefined),
  },
  {
    name: 'space-around-value',
    apply: (value, { type }) =>
      (addresses.has(type) || type === 'code' || type === 'id') && value !== value.trim()
        ? value.trim()
        : undefined,
  },
  {
    name: 'http-address',
    apply: (value, { type }) =>
      addresses.has(type) && nhsHosts.test(value) ? value.replace(/^http:/, 'https:') : undefined,
  },
  {
    name: 'shortened-system',
    apply: (value, { name, type }) =>
      type === 'uri' && name === 'system' ? shortenedSystems[value] : undefined,
  },
];
