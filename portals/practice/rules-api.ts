// What the practice pages ask of the practice's own system about the rules messages are judged by.
// spec: messaging SG-10, SG-11; docs/practice-inbox-api.md
import { z } from 'zod';

const text = z.string();
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

const pack = z.object({
  scope: text,
  id: text,
  version: text,
  sha256: maybe(text),
  effectiveFrom: maybe(text),
  loadedAt: maybe(text),
  loadedBy: maybe(text),
  state: text,
});
export type RulePack = z.infer<typeof pack>;

const rule = z.object({
  id: text,
  title: maybe(text),
  version: maybe(text),
  severity: text,
  nationalSeverity: maybe(text),
  urgent: z.boolean().default(false),
  validFrom: maybe(text),
  validTo: maybe(text),
  parameters: z.record(text, z.unknown()).default({}),
  nationalParameters: z.record(text, z.unknown()).nullish(),
});
export type Rule = z.infer<typeof rule>;

export const rulesInForce = z.object({
  inForce: z.object({ version: text, sha256: maybe(text), effectiveFrom: maybe(text) }),
  packs: z.array(pack).default([]),
  rules: z.array(rule).default([]),
});
export type RulesInForce = z.infer<typeof rulesInForce>;

export const ruleReport = z.object({
  madeAt: text,
  ruleSetVersion: text,
  since: maybe(text),
  judged: z.number(),
  hits: z.array(
    z.object({
      item: z.number().int(),
      sender: text,
      filedAt: text,
      ruleId: text,
      severity: text,
      message: text,
    }),
  ),
});
export type RuleReport = z.infer<typeof ruleReport>;

/** Part of the API on behalf of one signed-in user. Every call may throw `InboxApiError`. */
export interface RulesApi {
  rules(): Promise<RulesInForce>;
  ruleReports(): Promise<readonly RuleReport[]>;
}
