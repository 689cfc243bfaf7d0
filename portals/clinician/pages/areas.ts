// The parts of a record a person can open: title, groups, how many entries a page. Data for nav, pages and timeline.
import type { Item } from '@gp-connect/consumer';
import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import type { OpenRecord } from '../record-shelf.ts';

export type AreaName = ClinicalArea | 'documents';

export interface AreaGroup {
  readonly title: string;
  /** A word on how the group is to be read. */
  readonly about?: string;
  readonly holds: (item: Item) => boolean;
}

export interface AreaPage {
  readonly name: AreaName;
  /** As in addresses and in the menu. */
  readonly title: string;
  readonly groups: readonly AreaGroup[];
  readonly pageSize: number;
  /** Said under the heading, whatever the area holds. */
  readonly about?: string;
}

const all: AreaGroup = { title: 'All entries', holds: () => true };

const pages: readonly AreaPage[] = [
  {
    name: 'medications',
    title: 'Medications',
    pageSize: 40,
    groups: [
      { title: 'Current medications', holds: (item) => item.standing === 'current' },
      { title: 'Past medications', holds: (item) => item.standing !== 'current' },
    ],
  },
  {
    name: 'allergies',
    title: 'Allergies',
    pageSize: 40,
    groups: [
      { title: 'Current allergies and adverse reactions', holds: (item) => item.standing !== 'ended' },
      {
        title: 'Ended allergies',
        about: 'The practice no longer considers these to be allergies of the patient.',
        holds: (item) => item.standing === 'ended',
      },
    ],
  },
  {
    name: 'problems',
    title: 'Problems',
    pageSize: 40,
    groups: [
      { title: 'Active problems', holds: (item) => item.standing === 'current' },
      { title: 'Inactive problems', holds: (item) => item.standing !== 'current' },
    ],
  },
  { name: 'consultations', title: 'Consultations', pageSize: 15, groups: [all] },
  {
    name: 'immunisations',
    title: 'Immunisations',
    pageSize: 50,
    groups: [
      { title: 'Given', holds: (item) => item.kind === 'Immunisation given' },
      {
        title: 'Not given',
        about: 'These immunisations did not take place.',
        holds: (item) => item.standing === 'not-given',
      },
      {
        title: 'Consent and other entries',
        holds: (item) => item.standing !== 'not-given' && item.kind !== 'Immunisation given',
      },
    ],
  },
  { name: 'investigations', title: 'Investigations', pageSize: 20, groups: [all] },
  {
    name: 'referrals',
    title: 'Referrals',
    pageSize: 40,
    about:
      'A referral shows that the practice referred the patient, not that another service is involved now.',
    groups: [all],
  },
  {
    name: 'diary',
    title: 'Diary entries',
    pageSize: 50,
    about: 'Diary entries are things the practice planned. They are not a sign that anything was done.',
    groups: [{ title: 'Planned, not done', holds: () => true }],
  },
  {
    name: 'uncategorised',
    title: 'Other observations',
    pageSize: 100,
    about:
      'Coded entries that belong to none of the other parts, such as blood pressure, weight or smoking status.',
    groups: [all],
  },
  {
    name: 'documents',
    title: 'Documents',
    pageSize: 50,
    about:
      'Documents that entries of this record refer to. The practice may hold others; the documents themselves cannot be opened here.',
    groups: [all],
  },
];

export const areaPages = pages;
export const areaPage = (name: string): AreaPage | undefined => pages.find((page) => page.name === name);

export interface AreaContent {
  readonly items: readonly Item[];
  readonly missing: readonly string[];
  /** Why the area has no answer, or null where it has. */
  readonly unavailable: string | null;
  readonly nothingRecorded: boolean;
  /** The user left this part out of the request. */
  readonly notAsked: boolean;
  /** Items that came along with others, and are no complete answer for this area. */
  readonly alongside: readonly Item[];
}

/** What the record holds for one part. A part that has no list is never shown as empty. */
export function areaContent({ view, asked }: OpenRecord, name: AreaName): AreaContent {
  const alongside = view.context.filter((item) => item.area === name);
  if (name === 'documents') {
    const unavailable = view.warnings.some((text) => text.startsWith('Documents:'))
      ? 'The practice has switched off sharing of documents.'
      : null;
    return {
      items: alongside,
      missing: [],
      unavailable,
      nothingRecorded: false,
      notAsked: false,
      alongside: [],
    };
  }
  const area = view.areas.find((each) => each.area === name);
  if (area) {
    const { items, missing, unavailable, nothingRecorded } = area;
    return { items, missing, unavailable, nothingRecorded, notAsked: false, alongside };
  }
  const notAsked = !asked.includes(name);
  const unavailable = notAsked
    ? null
    : 'The practice’s system did not answer for this part of the record. Treat it as unknown.';
  return { items: [], missing: [], unavailable, nothingRecorded: false, notAsked, alongside };
}

/** What is known to be left out of the record, by part; parts the user did not ask for are no gaps. */
export function gaps(record: OpenRecord): { title: string; texts: readonly string[] }[] {
  const areas = areaPages.flatMap((page) => {
    const { missing, unavailable } = areaContent(record, page.name);
    const texts = [...missing, ...(unavailable ? [unavailable] : [])];
    return texts.length ? [{ title: page.title, texts }] : [];
  });
  const { warnings, notShown } = record.view;
  return [
    ...(warnings.length ? [{ title: 'The whole record', texts: warnings }] : []),
    ...areas,
    ...(notShown.length
      ? [
          {
            title: 'Information this service cannot show',
            texts: notShown.map(({ label, value }) => `${value} of the type “${label}”`),
          },
        ]
      : []),
  ];
}
