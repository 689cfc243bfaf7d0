// Every coded statement of a message with the place it stands in: what the terminology rules walk over. spec: messaging §10.3
import type { CodeableConcept } from '../fhir/index.ts';
import type { UpdateRecordContent } from './content.ts';

export type Place =
  | 'observation'
  | 'component'
  | 'bodySite'
  | 'condition'
  | 'medication'
  | 'quantityUnit'
  | 'route'
  | 'encounterType'
  | 'service';

export interface CodedItem {
  readonly ref: string;
  readonly place: Place;
  readonly concept: CodeableConcept;
}

/** The value set whose members are the siblings of a place: a display that belongs to another of them is a contradiction. */
export const siblingsOf: Readonly<Record<Place, string | undefined>> = {
  observation: 'update-record-observation',
  component: 'blood-pressure-component',
  bodySite: 'limb-site',
  condition: 'presenting-complaint',
  medication: 'medicinal-product',
  quantityUnit: undefined,
  route: undefined,
  encounterType: undefined,
  service: 'update-record-service',
};

/** The coded statements in the order of the message. */
export function codedItemsOf(content: UpdateRecordContent): CodedItem[] {
  const items: CodedItem[] = [];
  const add = (ref: string, place: Place, concept: CodeableConcept | undefined): void => {
    if (concept !== undefined) items.push({ ref, place, concept });
  };
  add(content.composition.fullUrl, 'service', content.composition.resource.type);
  for (const type of content.encounter.resource.type ?? [])
    add(content.encounter.fullUrl, 'encounterType', type);
  for (const { fullUrl, resource } of content.observations) {
    add(fullUrl, 'observation', resource.code);
    add(fullUrl, 'bodySite', resource.bodySite);
    for (const component of resource.component ?? []) add(fullUrl, 'component', component.code);
  }
  for (const { fullUrl, resource } of content.conditions) add(fullUrl, 'condition', resource.code);
  for (const { fullUrl, resource } of content.medicationDispenses) {
    add(fullUrl, 'medication', resource.medicationCodeableConcept);
    const { system, code, unit } = resource.quantity ?? {};
    if (system !== undefined && code !== undefined) {
      add(fullUrl, 'quantityUnit', {
        coding: [{ system, code, ...(unit === undefined ? {} : { display: unit }) }],
      });
    }
    for (const { route } of resource.dosageInstruction ?? []) add(fullUrl, 'route', route);
  }
  return items;
}
