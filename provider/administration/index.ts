// Administration of a provider deployment from the machine itself: import of records, hosted practices, switches.
export {
  type Administration,
  AdministrationError,
  type HostedPracticeSummary,
  type ImportedFile,
  type ImportStep,
  openAdministration,
  type SwitchState,
} from './client.ts';
export { startAdministration } from './server.ts';
