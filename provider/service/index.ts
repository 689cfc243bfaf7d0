// A whole provider deployment.
export type { InboxComposition, RunningInbox } from './inbox-mount.ts';
export { type ProviderSettings, providerSettings } from './settings.ts';
export {
  openProviderStore,
  type ProviderStore,
  type ProviderTables,
  type RunningProvider,
  startProvider,
} from './start.ts';
