// The catalogue of interactions: id, server, method, path, scope, product. spec: foundations §4
// Path templates are relative to the service root; `{id}` stands for a logical id.

export type CapabilityServer = 'foundations' | 'structured' | 'documents' | 'html';

export interface Interaction {
  readonly id: string;
  /** Row of the master table (foundations §4.1), or the table's name for 0.x ids. */
  readonly row: string;
  readonly server: CapabilityServer;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** The access scope its token must carry. */
  readonly scope: 'patient/*.read' | 'patient/*.write' | 'organization/*.read';
  /** Product id of national-service §1. */
  readonly product: string;
  /** What a router may wait for the first byte, in seconds (foundations §6.4). */
  readonly firstByteSeconds: number;
  readonly fhir: 'STU3' | 'DSTU2';
}

const G = 'urn:nhs:names:services:gpconnect:fhir:';
const S = 'urn:nhs:names:services:gpconnect:structured:fhir:';
const D = 'urn:nhs:names:services:gpconnect:documents:fhir:';

type Columns = [
  row: string,
  server: CapabilityServer,
  id: string,
  method: Interaction['method'],
  path: string,
  scope: Interaction['scope'],
  product: string,
  firstByteSeconds?: number,
];

const PR = 'patient/*.read';
const PW = 'patient/*.write';
const OR = 'organization/*.read';

const stu3: Columns[] = [
  ['1', 'foundations', `${G}rest:read:metadata-1`, 'GET', '/metadata', OR, 'foundations'],
  ['2', 'foundations', `${G}rest:search:patient-1`, 'GET', '/Patient', PR, 'foundations'],
  ['3', 'foundations', `${G}rest:read:patient-1`, 'GET', '/Patient/{id}', PR, 'foundations'],
  ['4', 'foundations', `${G}rest:search:practitioner-1`, 'GET', '/Practitioner', OR, 'foundations'],
  ['5', 'foundations', `${G}rest:read:practitioner-1`, 'GET', '/Practitioner/{id}', OR, 'foundations'],
  ['6', 'foundations', `${G}rest:search:organization-1`, 'GET', '/Organization', OR, 'foundations'],
  ['7', 'foundations', `${G}rest:read:organization-1`, 'GET', '/Organization/{id}', OR, 'foundations'],
  ['8', 'foundations', `${G}rest:read:location-1`, 'GET', '/Location/{id}', OR, 'foundations'],
  [
    '9',
    'foundations',
    `${G}operation:gpc.registerpatient-1`,
    'POST',
    '/Patient/$gpc.registerpatient',
    PW,
    'foundations',
  ],
  [
    '10',
    'foundations',
    `${G}rest:search:healthcareservice-1`,
    'GET',
    '/HealthcareService',
    OR,
    'foundations',
  ],
  [
    '11',
    'foundations',
    `${G}rest:read:healthcareservice-1`,
    'GET',
    '/HealthcareService/{id}',
    OR,
    'foundations',
  ],
  ['12', 'foundations', `${G}rest:search:slot-1`, 'GET', '/Slot', OR, 'appointment-management'],
  [
    '13',
    'foundations',
    `${G}rest:create:appointment-1`,
    'POST',
    '/Appointment',
    PW,
    'appointment-management',
  ],
  [
    '14',
    'foundations',
    `${G}rest:search:patient_appointments-1`,
    'GET',
    '/Patient/{id}/Appointment',
    PR,
    'appointment-management',
  ],
  [
    '15',
    'foundations',
    `${G}rest:read:appointment-1`,
    'GET',
    '/Appointment/{id}',
    PR,
    'appointment-management',
  ],
  [
    '16',
    'foundations',
    `${G}rest:update:appointment-1`,
    'PUT',
    '/Appointment/{id}',
    PW,
    'appointment-management',
  ],
  [
    '17',
    'foundations',
    `${G}rest:cancel:appointment-1`,
    'PUT',
    '/Appointment/{id}',
    PW,
    'appointment-management',
  ],
  ['18', 'structured', `${S}rest:read:metadata-1`, 'GET', '/metadata', OR, 'ar-structured'],
  [
    '19',
    'structured',
    `${G}operation:gpc.getstructuredrecord-1`,
    'POST',
    '/Patient/$gpc.getstructuredrecord',
    PR,
    'ar-structured',
    120,
  ],
  [
    '20',
    'structured',
    `${G}operation:gpc.migratestructuredrecord-1`,
    'POST',
    '/Patient/$gpc.migratestructuredrecord',
    PR,
    'migrate',
    600,
  ],
  ['21', 'documents', `${D}rest:read:metadata-1`, 'GET', '/metadata', OR, 'access-document'],
  ['22', 'documents', `${D}rest:search:patient-1`, 'GET', '/Patient', PR, 'access-document'],
  [
    '23',
    'documents',
    `${D}rest:search:documentreference-1`,
    'GET',
    '/Patient/{id}/DocumentReference',
    PR,
    'access-document',
  ],
  ['24', 'documents', `${D}rest:read:binary-1`, 'GET', '/Binary/{id}', PR, 'access-document', 600],
  ['25', 'documents', `${D}rest:migrate:binary-1`, 'GET', '/Binary/{id}', PR, 'migrate', 600],
];

