// The state that counts: the lowest of supplier, global switch, product, area and hold. spec: national-service ENB-02
import { globalSwitch } from './products.ts';
import type { PracticeProduct, PracticeState, ProductArea, SupplierCapability } from './types.ts';

/** A practice's state, or `fot`: live for listed pairs only. */
export type EffectiveState = PracticeState | 'fot';

/** Lowest first. A hold is the lowest: what holds is an incident, whatever else is off. */
const order: readonly EffectiveState[] = ['held', 'not-available', 'disabled', 'undecided', 'fot', 'enabled'];

export interface Effective {
  readonly state: EffectiveState;
  /** The switch that decided, where one did. */
  readonly switch: PracticeProduct | undefined;
  /** The capability that decided, where the supplier did. */
  readonly capability: SupplierCapability | undefined;
}

/** Where the switches and capabilities are looked up. */
export interface SwitchLookup {
  practiceProduct(ods: string, product: string, area: ProductArea | null): PracticeProduct | undefined;
  capability(supplier: string, product: string, area: ProductArea | null): SupplierCapability | undefined;
}

/**
 * The effective state of a product (and area) at a practice. No switch recorded for the product: `undecided`.
 * An area without its own switch follows its product. `migrate` looks at holds and the supplier only.
 */
export function effectiveState(
  lookup: SwitchLookup,
  practice: { ods: string; supplier: string | undefined },
  product: string,
  area: ProductArea | null = null,
): Effective {
  const own = lookup.practiceProduct(practice.ods, product, null);
  const whole = lookup.practiceProduct(practice.ods, globalSwitch, null);
  const part = area === null ? undefined : lookup.practiceProduct(practice.ods, product, area);
  const switches = [whole, own, part].filter((found) => found !== undefined);
  const asked: Effective[] = switches
    .filter((found) => product !== 'migrate' || found.state === 'held')
    .map((found) => ({ state: found.state, switch: found, capability: undefined }));
  if (!own && product !== 'migrate' && product !== globalSwitch) asked.push(only('undecided'));
  if (product !== globalSwitch) asked.push(supplierState(lookup, practice.supplier, product, area));
  return asked.reduce(
    (lowest, next) => (order.indexOf(next.state) < order.indexOf(lowest.state) ? next : lowest),
    only('enabled'),
  );
}

const only = (state: EffectiveState): Effective => ({ state, switch: undefined, capability: undefined });

/** A supplier's capability in the terms of a practice; an area not listed follows its product. */
function supplierState(
  lookup: SwitchLookup,
  supplier: string | undefined,
  product: string,
  area: ProductArea | null,
): Effective {
  const capability =
    supplier === undefined
      ? undefined
      : ((area === null ? undefined : lookup.capability(supplier, product, area)) ??
        lookup.capability(supplier, product, null));
  const state =
    capability?.state === 'live' ? 'enabled' : capability?.state === 'fot' ? 'fot' : 'not-available';
  return { state, switch: undefined, capability };
}
