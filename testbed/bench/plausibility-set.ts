// A seeded set of Update Record messages for the safeguard rules: planted errors of every rule, and correct messages.
// Same seed, same messages. spec: messaging §10
import type { RecordContext, Severity, UpdateRecordContent } from '@gp-connect/foundation/plausibility';
import { contentOf, correctExample, plants, seeded } from '@gp-connect/foundation/plausibility/examples';

export interface SetMessage {
  readonly content: UpdateRecordContent;
  readonly record: RecordContext;
  readonly now: Date;
  /** The rule whose error was planted, and the severity it must have where the rule knows several. */
  readonly planted?: { readonly ruleId: string; readonly name: string; readonly severity?: Severity };
}

export interface SetSize {
  readonly planted: number;
  readonly correct: number;
}

/** The clock of the set: fixed, so that ages and days are the same in every run. */
const clock = new Date('2026-11-21T16:00:00Z');

/** The messages one after another, planted ones first; every error comes in turn. */
export function* plausibilitySet(seed: number, size: SetSize): Generator<SetMessage> {
  for (let at = 0; at < size.planted; at += 1) {
    const plant = plants[at % plants.length]!;
    const draft = correctExample(seeded(seed * 1_000_003 + at), clock, plant.service);
    plant.plant(draft);
    const { ruleId, name, severity } = plant;
    yield {
      content: contentOf(draft),
      record: draft.record,
      now: clock,
      planted: { ruleId, name, ...(severity === undefined ? {} : { severity }) },
    };
  }
  for (let at = 0; at < size.correct; at += 1) {
    const draft = correctExample(seeded(seed * 2_000_003 + at), clock);
    yield { content: contentOf(draft), record: draft.record, now: clock };
  }
}
