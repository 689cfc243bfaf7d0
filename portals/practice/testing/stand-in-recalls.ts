// For tests: the recall part of a practice API in memory. Every person and organisation is made up.
import type { RecallDecision, RecallEntry } from '../recalls-api.ts';
import { receivedAt } from './made-up-messages.ts';

export const madeUpRecall = 'R-2026-0007';

export function madeUpEntry(at: number, more: Partial<RecallEntry> = {}): RecallEntry {
  return {
    entry: `entry-${String(at).padStart(3, '0')}`,
    message: `5a6b0000-0001-4a00-8a00-${String(at).padStart(12, '0')}`,
    senderOds: 'FZZ01',
    stateThen: 'filed',
    filedAt: receivedAt,
    flaggedAt: receivedAt,
    containedAt: receivedAt,
    releasedAt: null,
    proposal: { code: '60001007', display: 'Not pregnant' },
    authorAnswer: 'wrong',
    correctedBy: null,
    outcome: null,
    reason: null,
    decidedBy: null,
    decidedAt: null,
    patient: { nhsNumber: '9990000018', family: 'Hartley', given: ['Maya', 'Rose'], birthDate: '1984-05-09' },
    recorded: { code: '77386006', display: 'Pregnant', at: '2026-11-20' },
    ...more,
  };
}

/** One that waits in the inbox, of a sender that has not answered. */
const waitingEntry = (at: number): RecallEntry =>
  madeUpEntry(at, {
    ...{ stateThen: 'pending', filedAt: null, patient: null, recorded: null, containedAt: null },
    ...{ proposal: null, authorAnswer: null },
  });

export const usualEntries = (): RecallEntry[] => [
  madeUpEntry(1),
  madeUpEntry(2, {
    authorAnswer: 'correct',
    proposal: null,
    correctedBy: null,
    recorded: { code: '77386006', display: 'Pregnant <b>now</b>', at: '2026-11-19T10:00:00Z' },
  }),
  waitingEntry(3),
  madeUpEntry(4, {
    outcome: 'corrected',
    reason: 'asked the patient',
    decidedBy: '555011112222',
    decidedAt: receivedAt,
  }),
];

const outcomeOf = { 'entered-in-error': 'entered-in-error', 'confirm-correct': 'confirmed-correct' } as const;

const exposure = {
  reads: [
    {
      index: 41,
      at: receivedAt,
      nhsNumber: '9990000018',
      organisation: { ods: 'RZ901', name: 'Test Hospital' },
      product: 'ar-structured',
      areas: ['uncategorised'],
      purpose: 'directcare',
      outcome: 'shared',
      staff: 'Dr Sam Thornley',
      role: 'Consultant',
    },
  ],
  notices: [
    {
      organisation: 'RZ901',
      name: 'Test Hospital',
      reads: 1,
      words:
        'To Test Hospital (RZ901). Your organisation was shown once a record in which an entry was wrong.',
    },
  ],
};

/** What the stand-in answers for recalls; `entries` is asked for, and written, whenever something is called. */
export function recallRoutes(inbox: { recallEntries: RecallEntry[] }) {
  const isOpen = ({ outcome }: RecallEntry) => outcome === null;
  return [
    [
      'GET',
      /^\/recalls$/,
      () => ({
        recalls:
          inbox.recallEntries.length === 0
            ? []
            : [
                {
                  recall: madeUpRecall,
                  flaggedAt: receivedAt,
                  entries: inbox.recallEntries.length,
                  open: inbox.recallEntries.filter(isOpen).length,
                },
              ],
      }),
    ],
    [
      'GET',
      /^\/recalls\/([\w-]+)\/entries$/,
      (_body: never, recall: string, query: URLSearchParams) => ({
        entries:
          recall === madeUpRecall
            ? inbox.recallEntries
                .filter((one) => query.get('open') === 'false' || isOpen(one))
                .filter(({ entry }) => entry > (query.get('after') ?? ''))
                .slice(0, Number(query.get('limit')))
            : [],
      }),
    ],
    [
      'POST',
      /^\/recalls\/([\w-]+)\/decisions$/,
      ({ decisions }: { decisions: RecallDecision[] }) => {
        inbox.recallEntries = inbox.recallEntries.map((one) => {
          const made = decisions.find(({ entry }) => entry === one.entry);
          if (made === undefined) return one;
          const outcome = made.decision === 'correct' ? 'corrected' : outcomeOf[made.decision];
          return { ...one, outcome, reason: made.reason, decidedBy: '555011112222', decidedAt: receivedAt };
        });
        return { entries: [] };
      },
    ],
    ['GET', /^\/recalls\/([\w-]+)\/exposure$/, () => exposure],
  ] as const;
}
