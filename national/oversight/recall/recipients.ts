// Which practices received messages in scope, and whether they had the product on at the time. spec: national-service INC-05, ENB-05, S1-06
import type { RecallPorts } from './ports.ts';
import type { ResolvedSelector } from './selector.ts';

export interface RecipientFigures {
  readonly practice: string;
  readonly messages: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** State of the practice's switch when the first and the last message was delivered. */
  readonly enablement: { readonly atFirst: string; readonly atLast: string };
}

export async function recipientFigures(
  { envelopes, enablementAt }: Pick<RecallPorts, 'envelopes' | 'enablementAt'>,
  selector: ResolvedSelector,
): Promise<RecipientFigures[]> {
  const figures: RecipientFigures[] = [];
  for (const recipient of await envelopes.recipients(selector)) {
    const { practice, firstAt, lastAt } = recipient;
    const state = (at: string) => enablementAt(practice, selector.product, at);
    figures.push({
      ...recipient,
      enablement: { atFirst: await state(firstAt), atLast: await state(lastAt) },
    });
  }
  return figures;
}
