// The practice's own controls over what GP Connect may do with its records.
export { type Controls, type HostedPractice, openControls, type PracticeControls } from './controls.ts';
export {
  type CareSetting,
  type ChangedBy,
  careSettings,
  type FilingStop,
  type Inbound,
  type InboundControls,
  type InboundProduct,
  type InboundSwitch,
  type InboundTables,
  inboundMigrations,
  inboundProducts,
  inboundSwitchNames,
  openInbound,
  type SenderBlock,
} from './inbound.ts';
export { type ControlTables, controlMigrations } from './store.ts';
export {
  type AreaSwitch,
  areaSwitches,
  type CapabilitySwitch,
  isSwitchedOn,
  type PracticeSwitches,
  type SwitchName,
  switchNames,
} from './switches.ts';
