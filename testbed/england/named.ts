// The named patients: people with fixed NHS numbers, each showing one edge of the rules.
// spec: foundations §13, §17.3, §17.7; access-record-structured §9; access-document §8
import { namedNhsNumber } from './numbers.ts';

export type NamedKey = (typeof rows)[number][0];

/** What makes a named patient different; anything absent is as for everybody. */
export interface NamedFacts {
  /** Conditions this person certainly has (keys of `conditions`). */
  readonly conditions?: readonly string[];
  readonly diedDaysAgo?: number;
  readonly pds?: 'restricted' | 'very-restricted' | 'minimal' | 'superseded' | 'invalidated' | 'removed';
  /** Key of the named patient whose number replaces this one. */
  readonly supersededBy?: string;
  readonly dissent?: 'self' | 'parent';
  readonly sensitive?: true;
  readonly verification?: string;
  readonly registration?: 'T';
  readonly registeredDaysAgo?: number;
  /** Index of the practice PDS knows where it is not the one that holds the record; null for none. */
  readonly pdsPractice?: number | null;
  readonly pdsFamily?: string;
  /** Index of the practice the person left, whose record ended `registeredDaysAgo`. */
  readonly leftPractice?: number;
}

export interface NamedPatient extends NamedFacts {
  readonly key: NamedKey;
  readonly nhsNumber: string;
  readonly given: string;
  readonly family: string;
  readonly sex: 'female' | 'male';
  readonly ageYears: number;
  /** Age in days where years say too little. */
  readonly ageDays?: number;
  /** Index of the practice that holds the record; null where none does. */
  readonly practiceIndex: number | null;
  readonly shows: string;
}

type Row<K extends string> = readonly [
  key: K,
  given: string,
  family: string,
  sex: 'female' | 'male',
  ageYears: number,
  practiceIndex: number | null,
  shows: string,
  facts?: NamedFacts & { ageDays?: number },
];

const define = <const K extends string>(table: readonly Row<K>[]): readonly Row<K>[] => table;

