// Searchset bundles of the Foundations and Documents searches. spec: foundations §11.11
import type { Bundle, Resource } from '@gp-connect/foundation/fhir';
import { searchsetBundleProfile } from '@gp-connect/foundation/nhs';

/** `id` is set only where the contract asks for the trace id there (Documents). */
export function searchset(resources: readonly Resource[], id?: string): Bundle {
  return {
    resourceType: 'Bundle',
    ...(id === undefined ? {} : { id }),
    meta: { profile: [searchsetBundleProfile] },
    type: 'searchset',
    ...(resources.length ? { entry: resources.map((resource) => ({ resource })) } : {}),
  } as Bundle;
}
