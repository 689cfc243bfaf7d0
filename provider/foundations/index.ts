// What every capability of a provider stands on: service roots, the checks of a request, answers, Foundations itself.
export { type Answer, drained, resourceAnswer, send, takesGzip } from './answer.ts';
export { capabilityStatement, foundationsCapability, type SoftwareIdentity } from './capability.ts';
export {
  type CheckedRequest,
  type CheckSettings,
  checkEnabled,
  checkRequest,
  header,
  type IncomingRequest,
  type Progress,
} from './checks.ts';
export {
  findOrganisation,
  findPatient,
  findPractitioner,
  isActiveAndVerified,
  readActor,
  readPatient,
  readWirePatient,
} from './people-and-places.ts';
export { searchNhsNumber } from './search-identifier.ts';
export { searchset } from './searchset.ts';
export { type Address, addressOf, type RoutingSegments } from './service-root.ts';
export { wireActor } from './wire-actor.ts';
export { shapePatient, wirePatient } from './wire-patient.ts';
