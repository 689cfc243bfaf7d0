// Code systems, identifier systems and extension addresses of the messaging products. spec: messaging §2, §6
import { hl7UkProfile, nhsProfile } from '../nhs/index.ts';

export const itkSystem = {
  event: 'https://fhir.nhs.uk/STU3/CodeSystem/ITK-MessageEvent-2',
  recipientType: 'https://fhir.nhs.uk/STU3/CodeSystem/ITK-RecipientType-1',
  response: 'https://fhir.nhs.uk/STU3/CodeSystem/ITK-ResponseCodes-1',
  olderResponse: 'https://fhir.nhs.uk/STU3/CodeSystem/ITK-Acknowledgement-1',
  uuid: 'https://tools.ietf.org/html/rfc4122',
  heading: 'https://fhir.nhs.uk/CodeSystem/RecordStandardHeadings',
  sectionCode: 'https://fhir.nhs.uk/CodeSystem/SectionCode',
  gphc: 'https://fhir.hl7.org.uk/Id/gphc-number',
  dmd: 'https://dmd.nhs.uk',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  participantType: 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1',
  outcomeOfAttendance: 'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-OutcomeOfAttendance-1',
  supplyType: 'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-MedicationSupplyType-1',
  dispenseCategory: 'http://hl7.org/fhir/medication-dispense-category',
  immunizationRole: 'http://hl7.org/fhir/v2/0443',
  encounterParticipation: 'http://hl7.org/fhir/v3/ParticipationType',
} as const;

/** The two spellings under which job roles travel. spec: messaging §6.2 PractitionerRole */
export const jobRoleSystems: readonly string[] = [
  'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-SDSJobRoleName-1',
  'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-SDSJobRoleName-1',
];

/** Both hosts under which the verification status of an NHS number travels in deployed messages. */
export const verificationExtensions: readonly string[] = [
  nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
  hl7UkProfile('Extension-CareConnect-NHSNumberVerificationStatus-1'),
];

export const itkProfile = {
  messageBundle: nhsProfile('ITK-Message-Bundle-1'),
  documentBundle: nhsProfile('ITK-Document-Bundle-1'),
  header: nhsProfile('ITK-MessageHeader-2'),
  headerOrganisation: nhsProfile('CareConnect-ITK-Header-Organization-1'),
  responseOutcome: nhsProfile('ITK-Response-OperationOutcome-1'),
} as const;

export const itkExtension = {
  handling: nhsProfile('Extension-ITK-MessageHandling-2'),
  careSetting: hl7UkProfile('Extension-CareConnect-CareSettingType-1'),
  outcomeOfAttendance: hl7UkProfile('Extension-CareConnect-OutcomeOfAttendance-1'),
  vaccinationProcedure: hl7UkProfile('Extension-CareConnect-VaccinationProcedure-1'),
  dateRecorded: hl7UkProfile('Extension-CareConnect-DateRecorded-1'),
  quantityText: hl7UkProfile('Extension-CareConnect-MedicationQuantityText-1'),
} as const;

/** What stands in a response where the request's ids could not be read. spec: messaging §3.4 */
export const unreadable = 'UNREADABLE-IN-ORIGINAL-MESSAGE';
