// The dozen lines a person reads when England is up.
import type { England, NamedKey } from '../england/index.ts';
import type { RunningPlan } from './service-settings.ts';

/** People worth trying first; the rest are in docs/england.md. */
const worthTrying: readonly [NamedKey, string][] = [
  ['rich', 'long record, Orchard Health'],
  ['rich-cedar', 'long record, Cedar Clinical'],
  ['confidential', 'some items withheld'],
  ['name-changed', 'PDS and practice differ'],
  ['opted-out', 'has opted out of sharing'],
];

function nameOf({ personas }: England, persona: string): string {
  const { name, organisation } = personas.find(({ id }) => id === persona)!;
  return `${[name.prefix, name.given, name.family].filter(Boolean).join(' ')}, ${organisation.name}`;
}

export function banner({ england, layout, ports }: RunningPlan, embedded: boolean): string {
  const number = (key: NamedKey): string =>
    england.namedPatients.find((patient) => patient.key === key)!.nhsNumber;
  const doctor = england.personas.find(({ id }) => id === 'hospital-doctor')!;
  const hospital = england.consumers.find(({ ods }) => ods === doctor.organisation.ods)!;
  return [
    `GP Connect: ${england.practices.length} practices on 2 GP systems, ${england.consumers.length} consumer organisations`,
    `  Clinician pages   http://localhost:${ports.clinician}`,
    `  Sign in as        ${doctor.name.prefix} ${doctor.name.given} ${doctor.name.family}, ${hospital.name} (or any of ${england.personas.length} personas)`,
    `  Practice inbox    http://localhost:${ports.practice}   (sign in as ${nameOf(england, 'gp')}, or ${nameOf(england, 'gp-cedar')})`,
    `  Pharmacy pages    http://localhost:${ports.pharmacy}   (sign in as ${nameOf(england, 'pharmacist')}; docs/messaging.md)`,
    `  Gateway           https://localhost:${ports.gateway}   (mutual TLS; certificates in ${layout.trust})`,
    `  PDS and SDS       https://localhost:${ports.directory}`,
    `  GP systems        Orchard Health https://localhost:${ports.orchard}, Cedar Clinical https://localhost:${ports.cedar}`,
    `  Audit log         http://localhost:${ports.publicLog}/policy`,
    '  Try first         find one of these people on the clinician pages, or: npm run gpc -- record ' +
      number('rich'),
    ...worthTrying.map(([key, why]) => `    ${number(key)}  ${why}`),
    `  Data and logs     ${layout.root}   (stop: Ctrl-C; start over: npm start -- --fresh)`,
    ...(embedded
      ? [
          '  The embedded database is for demonstration: real records belong in PostgreSQL (GPC_DATABASE_URL).',
        ]
      : []),
    'Ready.',
  ].join('\n');
}
