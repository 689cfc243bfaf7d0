// What each sender sends, what became of it, and who contradicts themselves. spec: messaging SG-14, SG-17
import { component, html, type Markup, nothing } from '../../kit/index.ts';
import type { Controls, Counters } from '../inbox-api.ts';
import { serviceWords } from '../words.ts';
import { changeHref } from './change.ts';

export function sendersContent(
  { senders, rules, alarms }: Counters,
  blocked: Controls['blockedSenders'],
  stops: Controls['stops'],
  days: number,
): Markup {
  const isBlocked = (ods: string) => blocked.some(({ sender }) => sender === ods);
  const isStopped = (ods: string) => stops.some(({ kind, value }) => kind === 'sender' && value === ods);
  return html`<h1 class="nhsuk-heading-l">Senders</h1>${alarmContent(alarms)}
${table(
  `Messages in the last ${days} days`,
  ['Sender', 'Service', 'Received', 'Accepted', 'Refused', 'Overdue', 'Change'],
  senders.map(
    (row) =>
      html`<tr><th scope="row">${row.sender}${isBlocked(row.sender) && html`<span class="gpc-flags">Messages refused</span>`}${isStopped(row.sender) && html`<span class="gpc-flags">Filing stopped</span>`}</th><td>${serviceOf(row.service)}</td><td>${row.received}</td><td>${row.accepted}</td><td>${row.refused}</td><td>${row.overdue}</td><td>${changeLinks(row.sender, isBlocked(row.sender), isStopped(row.sender))}</td></tr>`,
  ),
)}
${table(
  'Rules that fired most',
  ['Rule', 'Sender', 'Service', 'Code', 'Times', 'Rate'],
  rules
    .slice(0, 50)
    .map(
      (row) =>
        html`<tr><th scope="row">${row.rule}</th><td>${row.sender}</td><td>${serviceOf(row.service)}</td><td>${row.code ?? '–'}</td><td>${row.hits}</td><td>${rateText(row, senders)}</td></tr>`,
    ),
)}`;
}

const serviceOf = (service: string | null): string =>
  service === null ? '–' : (serviceWords[service] ?? service);

/** How often a rule fires for each message of the sender and service; a message may bring several of one entry. */
function rateText(row: Counters['rules'][number], senders: Counters['senders']): string {
  const of = senders.find(({ sender, service }) => sender === row.sender && service === row.service);
  return of === undefined || of.received === 0
    ? '–'
    : `${((row.hits / of.received) * 100).toFixed(1)} per 100 messages`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The alarm for senders who contradict themselves; nothing where there are none. */
export const alarmContent = (alarms: Counters['alarms']): Markup =>
  alarms.length === 0
    ? nothing
    : component('warning-callout', {
        heading: 'Alarm: messages that contradict themselves',
        headingLevel: 2,
        classes: 'gpc-callout',
        html: html`<p>In the last seven days. This is what systematic miscoding looks like: phone the sender, and consider stopping the filing of what they send.</p><ul class="nhsuk-list nhsuk-list--bullet">${alarms.map(({ sender, contradicting, items, share }) => html`<li><strong>${sender}</strong>: ${contradicting} of ${items} messages (${percent(share)}) <a href="${changeHref({ kind: 'stop-sender', name: sender }, true)}">Stop filing from ${sender}</a></li>`)}</ul>`
          .text,
      });

const changeLinks = (ods: string, blocked: boolean, stopped: boolean): Markup => {
  const link = (kind: 'sender' | 'stop-sender', on: boolean, text: string) =>
    html`<li><a href="${changeHref({ kind, name: ods }, on)}">${text}<span class="nhsuk-u-visually-hidden">: ${ods}</span></a></li>`;
  return html`<ul class="nhsuk-list gpc-flush-list">${link('stop-sender', !stopped, stopped ? 'Allow filing' : 'Stop filing')}${link('sender', !blocked, blocked ? 'Take messages' : 'Refuse messages')}</ul>`;
};

const table = (caption: string, heads: readonly string[], rows: readonly Markup[]): Markup =>
  rows.length === 0
    ? html`<h2 class="nhsuk-heading-m">${caption}</h2><p class="gpc-muted">None</p>`
    : html`<div class="gpc-scroll" role="region" aria-label="${caption}" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
