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
import { decidablesOf } from '../decision-form.ts';
import type { PracticeSession } from '../desk.ts';
import type { OpenItem } from '../inbox-api.ts';
import { kindOfMessage, weightWords } from '../words.ts';
import { besideContent } from './beside.ts';
import { decidableContent, pastEntry } from './entry.ts';
import { momentOrDay } from './inbox.ts';
import { severityTag } from './severity-tag.ts';
import { agoText, momentText } from './times.ts';

export interface ItemPage {
  readonly session: PracticeSession;
  readonly item: OpenItem;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
  readonly now: number;
}

export function itemContent(page: ItemPage): Markup {
  const { item, faults, now } = page;
  const isOpen = item.state === 'open';
  return html`${errorSummary(faults)}<div class="gpc-head"><h1 class="nhsuk-heading-l" tabindex="-1"${faults.length === 0 && html` autofocus`}>${item.title}</h1>${severityTag(weightWords(item))}</div>
<dl class="gpc-facts gpc-source"><div><dt>Kind</dt><dd>${kindOfMessage(item)}</dd></div><div><dt>From</dt><dd>${item.sender.name} (${item.sender.ods})</dd></div><div><dt>Recorded by</dt><dd>${item.author.name}${item.author.role && `, ${item.author.role}`}, another organisation</dd></div><div><dt>Seen</dt><dd>${item.encounterAt === null ? 'Not known' : momentOrDay(item.encounterAt)}</dd></div><div><dt>Received</dt><dd>${momentText(item.receivedAt)} (${agoText(item.receivedAt, now)})</dd></div></dl>
${requested(item)}<div class="gpc-review"><div>${isOpen ? decisionForm(page) : closed(item)}</div><div>${replaced(item)}${besideContent(item)}</div></div>`;
}

const requested = ({ actionsRequested }: OpenItem): Markup =>
  actionsRequested.length === 0
    ? nothing
    : component('warning-callout', {
        heading: 'The sender writes about actions or red flags',
        headingLevel: 2,
        classes: 'gpc-callout',
        html: html`<p>No task is made by itself: decide what has to be done.</p><ul class="nhsuk-list nhsuk-list--bullet">${actionsRequested.map((text) => html`<li>${text}</li>`)}</ul>`
          .text,
      });

function decisionForm({ session, item, fields, faults }: ItemPage): Markup {
  return html`<form method="post" action="/inbox/${item.item}" novalidate autocomplete="off" id="decide">${formTokenField(session)}<input type="hidden" name="version" value="${item.version}">
<button class="gpc-default" type="submit" tabindex="-1" aria-hidden="true">File and go to the next message</button>
${item.acceptAll ? acceptAll() : nothing}
${decidablesOf(item).map((decidable) => decidableContent(item.item, decidable, fields, faults))}
${item.hiddenFromPatient ? online(fields) : nothing}
<div class="gpc-actions"><button class="nhsuk-button" type="submit" accesskey="s">File and go to the next message</button>
<a href="/inbox/next?skip=${item.item}" accesskey="n">Put aside, go to the next</a> <a href="/inbox/${item.item}/refuse" accesskey="r">Refuse the whole message</a></div></form>`;
}

const acceptAll = (): Markup =>
  html`<div class="gpc-all"><p>No rule found more than notes.</p><button class="nhsuk-button nhsuk-button--secondary gpc-flush" name="do" value="accept-all" accesskey="a">Accept all entries, file, go to the next</button></div>`;

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

const closed = (item: OpenItem): Markup =>
  html`${component('inset-text', { text: `This message is closed (${item.state}). Nothing more can be decided.` })}<ul class="gpc-lines">${item.entries.map(pastEntry)}</ul><p><a href="/inbox/next" accesskey="n">Go to the next message</a></p>`;

function replaced({ replacedVersion }: OpenItem): Markup {
  if (replacedVersion === null) return nothing;
  const { filed } = replacedVersion;
  return html`<section class="gpc-entry gpc-entry--apart"><h2 class="gpc-entry__title">The earlier message that this one replaces</h2>
<p>${replacedVersion.title}, received ${momentText(replacedVersion.receivedAt)}. ${filed.length === 0 ? 'Nothing of it was filed.' : `${filed.length === 1 ? '1 entry' : `${filed.length} entries`} of it are in the record and stay there until you decide: use Look back.`}</p>
<ul class="gpc-lines">${replacedVersion.entries.map(pastEntry)}</ul></section>`;
}
