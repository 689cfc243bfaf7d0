// What the practice pages ask of the practice's own system about recalls: what is listed, deciding it, who had read it.
// spec: national-service INC-07, INC-08, INC-12; docs/recall.md
import { z } from 'zod';

const text = z.string();
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

export const recallSummary = z.object({
  recall: text,
  flaggedAt: text,
  entries: z.number().int(),
  open: z.number().int(),
});
export type RecallSummary = z.infer<typeof recallSummary>;

/** A value as a sender or a clinician names it: the code, and its term. */
const coded = z.object({ code: text, display: text });

export const recallEntry = z.object({
  entry: text,
  /** Id of the message it came in. */
  message: text,
  senderOds: text,
  /** `pending`, `filed`, `amended` or `rejected`, as it was found. */
  stateThen: text,
  filedAt: maybe(text),
  flaggedAt: text,
  /** Withheld from everybody since. */
  containedAt: maybe(text),
  releasedAt: maybe(text),
  proposal: maybe(coded),
  authorAnswer: maybe(z.enum(['correct', 'wrong', 'cannot-determine'])),
  /** Id of the sender's new message that replaces this one. */
  correctedBy: maybe(text),
  outcome: maybe(z.enum(['entered-in-error', 'corrected', 'confirmed-correct', 'rejected'])),
  reason: maybe(text),
  decidedBy: maybe(text),
  decidedAt: maybe(text),
  /** Null for what waits in the inbox and is in no record. */
  patient: maybe(
    z.object({
      nhsNumber: text,
      family: maybe(text),
      given: z.array(text).default([]),
      birthDate: maybe(text),
    }),
  ),
  recorded: maybe(z.object({ code: maybe(text), display: maybe(text), at: maybe(text) })),
});
export type RecallEntry = z.infer<typeof recallEntry>;

export type RecallDecision = { readonly entry: string; readonly reason: string } & (
  | { readonly decision: 'entered-in-error' | 'confirm-correct' }
  | {
      readonly decision: 'correct';
      readonly correction: { readonly code: string; readonly display: string } | { readonly textOnly: true };
    }
);

export const exposure = z.object({
  reads: z.array(
    z.object({
      index: z.number().int(),
      at: text,
      nhsNumber: text,
      organisation: maybe(z.object({ ods: maybe(text), name: maybe(text) })),
      staff: maybe(text),
      role: maybe(text),
      product: maybe(text),
      areas: z.array(text).default([]),
      purpose: maybe(text),
      outcome: text,
    }),
  ),
  notices: z.array(z.object({ organisation: text, name: text, reads: z.number().int(), words: text })),
});
export type Exposure = z.infer<typeof exposure>;

export interface EntriesWanted {
  /** Settled ones too. */
  readonly all: boolean;
  /** The last entry of the page before. */
  readonly after: string;
  readonly limit: number;
}

/** Part of the API on behalf of one signed-in user. Every call may throw `InboxApiError`. */
export interface RecallsApi {
  recalls(): Promise<readonly RecallSummary[]>;
  recallEntries(recall: string, wanted: EntriesWanted): Promise<readonly RecallEntry[]>;
  /** All of them or none. */
  decideRecall(recall: string, decisions: readonly RecallDecision[]): Promise<void>;
  recallExposure(recall: string): Promise<Exposure>;
}
