// What a supplier can do where no register of assurance was loaded: what its practices are accredited for in SDS.
// spec: national-service §4.2
import { interactionById } from '@gp-connect/foundation/nhs';
import type { SupplierCapability } from '../policy/index.ts';
import type { DirectoryLoad } from './load.ts';

/** `live`, for each practice's supplier, for every product of its interactions and of its practices' switches. */
export function derivedCapabilities(load: DirectoryLoad): SupplierCapability[] {
  const parties = new Set((load.messageHandlingServices ?? []).map((service) => service.partyKey));
  const providers = (load.accreditedSystems ?? []).filter((system) => parties.has(system.partyKey));
  const supplierOf = new Map(providers.map((system) => [system.ods, system.manufacturer]));
  const accredited = providers.flatMap((system) =>
    system.interactions.map((id) => [system.manufacturer, interactionById(id)?.product] as const),
  );
  const switched = (load.practiceProducts ?? []).map(
    ({ ods, product }) => [supplierOf.get(ods), product] as const,
  );
  const keys = new Set<string>();
  return [...accredited, ...switched].flatMap(([supplier, product]) => {
    const key = `${supplier} ${product}`;
    if (!supplier || !product || keys.has(key)) return [];
    keys.add(key);
    return [{ supplier, product, area: null, state: 'live', goLiveYear: null, fotPairs: [] }];
  });
}
