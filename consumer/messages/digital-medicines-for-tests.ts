// For tests: a vaccination and an emergency supply of a made-up patient.
import type { EmergencySupplyInput, VaccinationInput } from './input.ts';
import { testPatient, updateRecordInput } from './sender-for-tests.ts';

export const vaccinationInput: VaccinationInput = {
  patient: testPatient,
  organisation: { ods: 'FZZ01', name: 'Test Pharmacy' },
  practice: { ods: 'A82999', name: 'Test Hill Surgery' },
  practitioners: updateRecordInput.practitioners,
  seen: '2025-10-01',
  vaccinations: [
    {
      given: true,
      procedure: { code: '955691000000108', display: 'Seasonal influenza vaccination given by pharmacist' },
      vaccine: { code: '36509011000001106', display: 'Influenza vaccine' },
      date: '2025-10-01',
      manufacturer: 'Maker',
      batch: 'B123',
      expires: '2026-03-01',
      dose: { value: 0.5, unit: 'ml', code: '258773002' },
    },
    {
      given: false,
      procedure: { code: '955691000000108', display: 'Seasonal influenza vaccination given by pharmacist' },
      vaccine: { code: '36509011000001106', display: 'Influenza vaccine' },
      date: '2025-10-01',
      reason: { code: '310376006', display: 'Immunization consent not given' },
    },
  ],
  consent: 'Given in person',
};

export const emergencySupplyInput: EmergencySupplyInput = {
  patient: testPatient,
  organisation: { ods: 'FZZ01', name: 'Test Pharmacy' },
  practice: { ods: 'A82999', name: 'Test Hill Surgery' },
  practitioners: updateRecordInput.practitioners,
  seen: '2025-10-01',
  supplies: [
    {
      medicine: { code: '322236009', display: 'Paracetamol 500mg tablets' },
      quantity: { value: 16, unit: 'tablet', text: '16 tablets' },
      handedOver: '2025-10-01',
      dose: 'Two up to four times a day',
      note: 'Ran out',
    },
  ],
  noKnownDrugAllergy: true,
  headings: { history: 'Stable', legal: 'Emergency supply at the request of the patient' },
};
