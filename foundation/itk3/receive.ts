// The receiver's checks R1 to R16, walked in order: an accepted message, a refusal, or neither. spec: messaging §4

import { productOf } from './products.ts';
import { documentSteps } from './receive-document.ts';
import { headerSteps } from './receive-header.ts';
import type { Arrival, Outcome, ReceivePorts, ReceiveStep, Run } from './receive-run.ts';
import { transportSteps } from './receive-transport.ts';
import { noIds } from './salvage.ts';

/** Every step in its order; step and check of each are its first two members. */
export const receiveSteps: readonly ReceiveStep[] = [...transportSteps, ...headerSteps, ...documentSteps];

/**
 * Judges one arrived message. The steps run in the published order and the first fault answers.
 * What the receiver knows (seen ids, switches, replaced documents, virus scanner) comes through `ports`.
 */
export async function receive(arrival: Arrival, ports: ReceivePorts): Promise<Outcome> {
  const product = productOf(arrival.workflowId);
  if (product === undefined) return { kind: 'quarantined', reason: 'unknown workflow id' };
  const run: Run = { arrival, ports, product, ids: noIds, problems: [], notes: [], attachments: [] };
  for (const step of receiveSteps) {
    const verdict = await step.run(run);
    if (verdict === undefined) continue;
    if ('quarantine' in verdict) return { kind: 'quarantined', reason: verdict.quarantine };
    if ('hold' in verdict)
      return { kind: 'held', waitsFor: verdict.hold, message: run.message!, ids: run.ids };
    return {
      kind: 'refused',
      refusal: { step: step.id, ...verdict },
      ids: run.ids,
      product: run.product,
      message: run.message,
    };
  }
  return {
    kind: 'accepted',
    product: run.product,
    message: run.message!,
    document: run.message!.document!,
    ids: run.ids,
    attachments: run.attachments,
    notes: run.notes,
  };
}
