// One message on one page: what is asked for, its entries with their decisions, and the record beside them.
// spec: messaging §5.5, §6.5, SG-02, SG-13, SG-16, SG-22, SG-23
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  formTokenField,
  html,
  type Markup,
  nothing,
} from '../../kit/index.ts';
import type { CheckedAmendments } from '../amendment-form.ts';
import { type Decidable, decidablesOf } from '../decision-form.ts';
import type { PracticeSession } from '../desk.ts';
import { type OpenItem, severities } from '../inbox-api.ts';
import { kindOfMessage } from '../words.ts';
import { besideContent } from './beside.ts';
import { decidableContent, pastEntry } from './entry.ts';
import { momentOrDay } from './inbox.ts';
import { severityTag } from './severity-tag.ts';
import { agoText, momentText } from './times.ts';
import { hasFiles, weightOf, weightOfItem } from './weight.ts';

export interface ItemPage {
  readonly session: PracticeSession;
  readonly item: OpenItem;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
  /** Amendments as they were checked, by the key of their entry. */
  readonly checked?: CheckedAmendments;
  readonly now: number;
}

export function itemContent(page: ItemPage): Markup {
  const { item, faults, now } = page;
  const isOpen = item.state === 'open';
  return html`${errorSummary(faults)}<div class="gpc-head"><h1 class="nhsuk-heading-l" tabindex="-1"${faults.length === 0 && html` autofocus`}>${item.title}</h1>${severityTag(weightOfItem(item))}</div>
${isOpen ? inShort(item) : nothing}
<dl class="gpc-facts gpc-source"><div><dt>Kind</dt><dd>${kindOfMessage(item)}${item.recipientType === 'FA' && html`<span class="gpc-sub">Sent for action</span>`}</dd></div><div><dt>From</dt><dd>${item.sender.name} (${item.sender.ods})</dd></div><div><dt>Recorded by</dt><dd>${item.author.name}${item.author.role && `, ${item.author.role}`}<span class="gpc-sub">Recorded by another organisation</span></dd></div><div><dt>Seen</dt><dd>${item.encounterAt === null ? 'Not known' : momentOrDay(item.encounterAt)}</dd></div><div><dt>Received</dt><dd>${momentText(item.receivedAt)} (${agoText(item.receivedAt, now)})</dd></div></dl>
${requested(item)}<div class="gpc-review"><div>${isOpen ? decisionForm(page) : closed(item)}${unasked(item)}</div><div>${replaced(item)}${besideContent(item, now)}</div></div>`;
}

/** What matters first, in words: each entry that needs attention by name, the heaviest first; the rest as a number. */
function inShort(item: OpenItem): Markup {
  const all = decidablesOf(item).toSorted((a, b) => weight(b) - weight(a));
  const heavy = all.filter((one) => weight(one) > severities.indexOf('INFO'));
  const light = all.length - heavy.length;
  const rest = `${light} ${light === 1 ? 'entry' : 'entries'} with nothing to act on`;
  return html`<ul class="gpc-short">${heavy.map((one) => html`<li><strong>${weightOf(one).text}:</strong> <a href="#entry-${one.key}">${one.label}</a></li>`)}${light > 0 && html`<li>${rest}</li>`}</ul>`;
}

const weight = ({ severity }: Decidable): number => severities.indexOf(severity);

/** Rules that had nothing to go by are no "nothing found". */
const unasked = ({ notEvaluated }: OpenItem): Markup =>
  notEvaluated.length === 0
    ? nothing
    : component('details', {
        summaryText: `${notEvaluated.length === 1 ? '1 rule was' : `${notEvaluated.length} rules were`} not checked`,
        classes: 'gpc-details',
        html: html`<ul class="gpc-lines">${notEvaluated.map(({ ruleId, reason }) => html`<li>${ruleId}: ${reason}</li>`)}</ul>`
          .text,
      });

