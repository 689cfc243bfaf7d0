// What the use cases of this capability need.
import type { Records } from '../record/index.ts';

export interface DocumentsDependencies {
  readonly records: Records;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Days documents stay readable after a death; 0: not offered. spec: access-document §8 */
  readonly deceasedAccessDays: number;
}
