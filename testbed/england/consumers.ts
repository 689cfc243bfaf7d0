// Consumer organisations of every care setting, and what each may use. All invented.
// spec: national-service §7 (organisation types, products), foundations §15 (AS records)
import { interactions } from '@gp-connect/foundation/nhs';
import { asidOf, partyKeyOf } from './numbers.ts';
import type { Practice } from './practices.ts';

/** The products of national-service §1, as far as a consumer is given them. */
export type ConsumerProduct =
  | 'ar-html'
  | 'ar-structured'
  | 'access-document'
  | 'send-document'
  | 'update-record'
  | 'appointment-management'
  | 'migrate';

export interface ConsumerOrganisation {
  readonly ods: string;
  readonly name: string;
  /** Organisation type id of national-service §7. */
  readonly orgType: string;
  /** Care setting in the words of the national portal (ORG-02). */
  readonly careSetting: string;
  readonly supplierOds: string;
  readonly supplierName: string;
  readonly product: string;
  readonly productVersion: string;
  readonly asid: string;
  readonly partyKey: string;
  /** Host name its client certificate carries. */
  readonly fqdn: string;
  readonly products: readonly ConsumerProduct[];
  /** Interaction ids it may send. */
  readonly interactions: readonly string[];
  /** False for the one organisation that has signed no data sharing arrangement. */
  readonly dataSharing: boolean;
  /** National-service CON-08: reads need the patient's recorded permission. */
  readonly private: boolean;
}

type Row = [
  ods: string,
  name: string,
  orgType: string,
  careSetting: string,
  supplier: 'brightwell' | 'lanternsoft' | 'pestle' | 'gatehouse',
  products: ConsumerProduct[],
  more?: { dataSharing?: false; private?: true },
];

const productSuppliers = {
  brightwell: { ods: 'YGB11', name: 'Brightwell Systems', product: 'Brightwell Viewer', version: '5.2' },
  lanternsoft: { ods: 'YGL12', name: 'Lanternsoft', product: 'Lantern Triage', version: '3.9' },
  pestle: { ods: 'YGP13', name: 'Pestle and Mortar Software', product: 'Pestle Pharmacy', version: '11.0' },
  gatehouse: { ods: 'YGG14', name: 'Gatehouse Care', product: 'Gatehouse Record', version: '1.18' },
};

const READ: ConsumerProduct[] = ['ar-html', 'ar-structured', 'access-document'];

const rows: Row[] = [
  ['RZ901', 'Northmoor Hospital', 'acute-emergency', 'A&E', 'brightwell', [...READ, 'send-document']],
  [
    'RZ902',
    'Saltcoast Elective Care Centre',
    'secondary-elective',
    'Secondary Care',
    'brightwell',
    [...READ, 'send-document'],
  ],
  [
    'NZ911',
    'Fellshire NHS 111',
    'nhs111',
    'NHS 111',
    'lanternsoft',
    [...READ, 'send-document', 'appointment-management'],
  ],
  [
    'RZA01',
    'Millshire Ambulance Service',
    'ambulance',
    'Urgent Treatment Centre (UTC)',
    'lanternsoft',
    [...READ, 'send-document'],
  ],
  [
    'FZ101',
    'Cornmill Pharmacy',
    'pharmacy',
    'Pharmacy',
    'pestle',
    ['ar-html', 'ar-structured', 'send-document', 'update-record'],
  ],
  [
    'FZ102',
    'Harbour Street Chemist',
    'pharmacy',
    'Pharmacy',
    'pestle',
    ['ar-html', 'ar-structured', 'send-document', 'update-record'],
  ],
  ['VZ201', 'Larchwood Care Home', 'care-home', 'Social Care', 'gatehouse', ['ar-html', 'ar-structured']],
  ['8HZ31', 'Stillwater Hospice', 'hospice', 'Hospice', 'gatehouse', [...READ, 'send-document']],
  [
    'RZC41',
    'Westmere Community Trust',
    'ahp-community',
    'Secondary Care',
    'brightwell',
    [...READ, 'send-document'],
  ],
  [
    'RZM51',
    'Tarnside Mental Health Trust',
    'mental-health',
    'Secondary Care',
    'brightwell',
    [...READ, 'send-document'],
  ],
  [
    'NZO61',
    'Evenlode Out of Hours',
    'gp-hub-pcn-ics',
    'Extended Access Hub',
    'lanternsoft',
    [...READ, 'send-document', 'appointment-management'],
  ],
  [
    'TZ701',
    'Clearsight Opticians',
    'optometry',
    'Optometry',
    'gatehouse',
    ['ar-html', 'ar-structured', 'send-document'],
  ],
  ['RZE81', 'Fellshire Medical Examiner Office', 'medical-examiner', 'Secondary Care', 'brightwell', READ],
  [
    'NZP91',
    'Highfield Private Clinic',
    'private-provider',
    'Remote Consultation',
    'gatehouse',
    ['ar-structured'],
    { private: true },
  ],
  [
    'VZ299',
    'Beechcroft Care Home',
    'care-home',
    'Social Care',
    'gatehouse',
    ['ar-html', 'ar-structured'],
    { dataSharing: false },
  ],
];

const FOUNDATION_ROWS = new Set(['1', '2', '3', '4', '5', '6', '7', '8', '9']);

/** Interaction ids that come with a set of products; Foundations come with every one. */
export function interactionsFor(products: readonly string[]): string[] {
  return interactions
    .filter(
      (i) => (FOUNDATION_ROWS.has(i.row) && i.product === 'foundations') || products.includes(i.product),
    )
    .map((i) => i.id);
}

/** The consumers, the practice among them that also reads from others, in a fixed order. */
export function makeConsumers(practices: readonly Practice[]): ConsumerOrganisation[] {
  const host = practices[1]!;
  const practiceRow: Row = [
    host.ods,
    host.name,
    'gp-practice',
    'Primary Care Network',
    'brightwell',
    [...READ, 'send-document', 'migrate'],
  ];
  return [...rows, practiceRow].map(
    ([ods, name, orgType, careSetting, supplierId, products, more], index) => {
      const supplier = productSuppliers[supplierId];
      return {
        ods,
        name,
        orgType,
        careSetting,
        supplierOds: supplier.ods,
        supplierName: supplier.name,
        product: supplier.product,
        productVersion: supplier.version,
        asid: asidOf(2, index),
        partyKey: partyKeyOf(ods, 500 + index),
        fqdn: `${ods.toLowerCase()}.consumer.example`,
        products,
        interactions: interactionsFor(products),
        dataSharing: more?.dataSharing !== false,
        private: more?.private === true,
      };
    },
  );
}
