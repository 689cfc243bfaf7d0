// The safeguards of Update Record: what other rooms may use. spec: messaging §10
export { type Behaviour, behaviours, behavioursFor, type Effect, mayHave } from './behaviours.ts';
export { type Entry, type UpdateRecordContent, updateRecordContent } from './content.ts';
export * as contractTables from './contract-tables.ts';
export { codesIn, evaluate } from './evaluate.ts';
export {
  loadRulePack,
  type MedicineGroup,
  nationalRulePack,
  nationalRulePackText,
  type PracticePack,
  type RulePack,
  RulePackError,
  withPracticePack,
} from './pack.ts';
export { hasMarkup, withoutMarkup } from './plain-text.ts';
export type * from './record-context.ts';
export * from './review.ts';
export {
  compareSeverity,
  type Evaluation,
  type Finding,
  type NotEvaluated,
  type RuleData,
  type Severity,
  severities,
} from './rule.ts';
export { type EffectivePack, openSignedPack, readEffectivePack, signRulePack } from './signed-pack.ts';
