// What the document of each product may hold: resource types, profiles, cardinality, element tables.
// spec: messaging §5.2, §6.1, §6.2, §7

import { emergencySupplyModel, vaccinationModel } from './document-digital-medicines.ts';
import { draftModel } from './document-drafts.ts';
import { sendDocumentModel } from './document-send.ts';
import { updateRecordModel } from './document-update-record.ts';
import type { ElementFault, ElementRule } from './element-rules.ts';
import type { ItkDocument } from './message.ts';
import type { ProductId } from './products.ts';

export interface ResourceModel {
  /** The first is sent; all are accepted. */
  readonly profiles: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly rules: readonly ElementRule[];
}

export interface DocumentModel {
  /** By resource type; anything else is refused, 20009 not-supported, unless `open`. */
  readonly resources: Readonly<Record<string, ResourceModel>>;
  /** Other resource types are let through. */
  readonly open?: boolean;
  /** Resource types that must name their profile; `Bundle` is both bundles. Elsewhere a missing one is noted. */
  readonly profiled?: readonly string[];
  /** Rules over the document as a whole. */
  readonly wholes: readonly ((document: ItkDocument) => ElementFault | undefined)[];
}

const models: Readonly<Record<ProductId, DocumentModel>> = {
  'send-document-2': sendDocumentModel,
  'send-document-1': sendDocumentModel,
  'update-record': updateRecordModel,
  vaccination: vaccinationModel,
  'emergency-supply': emergencySupplyModel,
  'minor-illness': draftModel,
  'online-consultation': draftModel,
  generic: draftModel,
};

/** The document model of a product. */
export function documentModel(product: ProductId): DocumentModel {
  return models[product];
}
