// The pharmacy portal.
export { type PharmacyDependencies, type RunningPharmacy, startPharmacyPortal } from './portal.ts';
export { type PharmacySettings, pharmacySettings } from './settings.ts';
