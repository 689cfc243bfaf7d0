// Extension addresses: one host, one spelling, whichever a system uses.
// spec: access-record-structured §10.1 (two hosts), §11 (N: and H:), §18; foundations §11.4
import { hl7UkProfile, nhsProfile } from '@gp-connect/foundation/nhs';

const nhs = [
  'Extension-coding-sctdescid',
  'Extension-CareConnect-GPC-AllergyIntoleranceEnd-1',
  'Extension-CareConnect-GPC-MedicationStatementLastIssueDate-1',
  'Extension-CareConnect-GPC-PrescribingAgency-1',
  'Extension-CareConnect-GPC-MedicationRepeatInformation-1',
  'Extension-CareConnect-GPC-MedicationStatusReason-1',
  'Extension-CareConnect-GPC-PrescriptionType-1',
  'Extension-CareConnect-GPC-MedicationQuantityText-1',
  'Extension-CareConnect-GPC-NHSNumberVerificationStatus-1',
  'Extension-CareConnect-GPC-RegistrationDetails-1',
  'Extension-CareConnect-GPC-NHSCommunication-1',
  'Extension-CareConnect-GPC-MainLocation-1',
  'Extension-CareConnect-GPC-NominatedPharmacy-1',
  'Extension-CareConnect-GPC-DeathNotificationStatus-1',
  'Extension-CareConnect-GPC-ClinicalSetting-1',
  'Extension-CareConnect-GPC-ListWarningCode-1',
  'Extension-CareConnect-GPC-ReasonCondition-1',
];

const hl7Uk = [
  'Extension-CareConnect-MedicationDosageLastChanged-1',
  'Extension-CareConnect-ParentPresent-1',
  'Extension-CareConnect-DateRecorded-1',
  'Extension-CareConnect-VaccinationProcedure-1',
  'Extension-CareConnect-ActualProblem-1',
  'Extension-CareConnect-RelatedProblemHeader-1',
  'Extension-CareConnect-RelatedClinicalContent-1',
  'Extension-CareConnect-ProblemSignificance-1',
  'Extension-CareConnect-ValueApproximation-1',
  'Extension-CareConnect-FastingStatus-1',
];

/** Spellings seen live or in older profiles, by the tail they should have. */
const otherTails: Readonly<Record<string, string>> = {
  'Extension-CareConnect-GPC-ParentPresent-1': 'Extension-CareConnect-ParentPresent-1',
  'Extension-CareConnect-GPC-DateRecorded-1': 'Extension-CareConnect-DateRecorded-1',
  'Extension-CareConnect-GPC-VaccinationProcedure-1': 'Extension-CareConnect-VaccinationProcedure-1',
  'Extension-CareConnect-GPC-ActualProblem-1': 'Extension-CareConnect-ActualProblem-1',
  'Extension-CareConnect-GPC-RelatedProblemHeader-1': 'Extension-CareConnect-RelatedProblemHeader-1',
  'Extension-CareConnect-GPC-RelatedClinicalContent-1': 'Extension-CareConnect-RelatedClinicalContent-1',
  'Extension-CareConnect-GPC-ProblemSignificance-1': 'Extension-CareConnect-ProblemSignificance-1',
  'Extensioncoding-CareConnect-GPC-DosageLastChanged-1':
    'Extension-CareConnect-MedicationDosageLastChanged-1',
  'Extension-CareConnect-GPC-DosageLastChanged-1': 'Extension-CareConnect-MedicationDosageLastChanged-1',
};

const addresses = new Map<string, string>([
  ...nhs.map((tail): [string, string] => [tail.toLowerCase(), nhsProfile(tail)]),
  ...hl7Uk.map((tail): [string, string] => [tail.toLowerCase(), hl7UkProfile(tail)]),
]);
const misspelt = new Map(
  Object.entries(otherTails).map(([tail, right]) => [
    tail.toLowerCase(),
    addresses.get(right.toLowerCase())!,
  ]),
);

/** Names of the parts of compound extensions. */
const parts = new Map(
  [
    'descriptionId',
    'descriptionDisplay',
    'endDate',
    'reasonEnded',
    'numberOfRepeatPrescriptionsAllowed',
    'numberOfRepeatPrescriptionsIssued',
    'authorisationExpiryDate',
    'statusReason',
    'statusChangeDate',
    'registrationPeriod',
    'registrationType',
    'registrationStatus',
    'preferredBranchSurgery',
    'type',
    'target',
    'language',
    'preferred',
    'modeOfCommunication',
    'communicationProficiency',
    'interpreterRequired',
  ].map((name) => [name.toLowerCase(), name]),
);

/** The address an extension should have and the rule that says so; undefined where it is right or not known. */
export function extensionAddress(url: string): { rule: string; url: string } | undefined {
  const slash = url.lastIndexOf('/');
  if (slash === -1) {
    const name = parts.get(url.toLowerCase());
    return name === undefined || name === url ? undefined : { rule: 'extension-part-letter-case', url: name };
  }
  const tail = url
    .slice(slash + 1)
    .trim()
    .toLowerCase();
  const right = addresses.get(tail);
  if (right !== undefined) return right === url ? undefined : { rule: 'extension-host', url: right };
  const meant = misspelt.get(tail);
  return meant === undefined ? undefined : { rule: 'extension-misspelt', url: meant };
}
