// The client library: what a consumer product needs to ask for a GP record.
export { type Connections, openConnections, ServiceUnavailableError } from './connections.ts';
export {
  type Directory,
  type DirectorySettings,
  openDirectory,
  type ServiceEndpoint,
  type TracedPatient,
  type TraceProblem,
  traced,
} from './directory.ts';
export {
  byPatient,
  type ConsumerProduct,
  type GatewayAnswer,
  type ProxiedRequest,
  type RequestingUser,
  throughProxy,
} from './gateway.ts';
export {
  type RecordAnswer,
  recordAnswer,
  UnusableAnswerError,
  type UnusableReason,
} from './record-answer.ts';
export { RequestRefusedError, refusalOf } from './refusal.ts';
export { type RecordQuestion, structuredParameters } from './structured-parameters.ts';
