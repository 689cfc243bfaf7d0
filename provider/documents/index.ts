// Access Document: what the provider's server may use.
export { documentsCapability } from './capability.ts';
export { findDocumentsPatient } from './find-patient.ts';
export { retrieveDocument } from './retrieve.ts';
export { searchDocuments } from './search.ts';
export { includes as documentIncludes, revInclude as documentRevInclude } from './search-parameters.ts';