const rows = define([
  [
    'rich',
    'Marigold',
    'Fernhurst',
    'female',
    67,
    0,
    'a plain good first patient with a rich record (Orchard Health)',
    { conditions: ['hypertension', 'diabetes2', 'osteoarthritis', 'ckd3', 'hypothyroidism'] },
  ],
  [
    'rich-cedar',
    'Rufus',
    'Oakenshaw',
    'male',
    71,
    3,
    'the same richness in a Cedar Clinical record',
    { conditions: ['hypertension', 'copd', 'ihd', 'gout'] },
  ],
  [
    'deceased',
    'Silas',
    'Quarrington',
    'male',
    84,
    0,
    'died two years ago',
    { diedDaysAgo: 730, conditions: ['heartFailure', 'af'] },
  ],
  [
    'deceased-recently',
    'Dilys',
    'Netherby',
    'female',
    79,
    0,
    'died 12 days ago, within the 28 days for medical examiners',
    { diedDaysAgo: 12, conditions: ['dementia', 'hypertension'] },
  ],
  [
    'restricted',
    'Xanthe',
    'Saltmarsh',
    'female',
    36,
    2,
    'restricted on PDS and marked sensitive at the practice',
    { pds: 'restricted', sensitive: true },
  ],
  [
    'very-restricted',
    'Merrick',
    'Vellacott',
    'male',
    41,
    2,
    'very restricted on PDS: no name, no birth date',
    { pds: 'very-restricted', sensitive: true },
  ],
  [
    'opted-out',
    'Hector',
    'Plumtree',
    'male',
    58,
    0,
    'has opted out of sharing (dissent recorded for himself)',
    { dissent: 'self', conditions: ['hypertension'] },
  ],
  [
    'dissent',
    'Juno',
    'Larchmoor',
    'female',
    9,
    3,
    'dissent to share recorded by a parent',
    { dissent: 'parent' },
  ],
  [
    'superseded',
    'Gwenda',
    'Inglefield',
    'female',
    52,
    null,
    'an NHS number that PDS answers with another one',
    { pds: 'superseded', supersededBy: 'superseding' },
  ],
  [
    'superseding',
    'Gwenda',
    'Inglefield',
    'female',
    52,
    1,
    'the number that replaces the superseded one; the record is held under it',
  ],
  ['invalidated', 'Noel', 'Underhay', 'male', 30, null, 'an invalidated NHS number', { pds: 'invalidated' }],
  [
    'no-practice',
    'Quenby',
    'Greymoor',
    'female',
    27,
    null,
    'registered with no practice',
    { pdsPractice: null },
  ],
  [
    'moved-yesterday',
    'Tobias',
    'Rushbrook',
    'male',
    45,
    5,
    'moved practice yesterday: the old practice still holds the record, the new one a short one',
    { registeredDaysAgo: 1, leftPractice: 4 },
  ],
  ['newborn', 'Isla', 'Birkbeckson', 'female', 0, 0, 'nine days old', { ageDays: 9 }],
  [
    'temporary',
    'Caspian',
    'Yarrowby',
    'male',
    33,
    6,
    'temporary resident here, registered elsewhere',
    { registration: 'T', registeredDaysAgo: 20, pdsPractice: 9 },
  ],
  [
    'confidential',
    'Saffron',
    'Thistledown',
    'female',
    39,
    0,
    'has confidential items of every kind, and visible ones beside them',
    { conditions: ['depression', 'asthma', 'hiv'] },
  ],
  [
    'ten-thousand',
    'Wilfred',
    'Coppergate',
    'male',
    88,
    0,
    'a record of 10,000 entries',
    { conditions: ['hypertension', 'diabetes2', 'af', 'heartFailure', 'ckd3', 'osteoarthritis', 'copd'] },
  ],
  [
    'name-changed',
    'Petra',
    'Juniperson',
    'female',
    34,
    1,
    'PDS has the married name, the practice the former one',
    { pdsFamily: 'Kettlewood' },
  ],
  [
    'unverified',
    'Lorcan',
    'Whinberry',
    'male',
    29,
    7,
    'NHS number present but not traced',
    { verification: '02' },
  ],
  ['pregnant', 'Amara', 'Umberleigh', 'female', 31, 0, 'pregnant, 24 weeks', { conditions: ['asthma'] }],
  [
    'anaphylaxis-warfarin',
    'Magnus',
    'Cindertop',
    'male',
    73,
    0,
    'penicillin anaphylaxis, and on warfarin',
    { conditions: ['af', 'hypertension'] },
  ],
  [
    'in-transit',
    'Leonie',
    'Heatherlow',
    'female',
    48,
    2,
    'registered 14 days ago, previous record still in transit',
    { registeredDaysAgo: 14 },
  ],
  [
    'unfiled',
    'Fergus',
    'Tarnside',
    'male',
    63,
    0,
    'has a laboratory report in the workflow, not yet filed',
    { conditions: ['diabetes2'] },
  ],
  [
    'sensitive',
    'Beatrix',
    'Drystone',
    'female',
    44,
    8,
    'marked sensitive at the practice, unrestricted on PDS',
    { sensitive: true },
  ],
  [
    'documents',
    'Vaughan',
    'Bellweather',
    'male',
    61,
    0,
    'a document of every kind and size, with placeholders',
    { conditions: ['ihd'] },
  ],
  [
    'empty',
    'Keira',
    'Foxcroft',
    'female',
    22,
    3,
    'just registered: nothing in the record',
    { registeredDaysAgo: 3 },
  ],
  ['minimal', 'Oswin', 'Lambourne', 'male', 50, 9, 'PDS has minimal data only', { pds: 'minimal' }],
  [
    'scotland',
    'Flora',
    'Ravensworth',
    'female',
    55,
    null,
    'removed from registration: moved to Scotland',
    { pds: 'removed', pdsPractice: null },
  ],
  [
    'degraded',
    'Edith',
    'Hollowell',
    'female',
    76,
    0,
    'degraded and legacy-coded items from an old transfer',
    { conditions: ['hypertension', 'asthma'] },
  ],
  [
    'penicillin-child',
    'Idris',
    'Foxcroft',
    'male',
    6,
    0,
    'a child with penicillin allergy and complete immunisations',
  ],
]);

/** The named patients with their NHS numbers, which never change. */
export const namedPatients: readonly NamedPatient[] = rows.map(
  ([key, given, family, sex, ageYears, practiceIndex, shows, facts], ordinal) => ({
    key,
    nhsNumber: namedNhsNumber(ordinal),
    given,
    family,
    sex,
    ageYears,
    practiceIndex,
    shows,
    ...facts,
  }),
);

export function namedPatient(key: NamedKey): NamedPatient {
  return namedPatients.find((patient) => patient.key === key)!;
}
