// Messages of this pharmacy that practices ask about, and the answer to one. spec: national-service INC-09
import type { StoredMessage, UpdateRecordInput } from '@gp-connect/consumer';
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
import type { PharmacySession } from '../desk.ts';
import { whatIsSent } from '../pages/check.ts';
import { when } from '../pages/moments.ts';
import { answerWords, likelyCodes } from './answer-form.ts';
import type { RecalledMessage } from './recall-desk.ts';

/** How the practice settled a message. */
const settledWords: Readonly<Record<string, string>> = {
  'entered-in-error': 'Entered in error: it is no longer shown to anybody',
  corrected: 'Corrected in the record',
  'confirmed-correct': 'Right: it stays in the record',
  rejected: 'Refused: it never entered the record',
};

const tag = (text: string, colour: string): Markup =>
  component('tag', { text, classes: `nhsuk-tag--${colour} gpc-tag` });

const stateOf = ({ outcome, answer }: RecalledMessage): Markup =>
  outcome !== 'check'
    ? tag('Settled', 'green')
    : answer === null
      ? tag('To answer', 'orange')
      : tag('Answered', 'blue');

const settledText = ({ outcome }: RecalledMessage): string => settledWords[outcome] ?? outcome;

export function recallsContent(
  recalled: readonly (readonly [RecalledMessage, StoredMessage | undefined])[],
): Markup {
  return html`<h1 class="nhsuk-heading-l">Recalled messages</h1>
<p>Practices ask whether what you sent is right, because something of the same kind was recorded wrongly elsewhere. Your answer is a proposal: the practice decides, and tells you here how.</p>
${
  recalled.length === 0
    ? component('inset-text', { text: 'No practice asks about a message.' })
    : html`<div class="gpc-scroll" role="region" aria-label="Recalled messages" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">Message</th><th scope="col">Practice</th><th scope="col">About</th><th scope="col">State</th><th scope="col">Your answer</th></tr></thead><tbody>${recalled.map(row)}</tbody></table></div>`
}`;
}

const row = ([recalled, message]: readonly [RecalledMessage, StoredMessage | undefined]): Markup =>
  html`<tr><th scope="row"><a href="/recalls/${recalled.id}">${message ? `${message.patient_name}: ${message.title}` : 'A message sent from elsewhere'}<span class="nhsuk-u-visually-hidden">, row ${recalled.id}</span></a><br><span class="gpc-muted">${message ? `Sent ${when(message.sent_at)}` : recalled.messageId}</span></th><td>${recalled.practice}</td><td>${recalled.title ?? 'Not said'}<br><span class="gpc-muted">Recall ${recalled.recall}, ${when(recalled.toldAt)}</span></td><td>${stateOf(recalled)}${recalled.outcome !== 'check' && html`<br>${settledText(recalled)}`}</td><td>${answerText(recalled)}</td></tr>`;

const answerText = ({
  outcome,
  answer,
  corrected,
  correctedBy,
  answeredAt,
  answeredBy,
}: RecalledMessage): Markup =>
  answer === null
    ? html`${outcome === 'check' ? 'None yet' : 'None was given'}`
    : html`${answerWords[answer]}${corrected && html`. Meant: <strong>${corrected.display}</strong>`}${correctedBy && html`. Replaced by a newer message`}<br><span class="gpc-muted">${answeredBy}, ${when(answeredAt)}</span>`;

export interface AnswerPage {
  readonly session: PharmacySession;
  readonly recalled: RecalledMessage;
  /** The kept copy, where it was sent from these pages. */
  readonly message: StoredMessage | undefined;
  readonly input: UpdateRecordInput | undefined;
  readonly newer: readonly StoredMessage[];
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
}

export function answerContent(page: AnswerPage): Markup {
  const { recalled, message, input, faults } = page;
  return html`${errorSummary(faults)}<div class="gpc-head"><h1 class="nhsuk-heading-l">Is this message right?</h1>${stateOf(recalled)}</div>
<p>Practice <strong>${recalled.practice}</strong> asks: ${recalled.title ?? 'the reason was not said'} (recall ${recalled.recall}).</p>
${component('summary-list', {
  rows: [
    ...(input ? [] : [['Patient', message?.patient_name ?? 'Sent from another system: look there'] as const]),
    ['Message', message?.title ?? recalled.messageId],
    ['Sent', message ? when(message.sent_at) : 'Not known here'],
    ...(input ? whatIsSent(input) : []),
    ...(input?.pregnancy ? [['Pregnancy status', input.pregnancy.confirmedTerm] as const] : []),
  ].map(([key, value]) => ({ key: { text: key }, value: { text: value } })),
})}
${recalled.answer !== null ? component('inset-text', { html: html`<p>Answered: ${answerText(recalled)}</p>`.text }) : nothing}
${recalled.outcome === 'check' ? form(page) : component('inset-text', { text: `The practice has settled it. ${settledText(recalled)}.` })}`;
}

function form({ session, recalled, input, newer, fields, faults }: AnswerPage): Markup {
  const likely = likelyCodes(input);
  const field = (name: string, label: string, width: string, more: object = {}) =>
    component('input', {
      ...{ id: name, name, width, label: { text: label }, value: fields[name], ...more },
      errorMessage: faultAt(faults, name),
    });
  const meant = component('select', {
    ...{
      id: 'meant',
      name: 'meant',
      label: { text: 'What was meant (optional)' },
      value: fields.meant ?? '',
    },
    items: [
      { value: '', text: 'Not said' },
      ...likely.map(({ code, display }) => ({ value: code, text: display })),
      { value: 'other', text: 'Another code, below' },
    ],
  });
  const replacedBy = component('select', {
    ...{ id: 'replacedBy', name: 'replacedBy', label: { text: 'Newer version that replaces it (optional)' } },
    value: fields.replacedBy ?? '',
    items: [
      { value: '', text: 'None' },
      ...newer.map(({ message_id: value, version, sent_at: at }) => ({
        value,
        text: `Version ${version}, sent ${when(at)}`,
      })),
    ],
  });
  return html`<form method="post" action="/recalls/${recalled.id}" novalidate autocomplete="off" class="gpc-card gpc-answer">${formTokenField(session)}
${component('radios', {
  ...{ idPrefix: 'answer', name: 'answer', value: fields.answer },
  fieldset: { legend: { text: 'Your answer', classes: 'nhsuk-fieldset__legend--m' } },
  hint: {
    text: 'It goes to the practice with no name of a patient. You can answer again until the practice has settled it.',
  },
  errorMessage: faultAt(faults, 'answer'),
  items: Object.entries(answerWords).map(([value, text]) => ({ value, text })),
})}<div class="gpc-if-wrong">${likely.length > 0 ? meant : nothing}${field('code', 'SNOMED CT code of what was meant (optional)', '20', { inputmode: 'numeric' })}${field('term', 'What that code means', '30', { attributes: { maxlength: '300' } })}${newer.length > 0 ? replacedBy : nothing}</div>
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Send the answer</button> <a href="/recalls">Answer later</a></div></form>`;
}
