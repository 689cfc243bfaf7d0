// Practitioners, organisations and locations as the Foundations server sends them: only what the contract populates.
// spec: foundations §11.6, §11.8, §11.9
import { type JsonResource, parseJson, type Resource } from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';

type Members = Record<string, unknown>;

interface ActorRules {
  readonly notSent: readonly string[];
  readonly extensions: readonly string[];
  /** Identifier systems that leave; undefined for all that have system and value. */
  readonly identifiers?: readonly string[];
  /** At most one identifier of this system. */
  readonly single?: string;
}

const rules: Readonly<Record<string, ActorRules>> = {
  Practitioner: {
    notSent: ['telecom', 'address', 'birthDate', 'photo', 'qualification', 'communication'],
    extensions: [nhsProfile('Extension-CareConnect-GPC-NHSCommunication-1')],
    identifiers: [system.sdsUser, system.sdsRoleProfile, system.gmp],
    single: system.sdsUser,
  },
  Organization: {
    notSent: ['contact', 'endpoint'],
    extensions: [
      nhsProfile('Extension-CareConnect-GPC-MainLocation-1'),
      'http://hl7.org/fhir/StructureDefinition/organization-period',
    ],
    single: system.odsOrganisation,
  },
  // Only inside bundles, where places and services are not sent. spec: access-document §4.3
  PractitionerRole: {
    notSent: ['location', 'healthcareService', 'telecom', 'availableTime', 'notAvailable', 'endpoint'],
    extensions: [],
  },
  Location: { notSent: ['endpoint', 'mode'], extensions: [], single: system.odsSite },
};

const objects = (value: unknown): Members[] => (Array.isArray(value) ? (value as Members[]) : []);

/** The actor of stored JSON text in wire form. */
export function wireActor(json: string): Resource {
  const resource = parseJson(json);
  const rule = rules[resource.resourceType];
  if (rule === undefined) throw new RangeError(`${resource.resourceType} is not sent by this server`);
  const meta = (resource.meta ?? {}) as Members;
  resource.meta = { versionId: meta.versionId ?? '1', profile: [resourceProfile[resource.resourceType]] };
  for (const name of rule.notSent) delete resource[name];
  replace(
    resource,
    'extension',
    objects(resource.extension).filter(({ url }) => rule.extensions.includes(String(url))),
  );
  replace(resource, 'identifier', identifiersOf(resource, rule));
  return resource as unknown as Resource;
}

function identifiersOf(resource: JsonResource, { identifiers, single }: ActorRules): Members[] {
  let seen = false;
  return objects(resource.identifier).filter((identifier) => {
    if (typeof identifier.system !== 'string' || typeof identifier.value !== 'string') return false;
    if (identifiers && !identifiers.includes(identifier.system)) return false;
    if (identifier.system !== single) return true;
    const first = !seen;
    seen = true;
    return first;
  });
}

function replace(resource: JsonResource, name: string, items: Members[]): void {
  if (items.length === 0) delete resource[name];
  else resource[name] = items;
}
