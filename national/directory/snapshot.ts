// The directory in memory: look-ups over one version of SDS and policy. spec: foundations §15, national-service RTE-06, RTE-07
// Both the directory and every gateway make theirs with these functions, and apply the same changes to it.
import type {
  Agreement,
  Change,
  DecisionSnapshot,
  PracticeBlock,
  PracticeProduct,
  ProductArea,
  SupplierCapability,
  UseCase,
} from '../policy/index.ts';
import type { NationalData } from './store.ts';
import type { AccreditedSystem, MessageHandlingService, Organisation } from './types.ts';

/** Where a practice receives an interaction. `fault`: the directory does not give exactly one answer (RTE-07). */
export type Provider =
  | { found: true; service: MessageHandlingService; system: AccreditedSystem }
  | { found: false; fault: boolean };

export interface NationalSnapshot extends DecisionSnapshot {
  readonly version: number;
  /** AS records whose `nhsIDCode` is the organisation. */
  systemsOf(ods: string): readonly AccreditedSystem[];
  /** MHS records of an organisation. */
  servicesOf(ods: string): readonly MessageHandlingService[];
  /** MHS records of a party. */
  servicesOfParty(partyKey: string): readonly MessageHandlingService[];
  /** Endpoint first, then the ASID by its party key (RTE-05, RTE-07). */
  provider(practice: string, interaction: string): Provider;
  /** The consumer's own ASID. spec: foundations §15.1 */
  ownSystem(ods: string, interaction: string, manufacturer: string): AccreditedSystem | undefined;
}

/** A snapshot that can follow changes: reading and applying never interleave. */
export interface LiveSnapshot extends NationalSnapshot {
  /** Applies one change; false where only a new snapshot helps (`reload`, or a gap in versions). */
  apply(change: Change): boolean;
}

const EMPTY: readonly never[] = [];

/** Indexes the data; the arrays are not copied, the maps are the snapshot's own. */
export function indexSnapshot(data: NationalData): LiveSnapshot {
  const systems = new Map(data.accreditedSystems.map((system) => [system.asid, system]));
  const systemsByOds = Map.groupBy(data.accreditedSystems, (system) => system.ods);
  const services = Map.groupBy(data.messageHandlingServices, (service) => service.ods);
  const servicesByParty = Map.groupBy(data.messageHandlingServices, (service) => service.partyKey);
  const organisations = new Map<string, Organisation>(data.organisations.map((entry) => [entry.ods, entry]));
  const agreements = new Map<string, Agreement>(data.agreements.map((entry) => [entry.ods, entry]));
  const refusedPairs = new Set(data.refusedPairs.map((pair) => pairKey(pair.from, pair.to)));
  const useCases = Map.groupBy<string, UseCase>(data.useCases, (useCase) => useCase.asid);
  const switches = new Map<string, PracticeProduct>(
    data.practiceProducts.map((entry) => [switchKey(entry.ods, entry.product, entry.area), entry]),
  );
  const capabilities = new Map<string, SupplierCapability>(
    data.supplierCapabilities.map((entry) => [switchKey(entry.supplier, entry.product, entry.area), entry]),
  );
  const blocks = Map.groupBy<string, PracticeBlock>(data.practiceBlocks, (block) => block.practice);
  const optIns = new Set(data.privateOptIns.map((entry) => pairKey(entry.practice, entry.organisation)));
  let version = data.version;

  /** The practice's own system: the one whose party has endpoints. */
  const ownProvider = (ods: string): AccreditedSystem | undefined =>
    (systemsByOds.get(ods) ?? EMPTY).find((system) => servicesByParty.has(system.partyKey));

  const provider = (practice: string, interaction: string): Provider => {
    const endpoints = (services.get(practice) ?? EMPTY).filter((entry) => entry.interaction === interaction);
    const candidates = endpoints.flatMap((service) =>
      (systemsByOds.get(practice) ?? EMPTY)
        .filter((system) => system.partyKey === service.partyKey)
        .map((system) => ({ service, system })),
    );
    if (!candidates.length) return { found: false, fault: endpoints.length > 0 };
    const [only] = candidates;
    if (candidates.length > 1 || !only?.service.endpoint.trim()) return { found: false, fault: true };
    return { found: true, ...only };
  };

  const applyItem = (change: Change): void => {
    if (change.kind === 'practice-product') {
      const { ods, product, area } = change.item;
      switches.set(switchKey(ods, product, area), change.item);
    } else if (change.kind === 'agreement') {
      agreements.set(change.item.ods, change.item);
    } else if (change.kind === 'refused-pair') {
      const key = pairKey(change.item.from, change.item.to);
      if (change.item.refused) refusedPairs.add(key);
      else refusedPairs.delete(key);
    } else if (change.kind === 'practice-block') {
      const { blocked, ...block } = change.item;
      const others = (blocks.get(block.practice) ?? []).filter(
        (entry) =>
          entry.organisation !== block.organisation || entry.organisationType !== block.organisationType,
      );
      blocks.set(block.practice, blocked ? [...others, block] : others);
    }
  };

  return {
    get version() {
      return version;
    },
    system: (asid) => systems.get(asid),
    organisation: (ods) => organisations.get(ods),
    agreement: (ods) => agreements.get(ods),
    isPairRefused: (from, to) => refusedPairs.has(pairKey(from, to)),
    useCases: (asid) => useCases.get(asid) ?? EMPTY,
    blocks: (practice) => blocks.get(practice) ?? EMPTY,
    hasOptedIn: (practice, organisation) => optIns.has(pairKey(practice, organisation)),
    receives: (partyKey, interaction) =>
      (servicesByParty.get(partyKey) ?? EMPTY).some((service) => service.interaction === interaction),
    supplierOf: (practice) => ownProvider(practice)?.manufacturer,
    practiceProduct: (ods, product, area) => switches.get(switchKey(ods, product, area)),
    capability: (supplier, product, area) => capabilities.get(switchKey(supplier, product, area)),
    systemsOf: (ods) => systemsByOds.get(ods) ?? EMPTY,
    servicesOf: (ods) => services.get(ods) ?? EMPTY,
    servicesOfParty: (partyKey) => servicesByParty.get(partyKey) ?? EMPTY,
    provider,
    ownSystem: (ods, interaction, manufacturer) =>
      (systemsByOds.get(ods) ?? EMPTY).find(
        (system) => system.manufacturer === manufacturer && system.interactions.includes(interaction),
      ),
    apply(change) {
      if (change.kind === 'reload' || change.version !== version + 1) return false;
      applyItem(change);
      version = change.version;
      return true;
    },
  };
}

const pairKey = (one: string, other: string): string => `${one} ${other}`;
const switchKey = (owner: string, product: string, area: ProductArea | null): string =>
  `${owner} ${product} ${area ?? ''}`;
