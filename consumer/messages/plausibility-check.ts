// The receiver's plausibility rules, run by the sender on what it is about to send. spec: messaging §10.2 SG-20
import type { Bundle } from '@gp-connect/foundation/fhir';
import {
  codesIn,
  evaluate,
  nationalRulePack,
  type RulePack,
  updateRecordContent,
} from '@gp-connect/foundation/plausibility';
import type { TerminologySource } from '@gp-connect/foundation/terminology';
import type { PlausibilityCheck } from './ports.ts';

/**
 * The check over a source of terminology. The sender knows nothing of the GP record, so rules that need it are not
 * evaluated here; the receiving practice runs them again with its record.
 */
export function plausibilityCheck(
  source: TerminologySource,
  pack: RulePack = nationalRulePack(),
): PlausibilityCheck {
  const check = async (document: Bundle, now: Date) => {
    const content = updateRecordContent(document);
    if (content === undefined) throw new TypeError('not an Update Record document');
    const terminology = await source.load({ codes: codesIn(content) });
    return evaluate(content, {}, terminology, pack, now).findings;
  };
  return Object.assign(check, { ruleSetVersion: pack.version });
}
