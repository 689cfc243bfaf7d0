// What was sent, where each message stands, and what somebody has to do. spec: messaging §3.5
import type { PersonTask, StoredMessage } from '@gp-connect/consumer';
import { component, formTokenField, html, type Markup, nothing } from '../../kit/index.ts';
import type { PharmacySession } from '../desk.ts';
import { adviceFor, stateWords } from '../state-words.ts';

const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  dateStyle: 'medium',
  timeStyle: 'short',
});
const when = (date: Date | null): string => (date === null ? 'Not yet' : moment.format(date));

const stateTag = ({ state }: StoredMessage): Markup => {
  const { text, colour } = stateWords(state);
  return component('tag', { text, classes: `nhsuk-tag--${colour} gpc-tag` });
};

export function messageContent(message: StoredMessage): Markup {
  const advice = adviceFor(message);
  const rows: readonly (readonly [string, string])[] = [
    ['Patient', message.patient_name],
    ['Practice', message.practice_ods ?? 'Not known'],
    ['Written', when(message.created_at)],
    ['Sent', when(message.sent_at)],
    ['Acknowledged', when(message.infrastructure_at)],
    ['Answered', when(message.business_at)],
    ...(message.last_text
      ? [['Last answer', [message.last_code, message.last_text].filter(Boolean).join(' ')] as const]
      : []),
    ['Message', message.message_id],
  ];
  return html`<div class="gpc-head"><h1 class="nhsuk-heading-l">${message.title}</h1>${stateTag(message)}</div>
<p role="status">${stateWords(message.state).means}</p>${advice ? component('warning-callout', { heading: 'What to do', headingLevel: 2, html: html`<p>${advice}</p>`.text }) : nothing}
${component('summary-list', { rows: rows.map(([key, value]) => ({ key: { text: key }, value: { text: value } })) })}
<p><a href="/messages/${message.message_id}" accesskey="s">Look again</a></p><p><a href="/find">Find another patient</a></p>`;
}

export function messagesContent(
  session: PharmacySession,
  sent: readonly StoredMessage[],
  tasks: readonly PersonTask[],
): Markup {
  return html`<h1 class="nhsuk-heading-l">Sent messages</h1>
<section><h2 class="nhsuk-heading-m">What somebody has to do</h2>${tasks.length === 0 ? html`<p class="gpc-muted">Nothing</p>` : tasks.map((task) => taskContent(session, task))}</section>
<h2 class="nhsuk-heading-m">Sent since you signed in</h2>${
    sent.length === 0
      ? html`<p class="gpc-muted">None</p>`
      : html`<div class="gpc-scroll" role="region" aria-label="Sent messages" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">Message</th><th scope="col">Patient</th><th scope="col">Practice</th><th scope="col">State</th></tr></thead><tbody>${sent.map((message) => html`<tr><th scope="row"><a href="/messages/${message.message_id}">${message.title}, ${when(message.created_at)}</a></th><td>${message.patient_name}</td><td>${message.practice_ods}</td><td>${stateTag(message)}</td></tr>`)}</tbody></table></div>`
  }`;
}

function taskContent(session: PharmacySession, { id, text, code, message, openedAt }: PersonTask): Markup {
  return html`<section class="gpc-entry"><h3 class="gpc-entry__title">${message ? `${message.patientName}: ${message.title}` : 'An answer that belongs to no message'}</h3><p>${text}${code && ` (${code})`}</p>
<p class="gpc-entry__note">Since ${when(openedAt)}${message && html` · <a href="/messages/${message.messageId}">Where it stands, and what to do</a>`}</p>
<form method="post" action="/messages/tasks">${formTokenField(session)}<input type="hidden" name="task" value="${id}">${component('input', { id: `note-${id}`, name: 'note', label: { text: 'What was done' }, attributes: { maxlength: '500' } })}<button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush">Close this task</button></form></section>`;
}
