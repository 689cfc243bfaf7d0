// Doing something with many filed entries at once, after confirming how many. spec: messaging SG-12
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  nothing,
  reading,
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';

const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);

export const bulkWords = {
  tasks: {
    title: 'Make tasks',
    follows: 'A task is made for each message these entries came from. Nothing is changed in the record.',
    note: 'What is to be done',
    noteMissing: 'Say what is to be done',
    done: (count: number) => `Tasks were made for ${entries(count)}.`,
  },
  error: {
    title: 'Mark as entered in error',
    follows:
      'These entries are marked as entered in error in the record: they are no longer shown or shared. They are not deleted. This needs a clinician.',
    note: 'Reason',
    noteMissing: 'Enter the reason',
    done: (count: number) => `${entries(count)} marked as entered in error.`,
  },
} as const;
export type Bulk = keyof typeof bulkWords;

export function bulkContent(page: {
  readonly session: PracticeSession;
  readonly bulk: Bulk;
  readonly filed: readonly number[];
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
}): Markup {
  const { session, bulk, filed, fields, faults } = page;
  const words = bulkWords[bulk];
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${words.title}: ${entries(filed.length)}</h1><p>${words.follows}</p>
<form method="post" action="/look-back/${bulk}" novalidate>${formTokenField(session)}${filed.map((key) => html`<input type="hidden" name="filed" value="${key}">`)}
${component('textarea', { id: 'note', name: 'note', rows: '3', label: { text: words.note }, value: fields.note, errorMessage: faultAt(faults, 'note'), attributes: { maxlength: '500' } })}
${
  bulk === 'error'
    ? component('input', {
        id: 'confirmed',
        name: 'confirmed',
        width: '5',
        inputmode: 'numeric',
        label: { text: `To confirm, enter how many entries this is about (${filed.length})` },
        value: fields.confirmed,
        errorMessage: faultAt(faults, 'confirmed'),
      })
    : nothing
}
<div class="gpc-actions"><button class="nhsuk-button${bulk === 'error' && ' nhsuk-button--warning'}" accesskey="s">${words.title}</button> <a href="/look-back">Change nothing</a></div></form>`);
}
