// Whether a practice takes the messages of a product, as the national switches say. spec: national-service ENB-02, ENB-09
import { type DecisionSnapshot, effectiveState } from '../policy/index.ts';
import { productOfWorkflow } from './products.ts';
import type { Mailbox } from './types.ts';

/** Asked at each look-up; `product` as in `update-record`. */
export type TakesProduct = (ods: string, product: string) => boolean | Promise<boolean>;

/**
 * The switches of the directory's newest snapshot. `fot` counts as on: which pairs are in a first-of-type is for the
 * parties; organisations that are no practices have no switches.
 */
export const takesProduct =
  (snapshot: () => DecisionSnapshot | Promise<DecisionSnapshot>): TakesProduct =>
  async (ods, product) => {
    const now = await snapshot();
    if (now.organisation(ods)?.type !== 'gp-practice') return true;
    const { state } = effectiveState(now, { ods, supplier: now.supplierOf(ods) }, product);
    return state === 'enabled' || state === 'fot';
  };

/**
 * Those of the mailboxes whose organisation takes the workflow's product. Only look-ups ask: a message that comes all
 * the same is delivered, and the practice's system answers 20010.
 */
export async function switchedOn(
  takes: TakesProduct,
  mailboxes: readonly Mailbox[],
  workflow: string,
): Promise<Mailbox[]> {
  const product = productOfWorkflow(workflow);
  if (product === null) return [...mailboxes];
  const answers = await Promise.all(mailboxes.map(({ ods }) => takes(ods, product)));
  return mailboxes.filter((_, at) => answers[at]);
}
