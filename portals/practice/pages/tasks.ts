// Tasks beside the reviews: made by looking back, or because a message could not be matched. spec: messaging SG-12
import { component, formTokenField, html, type Markup } from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { Task } from '../inbox-api.ts';
import { dueText, momentText } from './times.ts';

const kinds: Readonly<Record<string, string>> = {
  'look-back': 'Look at a message again',
  'possible-wrong-patient': 'A message may be about another patient',
};

/** What kind of work a task is. */
export const taskTitle = ({ kind }: Pick<Task, 'kind'>): string => kinds[kind] ?? kind;

export function tasksContent(session: PracticeSession, tasks: readonly Task[]): Markup {
  return html`<h1 class="nhsuk-heading-l">Tasks</h1><p>What is to be done besides reviewing the inbox.</p>
${tasks.length === 0 ? component('inset-text', { text: 'There are no tasks.' }) : tasks.map((task) => content(session, task))}`;
}

function content(session: PracticeSession, task: Task): Markup {
  const title = taskTitle(task);
  return html`<section class="gpc-entry"><h2 class="gpc-entry__title">${title}</h2>${task.note && html`<p class="gpc-prose">${task.note}</p>`}
<p class="gpc-entry__note">Made ${momentText(task.createdAt)}, due ${dueText(task.dueAt)}${task.overdue && html` · <strong>Overdue</strong>`}${task.item !== null && html` · <a href="/inbox/${task.item}">Message ${task.item}</a>`}</p>
<form method="post" action="/tasks/done">${formTokenField(session)}<input type="hidden" name="key" value="${task.task}"><button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush">Mark as done<span class="nhsuk-u-visually-hidden">: ${title}, ${task.task}</span></button></form></section>`;
}
