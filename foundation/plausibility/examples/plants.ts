// One planted error, or more, for each rule: the smallest change of a correct message that the rule must find.
// spec: messaging §10.3–§10.8

import type { Draft, ServiceName } from './draft.ts';
import { clinicalPlants } from './plants-clinical.ts';
import { codedPlants } from './plants-coded.ts';

export interface Plant {
  readonly ruleId: string;
  /** What the error is, in few words. */
  readonly name: string;
  /** The service of the message it is planted in. */
  readonly service: ServiceName;
  /** The case of the rule it must raise, where the rule has several. */
  readonly severity?: 'INFO' | 'WARN' | 'ACTION' | 'BLOCK' | 'REJECT';
  readonly plant: (draft: Draft) => void;
}

export const plants: readonly Plant[] = [...codedPlants, ...clinicalPlants];
