// The rules port over the shared rule packs: national, and what each practice made stricter. spec: messaging SG-10
import type { Bundle } from '@gp-connect/foundation/fhir';
import { type ItkDocument, serviceOf } from '@gp-connect/foundation/itk3';
import {
  codesIn,
  evaluate,
  nationalRulePack,
  type PracticePack,
  type RulePack,
  type UpdateRecordContent,
  updateRecordContent,
  withPracticePack,
} from '@gp-connect/foundation/plausibility';
import type { TerminologySource } from '@gp-connect/foundation/terminology';
import type { RuleEvaluation, Rules } from './ports.ts';

export interface PlausibilityRules extends Rules {
  /** A newer national pack, effective at once for what comes; waiting items are for `reEvaluate` (SG-11). */
  usePack(pack: RulePack): void;
  /** What a practice made stricter; anything that would loosen a rule is refused by name. */
  usePracticePack(practice: string, pack: PracticePack): readonly { id: string; reason: string }[];
}

/** @example const rules = plausibilityRules(demonstrationSource()); */
export function plausibilityRules(
  terminology: TerminologySource,
  national: RulePack = nationalRulePack(),
): PlausibilityRules {
  let base = national;
  const own = new Map<string, PracticePack>();
  const laid = new Map<string, RulePack>();
  const packOf = (practice: string): RulePack => {
    const stricter = own.get(practice);
    if (stricter === undefined) return base;
    let pack = laid.get(practice);
    if (pack === undefined) {
      pack = withPracticePack(base, stricter).pack;
      laid.set(practice, pack);
    }
    return pack;
  };
  return {
    usePack(pack) {
      base = pack;
      laid.clear();
    },
    usePracticePack(practice, pack) {
      own.set(practice, pack);
      laid.delete(practice);
      return withPracticePack(base, pack).refused;
    },
    version: async (practice) => packOf(practice).version,
    async evaluate(practice, document, sentAt, record, at): Promise<RuleEvaluation> {
      const pack = packOf(practice);
      const content = contentOf(document, sentAt);
      if (content === undefined) return { findings: [], notEvaluated: [], ruleSetVersion: pack.version };
      const loaded = await terminology.load({ codes: codesIn(content, record) });
      const { findings, notEvaluated, ruleSetVersion } = evaluate(content, record, loaded, pack, at);
      // REJECT speaks of Update Record's contract, which binds no other document.
      const isUpdate = serviceOf(document) !== undefined;
      return {
        findings: isUpdate ? findings : findings.filter(({ severity }) => severity !== 'REJECT'),
        notEvaluated,
        ruleSetVersion,
      };
    },
  };
}

/**
 * The content rules look at. The Digital Medicines documents have their medicines in resources of their own and often
 * no Encounter: they are shown to the rules as if they had. Documents without coded entries are not judged.
 */
function contentOf(document: ItkDocument, sentAt: string | undefined): UpdateRecordContent | undefined {
  const hasEntries = ['Encounter', 'MedicationDispense', 'Immunization', 'Observation'].some(
    (type) => document.ofType(type).length > 0,
  );
  if (!hasEntries || document.ofType('Binary').length > 0) return undefined;
  if (document.ofType('Encounter').length > 0 && document.ofType('Medication').length === 0) {
    return updateRecordContent(document.bundle, sentAt);
  }
  const { composition } = document;
  const entry = (document.bundle.entry ?? []).map((one) => {
    const resource = one.resource as unknown as {
      resourceType: string;
      medicationReference?: { reference?: string };
    };
    const medicine = document.resolve(resource.medicationReference?.reference)?.resource.code;
    return medicine === undefined
      ? one
      : { ...one, resource: { ...resource, medicationCodeableConcept: medicine } };
  });
  if (document.ofType('Encounter').length === 0) {
    entry.push({
      fullUrl: 'urn:uuid:no-encounter',
      resource: {
        resourceType: 'Encounter',
        id: 'no-encounter',
        status: 'finished',
        subject: composition?.subject,
        period: { start: composition?.date },
      },
    } as never);
  }
  return updateRecordContent({ ...document.bundle, entry } as Bundle, sentAt);
}
