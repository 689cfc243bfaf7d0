// The list of messages that wait, most pressing first. spec: messaging §5.5, §10.1, SG-15
import { component, html, type Markup, nothing } from '../../kit/index.ts';
import type { ListedItem } from '../inbox-api.ts';
import { kindOfMessage, weightWords } from '../words.ts';
import { severityTag } from './severity-tag.ts';
import { agoText, momentText } from './times.ts';

export function inboxContent(
  practice: { readonly ods: string; readonly name: string },
  items: readonly ListedItem[],
  overdue: boolean,
  now: number,
): Markup {
  const title = overdue ? 'Overdue messages' : 'Inbox';
  const where = html`<span class="nhsuk-caption-m">${practice.name} (${practice.ods})</span>`;
  const first = items[0];
  if (first === undefined) {
    return html`${where}<h1 class="nhsuk-heading-l">${title}</h1>${component('inset-text', { text: overdue ? 'No message is overdue.' : 'No message waits to be reviewed.' })}`;
  }
  const late = items.filter((item) => item.overdue).length;
  return html`${where}<div class="gpc-head"><h1 class="nhsuk-heading-l">${title}: ${items.length === 1 ? '1 message' : `${items.length} messages`}</h1>
<a class="nhsuk-button gpc-flush" href="/inbox/${first.item}" accesskey="n">Review the first one</a></div>
<p>Most pressing first.${!overdue && late > 0 ? html` <a href="/overdue">${late} overdue</a>.` : nothing}</p>
<div class="gpc-scroll" role="region" aria-label="${title}" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card gpc-inbox"><thead><tr><th scope="col">Weight</th><th scope="col">Message</th><th scope="col">From</th><th scope="col">Seen</th><th scope="col">Received</th><th scope="col">Due</th></tr></thead>
<tbody>${items.map((item) => row(item, now))}</tbody></table></div>`;
}

function row(item: ListedItem, now: number): Markup {
  const flags = [
    item.overdue && 'Overdue',
    item.sensitive && 'Sensitive',
    item.standing === 'died' && 'Patient has died',
    item.standing === 'left' && 'Patient has left',
    item.replaces !== null && 'Replaces an earlier message',
    item.purpose === 'action' && 'Sent for action',
  ].filter((flag) => flag !== false);
  return html`<tr><td>${severityTag(weightWords(item))}</td><th scope="row"><a href="/inbox/${item.item}">${item.subject ?? item.title}</a><span class="gpc-sub">${kindOfMessage(item)}</span>${flags.length > 0 && html`<span class="gpc-flags">${flags.join(' · ')}</span>`}</th>
<td>${item.sender.name}<span class="gpc-sub">${item.sender.ods} · ${item.author.name}</span></td><td>${item.encounterAt === null ? 'Not known' : momentOrDay(item.encounterAt)}</td><td>${agoText(item.receivedAt, now)}</td><td>${item.overdue ? html`<strong>${momentText(item.dueAt)}</strong>` : momentText(item.dueAt)}</td></tr>`;
}

/** A FHIR date keeps its precision. */
export const momentOrDay = (date: string): string =>
  date.length > 10 ? momentText(date) : momentText(`${date}T12:00:00Z`).slice(0, 11);
