// Builds the message Bundle around a document: header, sender, document bundle, in the published order.
// spec: messaging §2.1–§2.4
import { type Bundle, type Extension, londonDateTime, type MessageHeader } from '../fhir/index.ts';
import { system } from '../nhs/index.ts';
import { documentModel } from './document-model.ts';
import type { MessageResource } from './message.ts';
import { type ProductId, product, type RecipientType } from './products.ts';
import { itkExtension, itkProfile, itkSystem } from './systems.ts';

export interface EnvelopeFields {
  readonly product: ProductId;
  readonly recipientType?: RecipientType;
  readonly localExtension?: string;
  /** ODS code of the sending organisation. */
  readonly senderOds: string;
  readonly senderMailbox: string;
  /** Unique id of the activity; echoed by every response. */
  readonly senderReference: string;
  /** When the message is made. */
  readonly at: Date;
  /** Lower-case uuids, a new one each time. */
  readonly newId: () => string;
}

export interface ComposedEnvelope {
  readonly bundle: Bundle;
  readonly messageId: string;
  readonly messageIdentifier: string;
}

const recipientDisplay: Record<RecipientType, string> = { FA: 'For Action', FI: 'For Information' };

export interface HandlingFields {
  readonly acknowledgements: boolean;
  readonly recipientType: string;
  readonly messageDefinition: string;
  readonly senderReference: string;
  readonly localExtension: string;
}

/** The ITKMessageHandling extension, all six sub-extensions. */
export function handlingExtension(fields: HandlingFields): Extension {
  const display = recipientDisplay[fields.recipientType as RecipientType];
  return {
    url: itkExtension.handling,
    extension: [
      { url: 'BusAckRequested', valueBoolean: fields.acknowledgements },
      { url: 'InfAckRequested', valueBoolean: fields.acknowledgements },
      {
        url: 'RecipientType',
        valueCoding: {
          system: itkSystem.recipientType,
          code: fields.recipientType,
          ...(display === undefined ? {} : { display }),
        },
      },
      { url: 'MessageDefinition', valueReference: { reference: fields.messageDefinition } },
      { url: 'SenderReference', valueString: fields.senderReference },
      { url: 'LocalExtension', valueString: fields.localExtension },
    ],
  };
}

/** The Organization that stands in a header: its ODS code and nothing else. */
export function headerOrganisation(id: string, ods: string): MessageResource {
  return {
    resourceType: 'Organization',
    id,
    meta: { profile: [itkProfile.headerOrganisation] },
    identifier: [{ system: system.odsOrganisation, value: ods }],
  };
}

const urn = (id: string): string => `urn:uuid:${id}`;

/** The profile a resource carries in the documents of a product; undefined where the product names none. */
function withProfile(resource: MessageResource, productId: ProductId): MessageResource {
  const profile = documentModel(productId).resources[resource.resourceType]?.profiles[0];
  if (profile === undefined) return resource;
  const meta = resource.meta as object | undefined;
  return { ...resource, meta: { ...meta, profile: [profile] } };
}

/**
 * A message around the resources of a document. The Composition comes first; every resource has a uuid as id and
 * refers to others as `urn:uuid:{id}`. Profiles are set from the product's table.
 */
export function composeMessage(
  fields: EnvelopeFields,
  resources: readonly MessageResource[],
): ComposedEnvelope {
  const kind = product(fields.product);
  const { newId } = fields;
  const [identifier, messageId, organisationId, documentId] = [newId(), newId(), newId(), newId()];
  const lastUpdated = londonDateTime(fields.at);
  const ordered = [
    ...resources.filter(({ resourceType }) => resourceType === 'Composition'),
    ...resources.filter(({ resourceType }) => resourceType !== 'Composition'),
  ];
  const header: MessageHeader = {
    resourceType: 'MessageHeader',
    id: messageId,
    meta: { profile: [itkProfile.header] },
    extension: [
      handlingExtension({
        acknowledgements: true,
        recipientType: fields.recipientType ?? kind.recipientTypes[0]!,
        messageDefinition: kind.messageDefinitions[0]!,
        senderReference: fields.senderReference,
        localExtension: fields.localExtension ?? kind.localExtensions[0]!,
      }),
    ],
    event: { system: itkSystem.event, ...kind.event },
    sender: { reference: urn(organisationId) },
    timestamp: lastUpdated,
    source: { endpoint: fields.senderMailbox },
    focus: [{ reference: urn(documentId) }],
  };
  const document = {
    resourceType: 'Bundle',
    id: documentId,
    meta: { lastUpdated, profile: [itkProfile.documentBundle] },
    identifier: { system: itkSystem.uuid, value: documentId },
    type: 'document',
    entry: ordered.map((resource) => ({
      fullUrl: urn(resource.id!),
      resource: withProfile(resource, fields.product),
    })),
  };
  return {
    messageId,
    messageIdentifier: identifier,
    bundle: messageBundle(identifier, lastUpdated, [
      header as unknown as MessageResource,
      headerOrganisation(organisationId, fields.senderOds),
      document as unknown as MessageResource,
    ]),
  };
}

/** A message Bundle of the given entries. */
export function messageBundle(
  identifier: string,
  lastUpdated: string,
  resources: readonly MessageResource[],
): Bundle {
  return {
    resourceType: 'Bundle',
    meta: { lastUpdated, profile: [itkProfile.messageBundle] },
    identifier: { system: itkSystem.uuid, value: identifier },
    type: 'message',
    entry: resources.map((resource) => ({ fullUrl: urn(resource.id!), resource })),
  } as unknown as Bundle;
}
