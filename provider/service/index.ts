// A whole provider deployment.
export { type ProviderSettings, providerSettings } from './settings.ts';
export {
  openProviderStore,
  type ProviderStore,
  type ProviderTables,
  type RunningProvider,
  startProvider,
} from './start.ts';
