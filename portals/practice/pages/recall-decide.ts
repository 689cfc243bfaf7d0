// Settling one entry of a recall, or several in the same way: what each choice does, and the reason.
// spec: national-service INC-07, INC-08, INC-10, INC-11
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
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import { offeredFor, type RecallChoice } from '../recall-form.ts';
import type { RecallEntry } from '../recalls-api.ts';
import { authorSays, patientOf, recallHref, recordedText } from './recalls.ts';
import { momentText } from './times.ts';

const words: Readonly<Record<RecallChoice, readonly [text: string, hint: string]>> = {
  'entered-in-error': [
    'Wrong: mark as entered in error',
    'In the record it stays, marked, and is shown to nobody. What still waits in the inbox is refused and can no longer be filed.',
  ],
  'as-proposed': [
    'Wrong: correct it as the sender proposes',
    'The wrong entry is marked as entered in error; a new one takes its place, with your name as who corrected it.',
  ],
  'other-code': ['Wrong: correct it to another code', 'The same, with the code you enter.'],
  'text-only': [
    'Keep the words, drop the code',
    'The coded entry is marked as entered in error; its words stay, uncoded.',
  ],
  'confirm-correct': ['Right after all', 'It stays as it is, and is shown again if it was withheld.'],
};

const done: Readonly<Record<RecallChoice, string>> = {
  'entered-in-error': 'marked as entered in error, or refused where not filed',
  'as-proposed': 'corrected as the sender proposed',
  'other-code': 'corrected',
  'text-only': 'kept as text, without the code',
  'confirm-correct': 'confirmed as right',
};

const entriesText = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);
export const settledText = (choice: string | undefined, count: number): string =>
  `${entriesText(count)} ${done[choice as RecallChoice] ?? 'settled'}. The sender is told.`;
export const decideTitle = (count: number): string => `Decide on ${entriesText(count)}`;

export function decideContent(page: {
  readonly session: PracticeSession;
  readonly recall: string;
  readonly entries: readonly RecallEntry[];
  readonly after: string;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
}): Markup {
  const { session, recall, entries, after, fields, faults } = page;
  const input = (name: string, label: string, width: string, more: object = {}) =>
    component('input', {
      ...{ id: name, name, width, label: { text: label }, value: fields[name], ...more },
      errorMessage: faultAt(faults, name),
    });
  const choices = offeredFor(entries);
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${decideTitle(entries.length)}</h1>
${entries.length > 1 ? html`<p>The same is decided for all of these, with one reason. To decide differently, go back and choose them one by one.</p>` : nothing}
<div class="gpc-recall-chosen">${entries.map(chosen)}</div>
<form method="post" action="${recallHref(recall, '/decide')}" novalidate autocomplete="off" class="gpc-card gpc-settle">${formTokenField(session)}<input type="hidden" name="after" value="${after}">${entries.map(({ entry }) => html`<input type="hidden" name="entry" value="${entry}">`)}
${component('radios', {
  idPrefix: 'decision',
  name: 'decision',
  fieldset: { legend: { text: 'Your decision', classes: 'nhsuk-fieldset__legend--m' } },
  hint: { text: 'Only a clinician decides. Nothing is deleted.' },
  value: fields.decision,
  errorMessage: faultAt(faults, 'decision'),
  items: choices.map((value) => ({
    value,
    text: value === 'as-proposed' ? asProposed(entries) : words[value][0],
    hint: { text: words[value][1] },
  })),
})}
${choices.includes('other-code') ? html`<div class="gpc-if-other">${input('code', 'SNOMED CT code', '20', { inputmode: 'numeric', hint: { text: 'Only for another code' } })}${input('term', 'What it means', '30', { attributes: { maxlength: '300' } })}</div>` : nothing}
${component('textarea', { id: 'reason', name: 'reason', rows: '3', label: { text: 'Reason' }, hint: { text: 'It is kept with the decision.' }, value: fields.reason, errorMessage: faultAt(faults, 'reason'), attributes: { maxlength: '500' } })}
${entries.length > 1 ? input('confirmed', `To confirm, enter how many entries this is about (${entries.length})`, '5', { inputmode: 'numeric' }) : nothing}
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Settle ${entriesText(entries.length)}</button> <a href="${recallHref(recall)}">Change nothing</a></div></form>`;
}

/** Names what is proposed, where it is one and the same. */
function asProposed(entries: readonly RecallEntry[]): string {
  const [one, ...others] = new Set(entries.map(({ proposal }) => `${proposal?.display} (${proposal?.code})`));
  return `${words['as-proposed'][0]}: ${others.length === 0 ? one : 'each as its own sender does'}`;
}

const chosen = (entry: RecallEntry): Markup =>
  html`<section class="gpc-entry gpc-decide gpc-decide--warn"><h2 class="gpc-entry__title">${recordedText(entry)}${entry.recorded?.code && html` <span class="gpc-code">${entry.recorded.code}</span>`}</h2>
<dl class="gpc-facts"><div><dt>Patient</dt><dd>${patientOf(entry)}</dd></div><div><dt>From</dt><dd>${entry.senderOds}<span class="gpc-sub">${entry.filedAt === null ? 'Not filed' : `Filed ${momentText(entry.filedAt)}`}</span></dd></div><div><dt>The sender says</dt><dd>${authorSays(entry)}</dd></div></dl></section>`;
