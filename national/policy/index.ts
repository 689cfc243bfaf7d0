// Policy: products, switches, arrangements, use cases, and the decision over them.
export {
  appendChange,
  type Change,
  type HistoryEntry,
  lockVersion,
  type Reason,
  readChanges,
  readHistory,
  readVersion,
} from './changes.ts';
export { type Allowed, type Decision, decide, decideCaller, decideEnablement } from './decide.ts';
export { type DecisionRequest, type DecisionSnapshot, isMetadata, type Refused } from './decision.ts';
export { type Effective, type EffectiveState, effectiveState, type SwitchLookup } from './effective-state.ts';
export { versionOfIfMatch } from './if-match.ts';
export {
  careSettings,
  type OrganisationType,
  organisationTypeById,
  organisationTypes,
  type Permission,
  permissionOf,
  retiredCareSettings,
} from './organisation-types.ts';
export { answerProblem, type FieldError, Problem } from './problem.ts';
export {
  foundationsProduct,
  globalSwitch,
  type Product,
  pharmacyServices,
  productById,
  products,
} from './products.ts';
export {
  type PublishedStatus,
  type PublishedSupplier,
  publishedCapabilities,
  publishedStatus,
} from './published-status.ts';
export { type OperatorRoutes, operatorRoutes } from './routes.ts';
export {
  changeAgreement,
  changeBlock,
  changePair,
  changeSwitch,
  policyMigrations,
  readPolicy,
  StaleSwitch,
  unmovedSwitch,
  writeSwitches,
} from './store.ts';
export { type Actor, moveSwitch, type RequestedState, SwitchRefusal, type SwitchRequest } from './switch.ts';
export { parsePage } from './switch-body.ts';
export type * from './types.ts';
