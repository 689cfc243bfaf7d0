// The clinician pages: one product, used by every consumer organisation.
import { loadSettings } from '@gp-connect/foundation/config';
import { clinicianSettings, startClinicianPortal } from '@gp-connect/portals';
import { clinicianFile, writeSettings } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const clinician: StartService = async (plan) => {
  const file = writeSettings(plan.layout, 'clinician', clinicianFile(plan));
  return startClinicianPortal(
    loadSettings(clinicianSettings, { file, env: process.env, prefix: 'GPC_CLINICIAN' }),
  );
};
