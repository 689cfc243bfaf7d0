// What was sent, where each message stands, and what somebody has to do. spec: messaging §3.5
import type { PersonTask, StoredMessage } from '@gp-connect/consumer';
import { component, formTokenField, html, type Markup, nothing } from '../../kit/index.ts';
import type { PharmacySession } from '../desk.ts';
import { adviceFor, stateWords } from '../state-words.ts';
import { when } from './moments.ts';

/** The list goes back so far; what is older is found by its task or its address. */
export const DAYS_SHOWN = 14;

const replacedWords = {
  text: 'Replaced',
  colour: 'grey',
  means: 'A newer version took its place.',
} as const;

const stateTag = ({ state }: StoredMessage, isReplaced = false): Markup => {
  const { text, colour } = isReplaced ? replacedWords : stateWords(state);
  return component('tag', { text, classes: `nhsuk-tag--${colour} gpc-tag` });
};

/** One message: `newer` is the version that took its place, `way` what the pharmacy may do with it. */
export function messageContent(
  session: PharmacySession,
  message: StoredMessage,
  { newer, way }: { newer: StoredMessage | undefined; way: 'replace' | 'correct' | undefined },
): Markup {
  const advice = adviceFor(message);
  const rows: readonly (readonly [string, string])[] = [
    ['Patient', message.patient_name],
    ['Practice', message.practice_ods ?? 'Not known'],
    ['Version', String(message.version)],
    ['Written', when(message.created_at)],
    ['Sent', when(message.sent_at)],
    ['Acknowledged', when(message.infrastructure_at)],
    ['Answered', when(message.business_at)],
    ...(message.last_text
      ? [['Last answer', [message.last_code, message.last_text].filter(Boolean).join(' ')] as const]
      : []),
    ['Message', message.message_id],
  ];
  return html`<div class="gpc-head"><h1 class="nhsuk-heading-l">${message.title}</h1>${stateTag(message, newer !== undefined)}</div>
<p role="status">${newer ? html`${replacedWords.means} <a href="/messages/${newer.message_id}">See version ${String(newer.version)}</a>` : stateWords(message.state).means}</p>${advice ? component('warning-callout', { heading: 'What to do', headingLevel: 2, html: html`<p>${advice}</p>`.text }) : nothing}
${component('summary-list', { rows: rows.map(([key, value]) => ({ key: { text: key }, value: { text: value } })) })}
${way && wayOn(session, message, way)}<p><a href="/messages/${message.message_id}" accesskey="s">Look again</a></p><p><a href="/find">Find another patient</a></p>`;
}

const ways = {
  replace: {
    text: 'Replace this message',
    hint: 'For a mistake in what was sent. The practice sees the new version in its place.',
  },
  correct: {
    text: 'Correct and send again',
    hint: 'The practice does not have this message. Put right what was wrong, and send it again.',
  },
} as const;

const wayOn = (session: PharmacySession, { message_id: id }: StoredMessage, way: keyof typeof ways): Markup =>
  html`<form method="post" action="/messages/${id}/replace">${formTokenField(session)}<p>${ways[way].hint}</p><button class="nhsuk-button nhsuk-button--secondary">${ways[way].text}</button></form>`;

export function messagesContent(
  session: PharmacySession,
  sent: readonly StoredMessage[],
  tasks: readonly PersonTask[],
): Markup {
  const replaced = replacedAmong(sent);
  return html`<h1 class="nhsuk-heading-l">Sent messages</h1>
<section><h2 class="nhsuk-heading-m">What somebody has to do</h2>${tasks.length === 0 ? html`<p class="gpc-muted">Nothing</p>` : tasks.map((task) => taskContent(session, task))}</section>
<h2 class="nhsuk-heading-m">The last ${String(DAYS_SHOWN)} days</h2>${
    sent.length === 0
      ? html`<p class="gpc-muted">None</p>`
      : html`<div class="gpc-scroll" role="region" aria-label="Sent messages" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">Message</th><th scope="col">Patient</th><th scope="col">Practice</th><th scope="col">State</th><th scope="col">What it means</th></tr></thead><tbody>${sent.map((message) => messageRow(message, replaced.has(message.message_id)))}</tbody></table></div>`
  }`;
}

function messageRow(message: StoredMessage, isReplaced: boolean): Markup {
  const { message_id: id, title, version, created_at: at } = message;
  const means = isReplaced ? replacedWords.means : stateWords(message.state).means;
  return html`<tr><th scope="row"><a href="/messages/${id}">${title}, ${when(at)}</a>${version > 1 && html` <span class="gpc-muted">Version ${String(version)}</span>`}</th><td>${message.patient_name}</td><td>${message.practice_ods}</td><td>${stateTag(message, isReplaced)}</td><td>${means}</td></tr>`;
}

/** Messages whose place a newer version took that left. */
function replacedAmong(sent: readonly StoredMessage[]): ReadonlySet<string> {
  const documents = new Map(sent.map((message) => [message.document_id, message.message_id]));
  return new Set(
    sent.flatMap(({ state, replaces_document: before }) =>
      before === null || state === 'failed' || state === 'superseded' ? [] : (documents.get(before) ?? []),
    ),
  );
}

function taskContent(session: PharmacySession, { id, text, code, message, openedAt }: PersonTask): Markup {
  return html`<section class="gpc-entry"><h3 class="gpc-entry__title">${message ? `${message.patientName}: ${message.title}` : 'An answer that belongs to no message'}</h3><p>${text}${code && ` (${code})`}</p>
<p class="gpc-entry__note">Since ${when(openedAt)}${message && html` · <a href="/messages/${message.messageId}">Where it stands, and what to do</a>`}</p>
<form method="post" action="/messages/tasks">${formTokenField(session)}<input type="hidden" name="task" value="${id}">${component('input', { id: `note-${id}`, name: 'note', label: { text: 'What was done' }, attributes: { maxlength: '500' } })}<button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush">Close this task</button></form></section>`;
}
