// What a service of the running England is to the process that starts it.
import type { RunningPlan } from '../service-settings.ts';

export interface RunningService {
  close(): Promise<void>;
}

export type StartService = (plan: RunningPlan) => Promise<RunningService>;
