// The patient's own blood pressure target, as practices code it. spec: messaging BP-10
import type { PreviousObservation, RecordContext } from '@gp-connect/foundation/plausibility';

/** SNOMED CT: target systolic and diastolic blood pressure (observable entities), alone or as parts of one reading. */
export const targetCode = { systolic: '315612005', diastolic: '315613000' } as const;

/**
 * The latest target of each kind; null where the record holds none. Where `isWhole` is false older entries were not
 * looked at: without a target it is then not known whether there is one.
 */
export function pressureTargetOf(
  observations: readonly PreviousObservation[],
  isWhole: boolean,
): Pick<RecordContext, 'bloodPressureTarget'> {
  const newestFirst = observations.toSorted((a, b) => b.effective.localeCompare(a.effective));
  const latest = (wanted: string): number | undefined => {
    for (const { code, value, components = [] } of newestFirst) {
      const found = code === wanted ? value : components.find((part) => part.code === wanted)?.value;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const [systolic, diastolic] = [latest(targetCode.systolic), latest(targetCode.diastolic)];
  if (systolic === undefined && diastolic === undefined) return isWhole ? { bloodPressureTarget: null } : {};
  return {
    bloodPressureTarget: {
      ...(systolic === undefined ? {} : { systolic }),
      ...(diastolic === undefined ? {} : { diastolic }),
    },
  };
}