const requested = ({ actionsRequested }: OpenItem): Markup =>
  actionsRequested.length === 0
    ? nothing
    : component('warning-callout', {
        heading: 'The sender asks for something, or writes of red flags',
        headingLevel: 2,
        classes: 'gpc-callout',
        html: html`<p>No task has been made: you decide what is to be done.</p><ul class="nhsuk-list nhsuk-list--bullet">${actionsRequested.map((text) => html`<li>${text}</li>`)}</ul>`
          .text,
      });

function decisionForm({ session, item, fields, faults, checked }: ItemPage): Markup {
  const entries = (mayDecide: boolean) =>
    decidablesOf(item).map((decidable) =>
      decidableContent({
        item: item.item,
        decidable,
        fields,
        faults,
        checked: checked?.get(decidable.key),
        mayDecide,
      }),
    );
  if (!item.may.review)
    return html`${component('inset-text', { text: 'You can read this message. Somebody with a reviewer’s role at your practice decides on it.' })}${entries(false)}<p><a href="/inbox/next?skip=${item.item}" accesskey="n">Go to the next message</a></p>`;
  return html`<form method="post" action="/inbox/${item.item}" novalidate autocomplete="off" id="decide">${formTokenField(session)}<input type="hidden" name="version" value="${item.version}">
<button class="gpc-default" type="submit" tabindex="-1" aria-hidden="true">File and go to the next message</button>
${item.acceptAll ? acceptAll(item) : nothing}
${entries(true)}
${item.hiddenFromPatient ? online(fields) : nothing}
<div class="gpc-actions"><button class="nhsuk-button" type="submit" accesskey="s">File and go to the next message</button>
<a href="/inbox/next?skip=${item.item}" accesskey="n">Skip for now</a> <a href="/inbox/${item.item}/refuse" accesskey="r">Refuse the whole message</a> <a href="/inbox/${item.item}/patient">Who has read this patient’s record</a></div></form>`;
}

const acceptAll = (item: OpenItem): Markup =>
  html`<div class="gpc-all"><p>${hasFiles(item) ? 'No rule reads files: read them first.' : 'No rule found anything to act on.'}</p><button class="nhsuk-button nhsuk-button--secondary gpc-flush" name="do" value="accept-all" accesskey="a">Accept all entries, file, go to the next</button></div>`;

const online = (fields: Fields): Markup =>
  component('checkboxes', {
    idPrefix: 'online',
    name: 'online',
    classes: 'nhsuk-checkboxes--small',
    fieldset: {
      legend: { text: 'This may be sensitive', classes: 'nhsuk-fieldset__legend--s' },
    },
    hint: {
      text: 'Entries of this message stay hidden from the patient’s own online view unless you tick this.',
    },
    values: fields.online ? [fields.online] : [],
    items: [{ value: 'yes', text: 'Let the patient see these entries online' }],
  });

const closedWords: Readonly<Record<string, string>> = {
  completed: 'This message has been dealt with.',
  refused: 'This message was refused.',
  superseded: 'This message was replaced by a later one.',
  void: 'This message is void: the sender was told to send it again.',
};

const closed = (item: OpenItem): Markup =>
  html`${component('inset-text', { text: `${closedWords[item.state] ?? `This message is closed (${item.state}).`} Nothing more can be decided.` })}<ul class="gpc-lines">${item.entries.map(pastEntry)}</ul><p><a href="/inbox/next" accesskey="n">Go to the next message</a></p>`;

function replaced({ replacedVersion }: OpenItem): Markup {
  if (replacedVersion === null) return nothing;
  const { filed } = replacedVersion;
  return html`<section class="gpc-entry gpc-entry--apart"><h2 class="gpc-entry__title">The earlier message that this one replaces</h2>
<p>${replacedVersion.title}, received ${momentText(replacedVersion.receivedAt)}. ${filed.length === 0 ? 'Nothing of it was filed.' : `${filed.length === 1 ? '1 entry' : `${filed.length} entries`} of it are in the record and stay there until you decide: use Look back.`}</p>
<ul class="gpc-lines">${replacedVersion.entries.map(pastEntry)}</ul></section>`;
}
