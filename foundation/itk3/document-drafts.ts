// The draft products, read for interoperability and never filed by themselves. spec: messaging §8

import type { DocumentModel } from './document-model.ts';
import { compositionRules, patientRules } from './shared-element-tables.ts';

export const draftModel: DocumentModel = {
  open: true,
  resources: {
    Composition: { profiles: [], min: 1, max: 1, rules: compositionRules },
    Patient: { profiles: [], min: 1, max: 1, rules: patientRules },
  },
  wholes: [],
};
