// What suppliers were published to be able to do, as data with its date. spec: national-service §4.3, ENB-10
import { pharmacyServices } from './products.ts';
import type { ProductArea, SupplierCapability, SupplierState } from './types.ts';

export type PublishedSupplier = 'Optum' | 'TPP' | 'Medicus';

export interface PublishedStatus {
  readonly product: string;
  readonly area: ProductArea | null;
  /** `all`: stated for the product as a whole, without naming suppliers. */
  readonly supplier: PublishedSupplier | 'all';
  readonly state: SupplierState;
  readonly goLiveYear: number | null;
}

type Row = [
  product: string,
  areas: readonly (ProductArea | null)[],
  goLiveYear: number | null,
  states: Partial<Record<PublishedSupplier | 'all', SupplierState>>,
];

const rows: readonly Row[] = [
  ['ar-html', [null], 2018, { all: 'live' }],
  ['ar-structured', ['medications', 'allergies'], 2019, { all: 'live' }],
  [
    'ar-structured',
    ['consultations', 'uncategorised'],
    2025,
    { Optum: 'live', TPP: 'live', Medicus: 'fot-ready' },
  ],
  ['ar-structured', ['immunisations'], 2025, { Optum: 'live', TPP: 'fot', Medicus: 'fot-ready' }],
  ['ar-structured', ['investigations'], 2025, { Optum: 'live', TPP: 'live', Medicus: 'fot-ready' }],
  ['ar-structured', ['problems', 'referrals', 'diary'], null, { all: 'in-development' }],
  ['access-document', [null], 2024, { Optum: 'fot-ready', TPP: 'fot-ready', Medicus: 'fot-ready' }],
  ['send-document', [null], 2023, { all: 'live' }],
  ['update-record', pharmacyServices, 2024, { Optum: 'live', TPP: 'live' }],
  ['appointment-management', [null], null, { all: 'live' }],
  ...['record', 'prescriptions', 'permissions', 'appointments'].map(
    (name): Row => [`pfs-${name}`, [null], 2025, { Medicus: 'live' }],
  ),
];

/** The published matrix of 7 April 2026. */
export const publishedStatus: { readonly asAt: string; readonly rows: readonly PublishedStatus[] } = {
  asAt: '2026-04-07',
  rows: rows.flatMap(([product, areas, goLiveYear, states]) =>
    areas.flatMap((area) =>
      Object.entries(states).map(([supplier, state]) => ({
        product,
        area,
        supplier: supplier as PublishedStatus['supplier'],
        state,
        goLiveYear,
      })),
    ),
  ),
};

/**
 * The published matrix as capabilities of the suppliers given with their ODS codes, ready to load.
 * A product stated only by area gets a row for itself: `live` where any area of the supplier is.
 */
export function publishedCapabilities(
  odsOf: Partial<Record<PublishedSupplier, string>>,
): SupplierCapability[] {
  return Object.entries(odsOf).flatMap(([name, supplier]) => {
    const own = publishedStatus.rows.filter((row) => row.supplier === 'all' || row.supplier === name);
    const capabilities = own.map(({ product, area, state, goLiveYear }) => ({
      supplier,
      product,
      area,
      state,
      goLiveYear,
      fotPairs: [],
    }));
    const whole = new Set(own.filter((row) => row.area === null).map((row) => row.product));
    const byArea = new Set(own.map((row) => row.product).filter((product) => !whole.has(product)));
    for (const product of byArea) {
      const years = own.filter((row) => row.product === product && row.state === 'live');
      capabilities.push({
        supplier,
        product,
        area: null,
        state: years.length ? 'live' : 'in-development',
        goLiveYear: years.map((row) => row.goLiveYear ?? Number.MAX_SAFE_INTEGER).sort()[0] ?? null,
        fotPairs: [],
      });
    }
    return capabilities;
  });
}
