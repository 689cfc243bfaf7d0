// The practice's controls on one page: switches, senders, stops of filing, and every change made.
// spec: messaging SG-04, SG-18; national-service DCC-01, DCC-02, DCC-03, DCC-11
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  html,
  type Markup,
} from '../../kit/index.ts';
import type { Controls, Counters } from '../inbox-api.ts';
import { switchWords } from '../words.ts';
import { takenFromContent } from './care-settings.ts';
import { changeHref } from './change.ts';
import { alarmContent } from './senders.ts';
import { momentText } from './times.ts';

export interface ControlsPage {
  readonly controls: Controls;
  readonly counted: Counters;
  /** How many days `counted` is about. */
  readonly days: number;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
}

export function controlsContent({ controls, counted, days, fields, faults }: ControlsPage): Markup {
  const { switches, blockedSenders, stops, changes, consequence } = controls;
  const nameField = (kind: string, label: string, hint: string) =>
    component('input', {
      id: `name-${kind}`,
      name: 'name',
      width: '20',
      label: { text: label },
      hint: { text: hint },
      value: fields.kind === kind ? fields.name : '',
      errorMessage: faultAt(faults, `name-${kind}`),
    });
  const form = (kind: string, label: string, hint: string, button: string) =>
    html`<form method="get" action="/controls/change" novalidate><input type="hidden" name="kind" value="${kind}"><input type="hidden" name="to" value="on">${nameField(kind, label, hint)}<button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush">${button}</button></form>`;
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Controls</h1>
${alarmContent(counted.alarms)}<p>A change takes effect on the next message, and is kept with your name and your reason.${consequence && ` ${consequence}`}</p>
<div class="gpc-scroll" role="region" aria-label="What your practice accepts" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">What your practice accepts</caption><thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Last ${days} days</th><th scope="col">Change</th></tr></thead>
<tbody>${Object.entries(switches).map(([name, on]) => switchRow(name, on, counted))}</tbody></table></div>
${takenFromContent(controls)}
<div class="gpc-two gpc-controls"><section class="gpc-card"><h2 class="nhsuk-heading-m">Senders you accept nothing from</h2>
${list(
  blockedSenders.map((one) => ({ ...one, kind: 'sender' as const, name: one.sender })),
  'Take messages again',
)}
${form('sender', 'ODS code of the sender', 'Its messages are refused at once', 'Refuse a sender')}</section>
<section class="gpc-card"><h2 class="nhsuk-heading-m">Filing stopped at once (kill switch)</h2>
${list(
  stops.map((one) => ({ ...one, kind: `stop-${one.kind}` as const, name: one.value })),
  'Allow filing again',
)}
${form('stop-code', 'Code', 'Messages still come; no entry with this code is filed as coded', 'Stop filing a code')}
${form('stop-sender', 'ODS code of a sender', 'Messages still come; nothing of theirs is filed as coded', 'Stop filing from a sender')}</section></div>
${history(changes)}`;
}

/** How many messages came by a switch, from how many senders; not known for what is counted by sender only. */
function usedText(name: string, { senders }: Counters): string {
  const [product, service] = name.split(':');
  if (product !== 'update-record') return '–';
  const rows = senders.filter((row) =>
    service === undefined ? row.service !== null : row.service === service,
  );
  const received = rows.reduce((sum, row) => sum + row.received, 0);
  const from = new Set(rows.map(({ sender }) => sender)).size;
  if (received === 0) return 'None';
  return `${received} ${received === 1 ? 'message' : 'messages'} from ${from} ${from === 1 ? 'sender' : 'senders'}`;
}

function switchRow(name: string, on: boolean, counted: Counters): Markup {
  const { text } = switchWords(name);
  return html`<tr><th scope="row">${text}</th><td>${component('tag', { text: on ? 'On' : 'Off', classes: `nhsuk-tag--${on ? 'green' : 'grey'} gpc-tag` })}</td><td>${usedText(name, counted)}</td><td><a href="${changeHref({ kind: 'switch', name }, !on)}">Switch ${on ? 'off' : 'on'}<span class="nhsuk-u-visually-hidden"> ${text}</span></a></td></tr>`;
}

interface Held {
  readonly kind: 'sender' | 'stop-code' | 'stop-sender';
  readonly name: string;
  readonly actor: string;
  readonly reason: string;
  readonly since: string;
}

const list = (held: readonly Held[], end: string): Markup =>
  held.length === 0
    ? html`<p class="gpc-muted">None</p>`
    : html`<ul class="gpc-lines">${held.map(
        (one) =>
          html`<li><div><strong>${one.kind === 'stop-code' ? 'Code ' : ''}${one.name}</strong> since ${momentText(one.since)}, by ${one.actor}: ${one.reason} <a href="${changeHref(one, false)}">${end}<span class="nhsuk-u-visually-hidden"> for ${one.name}</span></a></div></li>`,
      )}</ul>`;

const history = (changes: Controls['changes']): Markup =>
  component('details', {
    summaryText: `Every change (${changes.length})`,
    classes: 'gpc-details',
    html: html`<div class="gpc-scroll" role="region" aria-label="Changes" tabindex="0"><table class="nhsuk-table gpc-table"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Who</th><th scope="col">Why</th></tr></thead><tbody>${changes
      .toReversed()
      .map(
        (change) =>
          html`<tr><td>${momentText(change.at)}</td><td>${change.control}</td><td>${change.from}</td><td>${change.to}</td><td>${change.actor}</td><td>${change.reason}</td></tr>`,
      )}</tbody></table></div>`.text,
  });
