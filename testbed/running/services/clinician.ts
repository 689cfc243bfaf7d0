// The clinician pages: one product, every consumer organisation.
import type { StartService } from './service.ts';

export const clinician: StartService = async () => ({ close: async () => undefined });
