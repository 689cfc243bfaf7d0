// The clinician portal.
export { type ClinicianDependencies, type RunningPortal, startClinicianPortal } from './portal.ts';
export { type ClinicianSettings, clinicianSettings } from './settings.ts';
