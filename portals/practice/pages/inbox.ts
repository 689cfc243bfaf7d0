// The list of messages that wait, most pressing first, in groups that say what to do. spec: messaging §5.5, §10.1, SG-15
import { component, dateText, html, type Markup, nothing } from '../../kit/index.ts';
import type { ListedItem, Task } from '../inbox-api.ts';
import { kindOfMessage } from '../words.ts';
import { severityTag } from './severity-tag.ts';
import { taskTitle } from './tasks.ts';
import { agoText, dueText, momentText } from './times.ts';
import { weightOfItem } from './weight.ts';

export interface InboxPage {
  readonly practice: { readonly ods: string; readonly name: string };
  readonly items: readonly ListedItem[];
  /** Only what is overdue, with tasks that are. */
  readonly overdue: boolean;
  readonly overdueTasks: readonly Task[];
  readonly now: number;
}

interface Group {
  readonly id: string;
  readonly title: string;
  /** Priorities of the practice's system: 1 is the top. */
  readonly holds: (priority: number) => boolean;
}

const groups: readonly Group[] = [
  { id: 'today', title: 'Deal with first: urgent or blocked', holds: (priority) => priority <= 1 },
  { id: 'action', title: 'Needs action', holds: (priority) => priority === 2 },
  { id: 'check', title: 'Check', holds: (priority) => priority === 3 },
  { id: 'rest', title: 'To read: nothing found, or notes only', holds: (priority) => priority >= 4 },
];

const messages = (count: number): string => (count === 1 ? '1 message' : `${count} messages`);

export function inboxContent({ practice, items, overdue, overdueTasks, now }: InboxPage): Markup {
  const title = overdue ? 'Overdue' : 'Inbox';
  const where = html`<span class="nhsuk-caption-m">${practice.name} (${practice.ods})</span>`;
  const first = items[0];
  if (first === undefined) {
    return html`${where}<h1 class="nhsuk-heading-l">${title}</h1>${component('inset-text', {
      text: overdue
        ? 'No message is overdue.'
        : 'No message waits to be reviewed. New messages appear here when the page is opened again.',
    })}${late(overdueTasks)}`;
  }
  const shown = groups.flatMap((group) => {
    const some = items.filter(({ priority }) => group.holds(priority));
    return some.length === 0 ? [] : [{ ...group, items: some }];
  });
  return html`${where}<div class="gpc-head"><h1 class="nhsuk-heading-l">${title}: ${messages(items.length)}</h1>
<a class="nhsuk-button gpc-flush" href="/inbox/${first.item}" accesskey="n">Review the first one</a></div>
${inShort(shown, items, overdue)}${shown.map((group) => groupContent(group, now))}${late(overdueTasks)}`;
}

type Shown = Group & { readonly items: readonly ListedItem[] };

function inShort(shown: readonly Shown[], items: readonly ListedItem[], overdue: boolean): Markup {
  const late = items.filter((item) => item.overdue).length;
  const escalated = items.filter((item) => item.escalated).length;
  return html`<ul class="gpc-short">${shown.map(
    (group) => html`<li><a href="#${group.id}">${group.title}: ${group.items.length}</a></li>`,
  )}${!overdue && late > 0 && html`<li><a href="/overdue">Overdue: ${late}</a></li>`}${escalated > 0 && html`<li>On the practice leads’ list: ${escalated}</li>`}</ul>`;
}

const groupContent = ({ id, title, items }: Shown, now: number): Markup =>
  html`<h2 class="nhsuk-heading-m gpc-group" id="${id}">${title} (${items.length})</h2>
<div class="gpc-scroll" role="region" aria-label="${title}" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card gpc-inbox"><thead><tr><th scope="col">Priority</th><th scope="col">Message</th><th scope="col">Patient</th><th scope="col">From</th><th scope="col">Received</th><th scope="col">Due</th></tr></thead>
<tbody>${items.map((item) => row(item, now))}</tbody></table></div>`;

function row(item: ListedItem, now: number): Markup {
  const flags = [
    item.escalated ? 'Overdue, on the practice leads’ list' : item.overdue && 'Overdue',
    item.sensitive && 'Sensitive',
    item.standing === 'died' && 'Patient has died',
    item.standing === 'left' && 'Patient has left',
    item.replaces !== null && 'Replaces an earlier message',
    item.purpose === 'action' && 'Sent for action',
  ].filter((flag) => flag !== false);
  return html`<tr><td>${severityTag(weightOfItem(item))}</td><th scope="row"><a href="/inbox/${item.item}">${item.title}</a><span class="gpc-sub">${kindOfMessage(item)}</span>${flags.length > 0 && html`<span class="gpc-flags">${flags.join(' · ')}</span>`}</th>
<td>${patient(item)}</td><td>${item.sender.name}<span class="gpc-sub">${item.sender.ods} · ${item.author.name}</span></td><td>${agoText(item.receivedAt, now)}<span class="gpc-sub">Seen ${item.encounterAt === null ? 'not known' : momentOrDay(item.encounterAt)}</span></td><td>${item.overdue ? html`<strong>${dueText(item.dueAt)}</strong>` : dueText(item.dueAt)}</td></tr>`;
}

function patient({ patient: known }: ListedItem): Markup {
  if (known === null) return html`<span class="gpc-muted">Open it to see</span>`;
  const { family, given, birthDate } = known;
  return html`${family?.toUpperCase() ?? 'Name not recorded'}${given && `, ${given.join(' ')}`}<span class="gpc-sub">Born ${dateText(birthDate)}</span>`;
}

function late(tasks: readonly Task[]): Markup {
  if (tasks.length === 0) return nothing;
  return html`<h2 class="nhsuk-heading-m gpc-group">Overdue tasks (${tasks.length})</h2><ul class="gpc-lines gpc-card">${tasks.map(
    (task) =>
      html`<li><a href="/tasks">${taskTitle(task)}</a>${task.note && ` ${task.note}`}<span class="gpc-sub">Due ${dueText(task.dueAt)}</span></li>`,
  )}</ul>`;
}

/** A FHIR date keeps its precision. */
export const momentOrDay = (date: string): string =>
  date.length > 10 ? momentText(date) : momentText(`${date}T12:00:00Z`).slice(0, 11);
