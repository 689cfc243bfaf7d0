// Which type of organisation may use which product. spec: national-service §7 (ORG-01…ORG-03, ORG-09), PUR-08
import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { foundationsProduct } from './products.ts';

/** `allowed`: with a signed arrangement. `use-case`: an approved use case besides. */
export type Permission = 'allowed' | 'use-case' | 'never';

export interface OrganisationType {
  readonly id: string;
  readonly name: string;
  readonly permissions: Readonly<Record<string, Permission>>;
  /** Areas of Structured this type is limited to; null: every area. */
  readonly structuredAreas: readonly ClinicalArea[] | null;
}

const columns = [
  'ar-html',
  'ar-structured',
  'access-document',
  'send-document',
  'update-record',
  'appointment-management',
] as const;
const meanings: Readonly<Record<string, Permission>> = { '●': 'allowed', '○': 'use-case', '–': 'never' };

/** PUR-08: what community pharmacies may take from Structured. */
const pharmacyAreas: readonly ClinicalArea[] = ['medications', 'uncategorised', 'investigations'];

const rows: readonly (readonly [id: string, name: string, cells: string])[] = [
  ['acute-emergency', 'Acute and emergency care', '●●●●–●'],
  ['ahp-community', 'Allied health professionals, community', '●●●●–○'],
  ['ambulance', 'Ambulance trusts and services', '●●●●–○'],
  ['care-home', 'Care homes', '●●○○––'],
  ['dentistry', 'Dentistry', '●●○●––'],
  ['gp-hub-pcn-ics', 'GP hubs, primary care networks, integrated care systems', '●●●●–●'],
  ['hospice', 'Hospices', '●●●●––'],
  ['medical-examiner', 'Medical examiners', '●●●–––'],
  ['mental-health', 'Mental health trusts', '●●●●––'],
  ['nhs111', 'NHS 111 providers', '●●●●–●'],
  ['optometry', 'Optometrists', '●●○●––'],
  ['pharmacy', 'Community pharmacies', '●●○●●○'],
  ['secondary-elective', 'Hospitals, elective', '●●●●––'],
  ['social-care', 'Social care', '●●○○––'],
  ['gp-practice', 'Another practice', '●●●●–●'],
  ['private-provider', 'Approved private providers', '○○○○––'],
];

/** The matrix as published by default; `migrate` is for practices only. */
export const organisationTypes: readonly OrganisationType[] = rows.map(([id, name, cells]) => ({
  id,
  name,
  permissions: Object.fromEntries([
    ...columns.map((column, at) => [column, meanings[[...cells][at]!]!]),
    ['migrate', id === 'gp-practice' ? 'allowed' : 'never'],
  ]),
  structuredAreas: id === 'pharmacy' ? pharmacyAreas : null,
}));

const byId = new Map(organisationTypes.map((type) => [type.id, type]));

export function organisationTypeById(id: string): OrganisationType | undefined {
  return byId.get(id);
}

/** What a type may do with a product; unknown types and products may do nothing, Foundations comes with any. */
export function permissionOf(typeId: string, productId: string): Permission {
  const type = byId.get(typeId);
  if (!type) return 'never';
  if (productId === foundationsProduct) return 'allowed';
  return type.permissions[productId] ?? 'never';
}

/** Names of care settings in use at the national portal, by organisation type. spec: national-service ORG-02 */
export const careSettings: Readonly<Record<string, string>> = {
  'Primary Care Network': 'gp-hub-pcn-ics',
  'A&E': 'acute-emergency',
  'NHS 111': 'nhs111',
  'Extended Access Hub': 'gp-hub-pcn-ics',
  'Social Care': 'social-care',
  'Hub (other)': 'gp-hub-pcn-ics',
  Pharmacy: 'pharmacy',
  Optometry: 'optometry',
  'Shared Care Record': 'gp-hub-pcn-ics',
  'Secondary Care': 'secondary-elective',
  Hospice: 'hospice',
  'Online Consultation': 'gp-hub-pcn-ics',
  'Remote Consultation': 'gp-hub-pcn-ics',
  'Urgent Treatment Centre (UTC)': 'acute-emergency',
  'Minor Injuries Unit (MIU)': 'acute-emergency',
  'Walk In Centre': 'acute-emergency',
};

/** Care settings no longer offered to new applicants. */
export const retiredCareSettings: readonly string[] = ['General Practice', 'Community Provider'];
