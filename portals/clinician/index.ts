// The clinician portal.
export { type ClinicianDependencies, startClinicianPortal } from './portal.ts';
export { type ClinicianSettings, clinicianSettings } from './settings.ts';
