// Every service of a running England, in the order they are listed to the person who started it.
import type { StartService } from './service.ts';

interface ServiceEntry {
  readonly name: string;
  /** Services that must answer before this one can start. */
  readonly after: readonly string[];
  load(): Promise<StartService>;
}

export const services: readonly ServiceEntry[] = [
  { name: 'directory', after: ['identity'], load: async () => (await import('./directory.ts')).directory },
  { name: 'identity', after: [], load: async () => (await import('./identity.ts')).identity },
  { name: 'orchard', after: [], load: async () => (await import('./provider.ts')).orchard },
  { name: 'cedar', after: [], load: async () => (await import('./provider.ts')).cedar },
  {
    name: 'gateway',
    after: ['directory', 'identity'],
    load: async () => (await import('./gateway.ts')).gateway,
  },
  { name: 'pages', after: ['identity'], load: async () => (await import('./pages.ts')).pages },
];
