// The two provider suppliers of the synthetic England and the ways in which their systems differ.
// spec: foundations §3 (service roots), access-record-structured §10.1, §11.4, §18 (live variation)
import type { IdForm } from './random.ts';

/** How a supplier's system writes what the contract leaves open. */
export interface RecordStyle {
  readonly idForm: IdForm;
  /** Namespace of business identifiers; `{ods}` stands for the practice. */
  readonly identifierSystem: string;
  /** Read v2 and CTV3 codings, and local drug codes, stand beside SNOMED. */
  readonly legacyCodings: boolean;
  /** Consultations have headings inside topics; otherwise items lie flat in a topic. */
  readonly headings: boolean;
  /** `value-and-text`: number plus unit text; `text`: one string only. */
  readonly quantity: 'value-and-text' | 'text';
  /** Laboratory request summaries are kept. */
  readonly labRequests: boolean;
  /** Status of reports and results; one incumbent knows none. */
  readonly resultStatus: 'final' | 'unknown';
  /** `Encounter.type` is coded; otherwise the local name as text. */
  readonly codedEncounterTypes: boolean;
  readonly authoredOn: 'instant' | 'date';
}

export interface ProviderSupplier {
  readonly id: 'orchard' | 'cedar';
  readonly name: string;
  readonly odsCode: string;
  readonly product: string;
  readonly version: string;
  /** Host part suggested for its practices' endpoints; the loader may use another. */
  readonly fqdn: string;
  /** Path of each capability's server after `/{ods}/STU3/1/` (HTML: `/{ods}/DSTU2/0/`). */
  readonly routing: Readonly<Record<'foundations' | 'structured' | 'documents' | 'html', string>>;
  readonly style: RecordStyle;
}

export const suppliers: readonly ProviderSupplier[] = [
  {
    id: 'orchard',
    name: 'Orchard Health',
    odsCode: 'YGO01',
    product: 'Orchard Record',
    version: '7.4.0',
    fqdn: 'gp.orchardhealth.example',
    routing: {
      foundations: 'gpconnect/fhir',
      structured: 'gpconnect/structured/fhir',
      documents: 'gpconnect/documents/fhir',
      html: 'gpconnect/fhir',
    },
    style: {
      idForm: 'uuid',
      identifierSystem: 'https://orchardhealth.example/Id/{ods}',
      legacyCodings: true,
      headings: true,
      quantity: 'value-and-text',
      labRequests: true,
      resultStatus: 'final',
      codedEncounterTypes: true,
      authoredOn: 'instant',
    },
  },
  {
    id: 'cedar',
    name: 'Cedar Clinical',
    odsCode: 'YGC02',
    product: 'Cedar Practice',
    version: '2026.2',
    fqdn: 'connect.cedarclinical.example',
    routing: {
      foundations: 'gpconnect',
      structured: 'gpconnect/structured',
      documents: 'gpconnect/documents',
      html: 'gpconnect',
    },
    style: {
      idForm: 'hex16',
      identifierSystem: 'https://cedarclinical.example/Id/record-entry',
      legacyCodings: false,
      headings: false,
      quantity: 'text',
      labRequests: false,
      resultStatus: 'unknown',
      codedEncounterTypes: false,
      authoredOn: 'date',
    },
  },
];

export function supplierOf(id: ProviderSupplier['id']): ProviderSupplier {
  return suppliers.find((supplier) => supplier.id === id)!;
}
