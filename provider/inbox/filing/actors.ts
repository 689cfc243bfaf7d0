// The people and organisations of a message as shared actors of the practice: authorship goes in as it came (SG-05).
import { parseJson } from '@gp-connect/foundation/fhir';
import type { ItkDocument, MessageResource } from '@gp-connect/foundation/itk3';
import { resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { Records } from '../../record/index.ts';
import { authorOf } from '../receiving/proposal.ts';
import { type Actors, actorId, type Made } from './source.ts';

interface Identifier {
  system?: string;
  value?: string;
}

const identifiersOf = (resource: MessageResource): { system: string; value: string }[] =>
  ((resource.identifier as Identifier[] | undefined) ?? []).flatMap(({ system: of, value }) =>
    of === undefined || value === undefined ? [] : [{ system: of, value }],
  );

/** Elements of an actor that are taken over. */
const keptElements: Readonly<Record<string, readonly string[]>> = {
  Organization: ['name', 'telecom', 'address'],
  Practitioner: ['name', 'telecom'],
  PractitionerRole: ['code', 'telecom'],
};

function taken(resource: MessageResource, id: string, more: Record<string, unknown>): Made {
  const kept = Object.fromEntries(
    (keptElements[resource.resourceType] ?? []).flatMap((name) =>
      resource[name] === undefined ? [] : [[name, resource[name]]],
    ),
  );
  const identifier = identifiersOf(resource);
  return {
    resourceType: resource.resourceType,
    id,
    meta: { versionId: '1', profile: [resourceProfile[resource.resourceType]] },
    ...(identifier.length === 0 ? {} : { identifier }),
    ...kept,
    ...more,
  };
}

/** Actors a practice already has under the same number are used as they are. */
export async function actorsOf(records: Records, practice: string, document: ItkDocument): Promise<Actors> {
  const made = new Map<string, Made>();
  const references = new Map<string, { reference: string }>();
  const reference = (resource: Made) => ({ reference: `${resource.resourceType}/${resource.id}` });

  for (const type of ['Organization', 'Practitioner'] as const) {
    for (const { resource, fullUrl } of document.ofType(type)) {
      const known = await knownActor(records, practice, type, resource);
      const actor = known ?? taken(resource, idFor(resource, document), {});
      if (known === undefined) made.set(`${type}/${actor.id}`, actor);
      references.set(fullUrl, reference(actor));
      if (resource.id !== undefined) references.set(`urn:uuid:${resource.id}`, reference(actor));
    }
  }
  for (const { resource } of document.ofType('PractitionerRole')) {
    const [practitioner, organization] = ['practitioner', 'organization'].map((name) =>
      references.get(String((resource[name] as { reference?: string } | undefined)?.reference)),
    );
    if (practitioner === undefined) continue;
    const id = actorId('role', practitioner.reference, organization?.reference ?? '');
    made.set(
      `PractitionerRole/${id}`,
      taken(resource, id, { practitioner, ...(organization === undefined ? {} : { organization }) }),
    );
  }
  const of = (wanted: string | undefined) => {
    const entry = document.resolve(wanted);
    return entry && (references.get(entry.fullUrl) ?? references.get(`urn:uuid:${entry.resource.id ?? ''}`));
  };
  const authors = (document.composition?.author ?? []) as { reference?: string }[];
  const named = authors.map(({ reference: wanted }) => of(wanted));
  const isA = (type: string) => (one: { reference: string } | undefined) =>
    one?.reference.startsWith(`${type}/`);
  const custodian = document.composition?.custodian?.reference;
  return {
    resources: [...made.values()],
    of,
    author: named.find(isA('Practitioner')) ?? firstOf(references, 'Practitioner'),
    organisation: of(custodian) ?? named.find(isA('Organization')) ?? firstOf(references, 'Organization'),
  };
}

const firstOf = (references: ReadonlyMap<string, { reference: string }>, type: string) =>
  [...references.values()].find(({ reference }) => reference.startsWith(`${type}/`));

function idFor(resource: MessageResource, document: ItkDocument): string {
  const [identifier] = identifiersOf(resource);
  if (identifier !== undefined) return actorId(resource.resourceType, identifier.system, identifier.value);
  const { name, organisation } = authorOf(document);
  return actorId(resource.resourceType, name, organisation, JSON.stringify(resource.name ?? ''));
}

async function knownActor(
  records: Records,
  practice: string,
  type: 'Organization' | 'Practitioner',
  resource: MessageResource,
): Promise<Made | undefined> {
  const numbers = new Set<string>([system.odsOrganisation, system.sdsUser, gphc]);
  for (const identifier of identifiersOf(resource)) {
    if (!numbers.has(identifier.system)) continue;
    const [found] = await records.findActors(practice, type, identifier.system, identifier.value);
    if (found !== undefined) return parseJson(found) as Made;
  }
  return undefined;
}

const gphc = 'https://fhir.hl7.org.uk/Id/gphc-number';