const dstu2: Columns[] = [
  ['0.x', 'html', `${G}rest:read:metadata`, 'GET', '/metadata', OR, 'ar-html'],
  [
    '0.x',
    'html',
    `${G}operation:gpc.getcarerecord`,
    'POST',
    '/Patient/$gpc.getcarerecord',
    PR,
    'ar-html',
    120,
  ],
];

const table = (rows: Columns[], fhir: Interaction['fhir']): Interaction[] =>
  rows.map(([row, server, id, method, path, scope, product, firstByteSeconds]) => ({
    row,
    server,
    id,
    method,
    path,
    scope,
    product,
    firstByteSeconds: firstByteSeconds ?? 30,
    fhir,
  }));

export const interactions: readonly Interaction[] = [...table(stu3, 'STU3'), ...table(dstu2, 'DSTU2')];

const byId = new Map(interactions.map((interaction) => [interaction.id, interaction]));

/** Exact match, as on the wire; undefined for an id no server here knows. */
export function interactionById(id: string): Interaction | undefined {
  return byId.get(id);
}

/** The row of the master table, for code that means one interaction: `interactionRow('19')`. */
export function interactionRow(row: string): Interaction {
  const found = interactions.find((interaction) => interaction.row === row);
  if (!found) throw new RangeError(`no interaction row ${row}`);
  return found;
}

export const interactionId = {
  structuredRecord: `${G}operation:gpc.getstructuredrecord-1`,
  migrateStructuredRecord: `${G}operation:gpc.migratestructuredrecord-1`,
  structuredMetadata: `${S}rest:read:metadata-1`,
  foundationsMetadata: `${G}rest:read:metadata-1`,
  findPatient: `${G}rest:search:patient-1`,
  documentsFindPatient: `${D}rest:search:patient-1`,
  documentsSearch: `${D}rest:search:documentreference-1`,
  documentsRead: `${D}rest:read:binary-1`,
  documentsMigrate: `${D}rest:migrate:binary-1`,
  documentsMetadata: `${D}rest:read:metadata-1`,
  careRecordHtml: `${G}operation:gpc.getcarerecord`,
} as const;

const shapes = new Map<string, RegExp>();

/** The logical id in the path where the template has one. `null` where the path has another shape. */
export function matchPath(interaction: Interaction, path: string): { id?: string } | null {
  let shape = shapes.get(interaction.path);
  if (!shape) {
    const pattern = interaction.path.replace(/[.$/]/g, '\\$&').replace('{id}', '([A-Za-z0-9\\-.]{1,64})');
    shape = new RegExp(`^${pattern}$`);
    shapes.set(interaction.path, shape);
  }
  const match = shape.exec(path);
  if (!match) return null;
  return match[1] === undefined ? {} : { id: match[1] };
}

/** The triple of foundations §4.3: id, method and path must belong together. */
export function interactionFits(interaction: Interaction, method: string, path: string): boolean {
  return interaction.method === method && matchPath(interaction, path) !== null;
}
