// The messaging products: identifiers, and which spellings and variants a receiver accepts. spec: messaging §1, §2.3

export type ProductId =
  | 'send-document-2'
  | 'send-document-1'
  | 'update-record'
  | 'vaccination'
  | 'emergency-supply'
  | 'minor-illness'
  | 'online-consultation'
  | 'generic';

export type RecipientType = 'FA' | 'FI';

export interface Product {
  readonly id: ProductId;
  readonly name: string;
  readonly state: 'live' | 'retired' | 'draft';
  /** The first is sent; all are accepted. */
  readonly workflowIds: readonly string[];
  readonly event: { readonly code: string; readonly display: string };
  /** The first is sent; all are accepted. */
  readonly messageDefinitions: readonly string[];
  /** The first is sent; all are known. */
  readonly localExtensions: readonly string[];
  /** The first is sent; all are accepted. */
  readonly recipientTypes: readonly RecipientType[];
}

const definition = (tail: string): string => `https://fhir.nhs.uk/STU3/MessageDefinition/${tail}`;
const sendDocumentDefinitions = [
  definition('ITK-GPConnectSendDocument-MessageDefinition-1'),
  definition('ITK-GPConnectSendDocument-MessageDefinition-Instance-1'),
];
const sendDocumentEvent = { code: 'ITK007C', display: 'ITK GP Connect Send Document' };
/** FI is legal in the newer products; published v1 receivers take FA only, ours takes both. */
const actionFirst: readonly RecipientType[] = ['FA', 'FI'];

export const products: readonly Product[] = [
  {
    id: 'send-document-2',
    name: 'Send Document',
    state: 'live',
    workflowIds: ['GPCONNECT_SEND_DOCUMENT'],
    event: sendDocumentEvent,
    messageDefinitions: sendDocumentDefinitions,
    localExtensions: ['None'],
    recipientTypes: actionFirst,
  },
  {
    id: 'send-document-1',
    name: 'Send Document, federated consultation summary',
    state: 'live',
    workflowIds: ['GPFED_CONSULT_REPORT'],
    event: sendDocumentEvent,
    messageDefinitions: sendDocumentDefinitions,
    localExtensions: ['SendDocument-ConsultationReport', 'SendDocument-ConsultationSummary', 'None'],
    recipientTypes: actionFirst,
  },
  {
    id: 'online-consultation',
    name: 'Online Consultation',
    state: 'draft',
    workflowIds: ['DF_ONLINE_CONSULTATION', 'GPFED_CONSULT_REPORT'],
    event: sendDocumentEvent,
    messageDefinitions: sendDocumentDefinitions,
    localExtensions: ['SendDocument-OnlineConsultationReport'],
    recipientTypes: actionFirst,
  },
  {
    id: 'generic',
    name: 'Generic update',
    state: 'draft',
    workflowIds: ['GPFED_CONSULT_REPORT'],
    event: sendDocumentEvent,
    messageDefinitions: sendDocumentDefinitions,
    localExtensions: ['SendDocument-Generic'],
    recipientTypes: actionFirst,
  },
  {
    id: 'update-record',
    name: 'Update Record',
    state: 'live',
    workflowIds: ['GPCONNECT_UPDATE_RECORD'],
    event: { code: 'ITK014M', display: 'ITK Update Record' },
    messageDefinitions: ['https://fhir.nhs.uk/MessageDefinition'],
    localExtensions: ['None'],
    recipientTypes: ['FI', 'FA'],
  },
  {
    id: 'vaccination',
    name: 'Vaccination',
    state: 'live',
    workflowIds: ['DIGMED_FLU_VAC', 'DIGIMED_FLU_VAC'],
    event: { code: 'ITK009D', display: 'ITK Digital Medicine Immunization Document' },
    messageDefinitions: [definition('ITK-DM-Immunization-MessageDefinition-1')],
    localExtensions: ['None'],
    recipientTypes: ['FA'],
  },
  {
    id: 'emergency-supply',
    name: 'Emergency Supply of Medicines',
    state: 'live',
    workflowIds: ['DIGMED_EMG_MED'],
    event: { code: 'ITK010D', display: 'ITK Digital Medicine Emergency Supply Document' },
    messageDefinitions: [definition('ITK-DM-EmergencySupply-MessageDefinition-1')],
    localExtensions: ['None'],
    recipientTypes: ['FA'],
  },
  {
    id: 'minor-illness',
    name: 'Minor Illness document (replaced by Update Record)',
    state: 'retired',
    workflowIds: ['DIGMED_MINOR_ILLNESS_PEM'],
    event: { code: 'ITK013D', display: 'ITK Digital Medicine Minor Illness Document' },
    messageDefinitions: [definition('ITK-DM-MinorIllness-MessageDefinition-1')],
    localExtensions: ['None'],
    recipientTypes: ['FA'],
  },
];

export const responseEvent = { code: 'ITK008M', display: 'ITK Response' } as const;

/** Every event code of ITK-MessageEvent-2, those of other services too: recognised, though not served. */
export const knownEvents: ReadonlySet<string> = new Set([
  ...products.map(({ event }) => event.code),
  responseEvent.code,
  ...['ITK003D', 'ITK004D', 'ITK005D', 'ITK006D', 'ITK011M', 'ITK012M'],
]);

/** The product of that id. */
export function product(id: ProductId): Product {
  return products.find((known) => known.id === id)!;
}

/**
 * The product a message belongs to: by its MESH workflow id and, where several share one, its LocalExtension.
 * Undefined for a workflow that is none of ours.
 */
export function productOf(workflowId: string, localExtension?: string): Product | undefined {
  const sharing = products.filter(({ workflowIds }) => workflowIds.includes(workflowId));
  return sharing.find(({ localExtensions }) => localExtensions.includes(localExtension ?? '')) ?? sharing[0];
}

const acknowledgement = '_ACK';

/** The workflow id of the responses to a workflow, in the spelling of the request. */
export function responseWorkflow(workflowId: string): string {
  return workflowId + acknowledgement;
}

/** The workflow that a response workflow answers; undefined if it is no response workflow of a known product. */
export function answeredWorkflow(workflowId: string): string | undefined {
  if (!workflowId.endsWith(acknowledgement)) return undefined;
  const base = workflowId.slice(0, -acknowledgement.length);
  return productOf(base) === undefined ? undefined : base;
}

/** Whether a message definition is another version of one the product knows (`…-MessageDefinition-2`). */
export function isOtherVersion(known: Product, reference: string): boolean {
  const stem = (text: string): string => text.replace(/(?:[-|/](?:Instance-)?v?\d+(?:\.\d+)*)+$/, '');
  return known.messageDefinitions.some(
    (accepted) => accepted !== reference && stem(accepted) === stem(reference),
  );
}
