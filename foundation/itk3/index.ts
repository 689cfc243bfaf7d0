// The ITK3 envelope both sides speak: products, messages, documents, responses. spec: messaging §1–§8
export * from './addresses.ts';
export * from './attachments.ts';
export { type ComposedEnvelope, composeMessage, type EnvelopeFields } from './compose.ts';
export {
  digitalMedicinesTypes,
  emergencySupplySections,
  type SectionKind,
  sectionsOf,
  vaccinationSections,
} from './document-digital-medicines.ts';
export { type DocumentModel, documentModel, type ResourceModel } from './document-model.ts';
export { attachmentEntries, documentTypes } from './document-send.ts';
export type { ElementFault, ElementRule, IssueCode } from './element-rules.ts';
export type * from './message.ts';
export * from './pharmacy-services.ts';
export * from './products.ts';
export { idsOf, readMessage } from './read-message.ts';
export { receive, receiveSteps } from './receive.ts';
export {
  type Arrival,
  type Attachment,
  diagnosticsOf,
  type Fault,
  type Outcome,
  type ReceivePorts,
  type ReceiveStep,
  type Refusal,
} from './receive-run.ts';
export * from './response.ts';
export { type Acknowledgement, patientMatched, type ResponseCode, responseCodes } from './response-codes.ts';
export { htmlToText, safeHtml } from './safe-html.ts';
export { documentType } from './shared-element-tables.ts';
export * from './systems.ts';
