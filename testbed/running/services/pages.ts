// The pages for people, in one process: clinicians of every consumer organisation, practices, and a pharmacy.
import { loadSettings } from '@gp-connect/foundation/config';
import {
  clinicianSettings,
  pharmacySettings,
  practiceSettings,
  startClinicianPortal,
  startPharmacyPortal,
  startPracticePortal,
} from '@gp-connect/portals';
import { clinicianFile, pharmacyFile, practiceFile, writeSettings } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const pages: StartService = async (plan) => {
  const clinician = writeSettings(plan.layout, 'clinician', clinicianFile(plan));
  const practice = writeSettings(plan.layout, 'practice', practiceFile(plan));
  const pharmacy = writeSettings(plan.layout, 'pharmacy', pharmacyFile(plan));
  const { env } = process;
  const running = await Promise.all([
    startClinicianPortal(loadSettings(clinicianSettings, { file: clinician, env, prefix: 'GPC_CLINICIAN' })),
    startPracticePortal(loadSettings(practiceSettings, { file: practice, env, prefix: 'GPC_PRACTICE' })),
    startPharmacyPortal(loadSettings(pharmacySettings, { file: pharmacy, env, prefix: 'GPC_PHARMACY' })),
  ]);
  return {
    async close() {
      await Promise.all(running.map((portal) => portal.close()));
    },
  };
};
