// The rules port over the shared rule packs: national, and what each practice made stricter. spec: messaging SG-10
import type { Bundle } from '@gp-connect/foundation/fhir';
import { type ItkDocument, serviceOf } from '@gp-connect/foundation/itk3';
import {
  codesIn,
  evaluate,
  nationalRulePack,
  type RecordContext,
  type RulePack,
  type UpdateRecordContent,
  updateRecordContent,
} from '@gp-connect/foundation/plausibility';
import type { TerminologySource } from '@gp-connect/foundation/terminology';
import type { RuleEvaluation, Rules } from './ports.ts';
import type { RulePacks } from './rules/rule-packs.ts';

export interface PlausibilityRules extends Rules {
  /** A newer national pack, effective at once for what comes; waiting items are for `reEvaluate` (SG-11). */
  usePack(pack: RulePack): void;
}

/**
 * Rules of one pack that is given, for every practice: for measurements and tests. Deployments use `storedRules`.
 * @example const rules = plausibilityRules(demonstrationSource());
 */
export function plausibilityRules(
  terminology: TerminologySource,
  national: RulePack = nationalRulePack(),
): PlausibilityRules {
  let base = national;
  return {
    usePack(pack) {
      base = pack;
    },
    version: async () => base.version,
    evaluate: (_practice, document, sentAt, record, at) =>
      evaluateDocument(terminology, base, { document, sentAt, record, at }),
  };
}

/** Rules of the packs that are loaded and in force. spec: SG-10, UPD-06 */
export function storedRules(
  packs: Pick<RulePacks, 'inForce'>,
  terminology: TerminologySource,
  now: () => Date,
): Rules {
  return {
    version: async (practice) => (await packs.inForce(practice, now())).version,
    async evaluate(practice, document, sentAt, record, at) {
      const pack = await packs.inForce(practice, at);
      return evaluateDocument(terminology, pack, { document, sentAt, record, at });
    },
  };
}

interface Judged {
  readonly document: ItkDocument;
  readonly sentAt: string | undefined;
  readonly record: RecordContext;
  readonly at: Date;
}

async function evaluateDocument(
  terminology: TerminologySource,
  pack: RulePack,
  { document, sentAt, record, at }: Judged,
): Promise<RuleEvaluation> {
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
