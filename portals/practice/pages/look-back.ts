// Searching what was filed, and choosing among what was found. spec: messaging SG-12
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
import type { FiledEntry } from '../inbox-api.ts';
import { filedAsWords, filedStateWords } from '../words.ts';
import { momentText } from './times.ts';

const SHOWN = 200;

export function lookBackContent(page: {
  readonly session: PracticeSession;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
  readonly found: readonly FiledEntry[] | undefined;
}): Markup {
  const { fields, faults, found } = page;
  const input = (name: string, label: string, hint: string) =>
    component('input', {
      id: name,
      name,
      label: { text: label },
      hint: { text: hint },
      value: fields[name],
      errorMessage: faultAt(faults, name),
    });
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Look back</h1><p>Find what was filed from messages. That you searched is recorded.</p>
<form method="get" action="/look-back" novalidate class="gpc-card"><input type="hidden" name="search" value="yes"><div class="gpc-pair">${input('code', 'Code', 'SNOMED CT or dm+d')}${input('sender', 'Sender', 'ODS code')}${input('messageId', 'Message', 'Id of the message')}${input('from', 'Received from', 'Such as 31/3/2026')}${input('to', 'Received before', 'Such as 30/4/2026')}</div><button class="nhsuk-button gpc-flush" accesskey="s">Look for entries</button></form>
${found === undefined ? nothing : results(page.session, fields, found)}`;
}

function results(session: PracticeSession, fields: Fields, found: readonly FiledEntry[]): Markup {
  if (found.length === 0) return component('inset-text', { text: 'Nothing that was filed fits.' });
  const search = ['code', 'sender', 'messageId', 'from', 'to'].map(
    (name) => fields[name] && html`<input type="hidden" name="${name}" value="${fields[name]}">`,
  );
  return html`<form method="post" action="/look-back/choose" class="gpc-found">${formTokenField(session)}${search}
<div class="gpc-scroll" role="region" aria-label="Entries" tabindex="0" id="results"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">${found.length === 1 ? '1 entry' : `${found.length} entries`}${found.length > SHOWN && `, the newest ${SHOWN} shown: narrow the search`}</caption><thead><tr><th scope="col">Choose</th><th scope="col">Entry</th><th scope="col">From</th><th scope="col">Filed</th><th scope="col">State</th><th scope="col">This one</th></tr></thead>
<tbody>${found.slice(0, SHOWN).map(row)}</tbody></table></div>
<div class="gpc-actions"><button class="nhsuk-button nhsuk-button--secondary" name="do" value="tasks">Make tasks for the ticked ones</button><button class="nhsuk-button nhsuk-button--warning" name="do" value="error">Mark the ticked ones as entered in error</button></div></form>`;
}

function row(entry: FiledEntry): Markup {
  const name = entry.term ?? `${entry.resource}${entry.code === null ? '' : `, code ${entry.code}`}`;
  return html`<tr><td><div class="nhsuk-checkboxes nhsuk-checkboxes--small"><div class="nhsuk-checkboxes__item"><input class="nhsuk-checkboxes__input" type="checkbox" name="filed" value="${entry.filed}" id="filed-${entry.filed}"><label class="nhsuk-label nhsuk-checkboxes__label" for="filed-${entry.filed}"><span class="nhsuk-u-visually-hidden">${name}</span></label></div></div></td>
<th scope="row">${entry.term ?? filedAsWords[entry.as] ?? entry.as}<span class="gpc-sub">${filedAsWords[entry.as] ?? entry.as}${entry.code !== null && html`, code <span class="gpc-code">${entry.code}</span>`} · <a href="/inbox/${entry.item}">message ${entry.item}</a></span></th><td>${entry.sender.name}<span class="gpc-sub">${entry.sender.ods}</span></td><td>${momentText(entry.filedAt)}</td><td>${filedStateWords[entry.state] ?? entry.state}</td><td>${action(entry, name)}</td></tr>`;
}

const action = ({ filed, state }: FiledEntry, name: string): Markup => {
  const hidden = html`<span class="nhsuk-u-visually-hidden">: ${name}</span>`;
  const reads = html`<li><a href="/filed/${filed}/reads">Who has read it${hidden}</a></li>`;
  const change =
    state === 'filed'
      ? html`<li><a href="/filed/${filed}/quarantine">Quarantine${hidden}</a></li>`
      : state === 'quarantined' && html`<li><a href="/filed/${filed}/release">Release${hidden}</a></li>`;
  return html`<ul class="nhsuk-list gpc-flush-list">${change}${reads}</ul>`;
};
