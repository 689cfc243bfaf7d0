// What this capability needs to know of the practice it answers for.
import type { SwitchableArea } from './areas.ts';

export interface PracticeContext {
  ods: string;
  name: string;
  /** Logical id of the practice's Organization. */
  organizationId: string;
  switches: {
    /** The capability itself. */
    structured: boolean;
    areas: Readonly<Record<SwitchableArea, boolean>>;
  };
  /** SNOMED codes of the exclusion dataset; may be empty. spec: access-record-structured §9.2 */
  exclusionCodes: ReadonlySet<string>;
  /** Base of the practice's Access Document server, without a slash at the end. */
  documentsRoot: string;
  /** Milliseconds since 1970. */
  clock: () => number;
}
