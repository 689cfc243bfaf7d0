// The nine clinical areas of Access Record Structured: parameter, list code, title, anchor resource.
// spec: access-record-structured §6.2, §9.3; product areas: national-service §1

export const clinicalAreas = {
  allergies: area('includeAllergies', '886921000000105', 'Allergies and adverse reactions', 'Allergy'),
  medications: area('includeMedication', '933361000000108', 'Medications and medical devices', 'Medication'),
  consultations: area('includeConsultations', '1149501000000101', 'List of consultations', 'Consultation'),
  problems: area('includeProblems', '717711000000103', 'Problems', 'Problem'),
  immunisations: area('includeImmunisations', '1102181000000102', 'Immunisations', 'Immunisation'),
  uncategorised: area(
    'includeUncategorisedData',
    '826501000000100',
    'Uncategorised data',
    'Uncategorised data',
    'Miscellaneous record',
  ),
  investigations: area(
    'includeInvestigations',
    '887191000000108',
    'Investigations and results',
    'Investigation',
  ),
  referrals: area('includeReferrals', '792931000000107', 'Outbound referral', 'Referral'),
  diary: area('includeDiaryEntries', '714311000000108', 'Patient recall administration', 'Diary'),
} as const;

export type ClinicalArea = keyof typeof clinicalAreas;
export const clinicalAreaNames = Object.keys(clinicalAreas) as ClinicalArea[];

/** The second list of the allergies area. spec: access-record-structured §6.2 */
export const endedAllergiesList = {
  code: '1103671000000101',
  title: 'Ended allergies',
  display: 'Ended allergies',
} as const;

function area(parameter: string, listCode: string, title: string, itemName: string, display: string = title) {
  return { parameter, listCode, title, display, itemName } as const;
}
