// The products a practice switches on and off, and what the GP contract asks of them.
// spec: national-service §1 (product ids), ENB-02 (global switch), ENB-06 (contract), ENB-09 (fallback)
import type { ProductArea } from './types.ts';

/** The practice's one switch over all products; only where it is recorded does it restrict. */
export const globalSwitch = 'gp-connect';

/** The product of interactions that come with every other product (find a patient, read an organisation…). */
export const foundationsProduct = 'foundations';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly areas: readonly ProductArea[];
  /** From this day each practice must have it enabled. */
  readonly contractFrom: string | null;
  /** What senders of messages use instead while it is off. */
  readonly fallback: 'none' | 'nhsmail' | 'letter';
}

const structuredAreas: readonly ProductArea[] = [
  'medications',
  'allergies',
  'immunisations',
  'problems',
  'consultations',
  'uncategorised',
  'investigations',
  'referrals',
  'diary',
];
export const pharmacyServices = [
  'pharmacy-first',
  'blood-pressure-check',
  'pharmacy-contraception',
] as const satisfies readonly ProductArea[];

const CONTRACT = '2025-10-01';
const product = (
  id: string,
  name: string,
  { areas = [], contractFrom = null, fallback = 'none' }: Partial<Omit<Product, 'id' | 'name'>> = {},
): Product => ({ id, name, areas, contractFrom, fallback });

export const products: readonly Product[] = [
  product(globalSwitch, 'GP Connect as a whole'),
  product('ar-html', 'Access Record: HTML', { contractFrom: CONTRACT }),
  product('ar-structured', 'Access Record: Structured', { areas: structuredAreas, contractFrom: CONTRACT }),
  product('access-document', 'Access Document'),
  product('send-document', 'Send Document', { fallback: 'nhsmail' }),
  product('update-record', 'Update Record', {
    areas: pharmacyServices,
    contractFrom: CONTRACT,
    fallback: 'nhsmail',
  }),
  product('appointment-management', 'Appointment Management'),
  product('pfs-record', 'Patient Facing: record'),
  product('pfs-prescriptions', 'Patient Facing: prescriptions'),
  product('pfs-permissions', 'Patient Facing: permissions'),
  product('pfs-appointments', 'Patient Facing: appointments'),
  product('migrate', 'Migration of record and documents'),
];

const byId = new Map(products.map((entry) => [entry.id, entry]));

export function productById(id: string): Product | undefined {
  return byId.get(id);
}
