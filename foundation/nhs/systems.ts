// Identifier and code systems, by the name people use for them. spec: foundations §11

export const system = {
  nhsNumber: 'https://fhir.nhs.uk/Id/nhs-number',
  odsOrganisation: 'https://fhir.nhs.uk/Id/ods-organization-code',
  odsSite: 'https://fhir.nhs.uk/Id/ods-site-code',
  sdsUser: 'https://fhir.nhs.uk/Id/sds-user-id',
  sdsRoleProfile: 'https://fhir.nhs.uk/Id/sds-role-profile-id',
  gmc: 'https://fhir.hl7.org.uk/Id/gmc-number',
  gmp: 'https://fhir.hl7.org.uk/Id/gmp-number',
  dosService: 'https://fhir.nhs.uk/Id/uec-dos-service-id',
  asid: 'https://fhir.nhs.uk/Id/nhsSpineASID',
  partyKey: 'https://fhir.nhs.uk/Id/nhsMhsPartyKey',
  interaction: 'https://fhir.nhs.uk/Id/nhsServiceInteractionId',
  mhsFqdn: 'https://fhir.nhs.uk/Id/nhsMhsFQDN',
  cpaId: 'https://fhir.nhs.uk/Id/nhsMhsCPAId',
  mhsId: 'https://fhir.nhs.uk/Id/nhsMHSId',
  snomed: 'http://snomed.info/sct',
  readV2: 'http://read.info/readv2',
  ctv3: 'http://read.info/ctv3',
  ucum: 'http://unitsofmeasure.org',
  spineError: 'https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1',
  sspError: 'http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0',
  pdsError: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode',
  sdsError: 'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1',
  registrationType: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-RegistrationType-1',
  nhsNumberVerification: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1',
  prescribingAgency: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescribingAgency-1',
  prescriptionType: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1',
  listWarning: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListWarningCode-1',
  listEmptyReason: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1',
  secondaryList: 'https://fhir.hl7.org.uk/STU3/CodeSystem/GPConnect-SecondaryListValues-1',
  conditionCategory: 'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1',
  jobRole: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-SDSJobRoleName-1',
  organisationType: 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1',
  confidentiality: 'http://hl7.org/fhir/v3/Confidentiality',
  actCode: 'http://hl7.org/fhir/v3/ActCode',
  crossCareSetting: 'https://fhir.nhs.uk/Id/cross-care-setting-identifier',
} as const;

/** The older systems of the DSTU2 (0.x) versions. spec: foundations §7.5, §11.1 */
export const dstu2System = {
  nhsNumber: 'http://fhir.nhs.net/Id/nhs-number',
  odsOrganisation: 'http://fhir.nhs.net/Id/ods-organization-code',
  sdsUser: 'http://fhir.nhs.net/Id/sds-user-id',
  /** The spelling the token must use: a frozen mistake, without `/Id/`. */
  sdsUserInToken: 'http://fhir.nhs.net/sds-user-id',
  sdsJobRole: 'http://fhir.nhs.net/ValueSet/sds-job-role-name-1',
  error: 'http://fhir.nhs.net/ValueSet/gpconnect-error-or-warning-code-1',
} as const;

const NHS_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/';
const HL7UK_PROFILE = 'https://fhir.hl7.org.uk/STU3/StructureDefinition/';

/** `https://fhir.nhs.uk/STU3/StructureDefinition/{tail}` */
export const nhsProfile = (tail: string): string => NHS_PROFILE + tail;
/** `https://fhir.hl7.org.uk/STU3/StructureDefinition/{tail}` */
export const hl7UkProfile = (tail: string): string => HL7UK_PROFILE + tail;

/** The profile each resource type carries in GP Connect answers. spec: access-record-structured §11, §12, §20 */
export const resourceProfile: Readonly<Record<string, string>> = {
  AllergyIntolerance: nhsProfile('CareConnect-GPC-AllergyIntolerance-1'),
  Condition: nhsProfile('CareConnect-GPC-ProblemHeader-Condition-1'),
  DiagnosticReport: nhsProfile('CareConnect-GPC-DiagnosticReport-1'),
  DocumentReference: nhsProfile('CareConnect-GPC-DocumentReference-1'),
  Encounter: nhsProfile('CareConnect-GPC-Encounter-1'),
  HealthcareService: hl7UkProfile('CareConnect-HealthcareService-1'),
  Immunization: nhsProfile('CareConnect-GPC-Immunization-1'),
  List: nhsProfile('CareConnect-GPC-List-1'),
  Location: nhsProfile('CareConnect-GPC-Location-1'),
  Medication: nhsProfile('CareConnect-GPC-Medication-1'),
  MedicationRequest: nhsProfile('CareConnect-GPC-MedicationRequest-1'),
  MedicationStatement: nhsProfile('CareConnect-GPC-MedicationStatement-1'),
  Observation: nhsProfile('CareConnect-GPC-Observation-1'),
  OperationOutcome: nhsProfile('GPConnect-OperationOutcome-1'),
  Organization: nhsProfile('CareConnect-GPC-Organization-1'),
  Patient: nhsProfile('CareConnect-GPC-Patient-1'),
  Practitioner: nhsProfile('CareConnect-GPC-Practitioner-1'),
  PractitionerRole: nhsProfile('CareConnect-GPC-PractitionerRole-1'),
  ProcedureRequest: nhsProfile('CareConnect-GPC-ProcedureRequest-1'),
  QuestionnaireResponse: hl7UkProfile('CareConnect-QuestionnaireResponse-1'),
  ReferralRequest: nhsProfile('CareConnect-GPC-ReferralRequest-1'),
  Specimen: nhsProfile('CareConnect-GPC-Specimen-1'),
};

export const structuredBundleProfile = nhsProfile('GPConnect-StructuredRecord-Bundle-1');
export const searchsetBundleProfile = nhsProfile('GPConnect-Searchset-Bundle-1');
export const operationOutcomeProfile = nhsProfile('GPConnect-OperationOutcome-1');
export const dstu2OperationOutcomeProfile =
  'http://fhir.nhs.net/StructureDefinition/gpconnect-operationoutcome-1';
