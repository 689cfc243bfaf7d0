// The directory: SDS and PDS over their real FHIR R4 APIs, and the feed that gateways follow.
export { feedPath } from './feed-routes.ts';
export { type LiveDirectory, liveDirectoryDefaults, openLiveDirectory } from './live-directory.ts';
export { type DirectoryLoad, loadDirectory } from './load.ts';
export { directoryMigrations } from './migrations.ts';
export { pdsPath } from './pds-routes.ts';
export { practiceOfPatient, type TracedPatient } from './practice-of-patient.ts';
export { sdsPath } from './sds-routes.ts';
export { type DirectorySettings, directorySettings } from './settings.ts';
export { indexSnapshot, type LiveSnapshot, type NationalSnapshot, type Provider } from './snapshot.ts';
export {
  type DirectoryDependencies,
  openDirectoryStore,
  type RunningDirectory,
  startDirectory,
} from './start.ts';
export { type DirectoryStore, type NationalData, readNationalData } from './store.ts';
export type { PdsClient } from './token-endpoint.ts';
export type * from './types.ts';
