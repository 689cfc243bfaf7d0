// The practice's own switches: GP Connect as a whole, each capability, each clinical area. All ship off.
// spec: foundations §19 Enablement, access-record-structured §9.3
import { type ClinicalArea, clinicalAreaNames } from '@gp-connect/foundation/nhs';

export const capabilitySwitches = ['structured', 'documents', 'html', 'appointments'] as const;
export type CapabilitySwitch = (typeof capabilitySwitches)[number];

/** `documents` here means DocumentReferences inside structured answers, apart from the Documents capability. */
export type AreaSwitch = ClinicalArea | 'documents';
export const areaSwitches: readonly AreaSwitch[] = [...clinicalAreaNames, 'documents'];

/** `gp-connect`, a capability, or `area:{area}`. */
export type SwitchName = 'gp-connect' | CapabilitySwitch | `area:${AreaSwitch}`;
export const switchNames: readonly SwitchName[] = [
  'gp-connect',
  ...capabilitySwitches,
  ...areaSwitches.map((area): SwitchName => `area:${area}`),
];

export interface PracticeSwitches {
  readonly gpConnect: boolean;
  readonly capabilities: Readonly<Record<CapabilitySwitch, boolean>>;
  readonly areas: Readonly<Record<AreaSwitch, boolean>>;
}

/** The switches as the set of those that are on says; whatever the set does not name is off. */
export function switchesFrom(on: ReadonlySet<string>): PracticeSwitches {
  const pick = <Name extends string>(names: readonly Name[], prefix = '') =>
    Object.fromEntries(names.map((name) => [name, on.has(prefix + name)])) as Record<Name, boolean>;
  return {
    gpConnect: on.has('gp-connect'),
    capabilities: pick(capabilitySwitches),
    areas: pick(areaSwitches, 'area:'),
  };
}

/** Whether the switch of that name is on. */
export function isSwitchedOn(switches: PracticeSwitches, name: SwitchName): boolean {
  if (name === 'gp-connect') return switches.gpConnect;
  return name.startsWith('area:')
    ? switches.areas[name.slice('area:'.length) as AreaSwitch]
    : switches.capabilities[name as CapabilitySwitch];
}
