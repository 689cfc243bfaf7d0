// Every rule's code, family by family; the pack says which of them hold, how severe and with which figures.
import type { RuleCheck } from '../rule.ts';
import { bloodPressureRules } from './blood-pressure.ts';
import { dateRules } from './dates.ts';
import { duplicateRules } from './duplicates.ts';
import { freeTextRules } from './free-text.ts';
import { identityRules } from './identity.ts';
import { measurementRules } from './measurements.ts';
import { medicineSafetyRules } from './medicine-safety.ts';
import { medicineRules } from './medicines.ts';
import { pregnancyRules } from './pregnancy.ts';
import { terminologyRules } from './terminology.ts';

export const ruleChecks: readonly RuleCheck[] = [
  ...terminologyRules,
  ...pregnancyRules,
  ...bloodPressureRules,
  ...measurementRules,
  ...dateRules,
  ...identityRules,
  ...duplicateRules,
  ...medicineSafetyRules,
  ...medicineRules,
  ...freeTextRules,
];
