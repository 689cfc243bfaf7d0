// Notices to senders about what became of their messages, for sending and printing. spec: messaging §6.5, SG-14
import { component, formTokenField, html, type Markup } from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { Notice } from '../inbox-api.ts';
import { momentText } from './times.ts';

export function noticesContent(session: PracticeSession, notices: readonly Notice[]): Markup {
  return html`<h1 class="nhsuk-heading-l">Notices to senders</h1>
<p>MESH has no message for a refusal at review: send or print these. They name the message, never the patient.</p>
${notices.length === 0 ? component('inset-text', { text: 'There are no notices.' }) : notices.map((notice) => content(session, notice))}`;
}

const content = (session: PracticeSession, notice: Notice): Markup =>
  html`<section class="gpc-entry"><h2 class="gpc-entry__title">To ${notice.sender}, ${momentText(notice.createdAt)}</h2><p class="gpc-prose">${notice.words}</p>
<p class="gpc-entry__note">Message <span class="gpc-code">${notice.messageId}</span></p>${
    notice.sentOn === null
      ? html`<form method="post" action="/notices/sent">${formTokenField(session)}<input type="hidden" name="key" value="${notice.notice}"><button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush gpc-no-print">Mark as sent<span class="nhsuk-u-visually-hidden">: to ${notice.sender}, ${momentText(notice.createdAt)}</span></button></form>`
      : html`<p>Sent ${momentText(notice.sentOn)}</p>`
  }</section>`;
