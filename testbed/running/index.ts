// A whole England on one machine.

export { type ProviderAdministration, providerAdministrations, rulePackKey } from './administrations.ts';
export { type Caller, gatewayLog, openCaller, runningChoices } from './caller.ts';
export { ServiceFailedError } from './children.ts';
export { DEFAULT_PORT_BASE, PORTS_TAKEN, type Ports, portsFrom } from './ports.ts';
export {
  type MeshAccount,
  meshAccount,
  type PracticeAccount,
  practiceAccount,
  type ScriptedOrganisation,
  scriptedOrganisation,
} from './script-accounts.ts';
export { CannotStartError, type RunningEngland, type StartOptions, startEngland } from './start.ts';
