// Recalls of this practice, and the entries of one with how each of them stands. spec: national-service INC-07, INC-13
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import {
  component,
  dateText,
  errorSummary,
  type FormFault,
  html,
  type Markup,
  nothing,
} from '../../kit/index.ts';
import type { RecallEntry, RecallSummary } from '../recalls-api.ts';
import { momentOrDay } from './inbox.ts';
import { momentText } from './times.ts';

export const recallHref = (recall: string, rest = ''): string =>
  `/recalls/${encodeURIComponent(recall)}${rest}`;

const openText = (open: number): Markup =>
  component('tag', {
    text: open === 0 ? 'All settled' : `${open} open`,
    classes: `nhsuk-tag--${open === 0 ? 'green' : 'orange'} gpc-tag`,
  });

export function recallsContent(recalls: readonly RecallSummary[]): Markup {
  return html`<h1 class="nhsuk-heading-l">Recalls</h1>
<p>Entries from other organisations that may be wrong, as the national service found them in your practice’s records and inbox. Who they are about is known to your practice only. A clinician decides on each.</p>
${
  recalls.length === 0
    ? component('inset-text', { text: 'There are no recalls for this practice.' })
    : html`<div class="gpc-scroll" role="region" aria-label="Recalls" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">Recall</th><th scope="col">Since</th><th scope="col">Entries here</th><th scope="col">State</th><th scope="col">Exposure</th></tr></thead><tbody>${recalls.map(recallRow)}</tbody></table></div>`
}`;
}

const recallRow = ({ recall, flaggedAt, entries, open }: RecallSummary): Markup =>
  html`<tr><th scope="row"><a href="${recallHref(recall)}">${recall}</a></th><td>${momentText(flaggedAt)}</td><td>${entries}</td><td>${openText(open)}</td><td><a href="${recallHref(recall, '/exposure')}">Who had read them<span class="nhsuk-u-visually-hidden">: ${recall}</span></a></td></tr>`;

const outcomes: Readonly<
  Record<NonNullable<RecallEntry['outcome']>, readonly [text: string, colour: string]>
> = {
  'entered-in-error': ['Entered in error', 'grey'],
  corrected: ['Corrected', 'green'],
  'confirmed-correct': ['Confirmed as right', 'green'],
  rejected: ['Refused, never filed', 'grey'],
};
const answers: Readonly<Record<NonNullable<RecallEntry['authorAnswer']>, string>> = {
  correct: 'Right',
  wrong: 'Wrong',
  'cannot-determine': 'Cannot tell',
};

/** What was recorded, in words; what is in no record says so. */
export function recordedText({ recorded, patient, stateThen }: RecallEntry): string {
  if (patient === null) return stateThen === 'rejected' ? 'Refused at review' : 'Not filed: in the inbox';
  return recorded?.display ?? recorded?.code ?? 'No longer in the record';
}

/** `HARTLEY, Maya Rose`, born, NHS number. */
export function patientOf({ patient }: RecallEntry): Markup {
  if (patient === null)
    return html`Not in a record<span class="gpc-sub">Look for the message in the inbox</span>`;
  const { family, given, birthDate, nhsNumber } = patient;
  const name = [family?.toUpperCase(), given.join(' ')].filter(Boolean).join(', ');
  return html`${name || 'Name not recorded'}<span class="gpc-sub">${birthDate !== null && `Born ${dateText(birthDate)} · `}NHS number ${spacedNhsNumber(nhsNumber)}</span>`;
}

export const authorSays = ({ authorAnswer, proposal, correctedBy }: RecallEntry): Markup =>
  html`${authorAnswer === null ? 'Has not answered' : answers[authorAnswer]}${proposal !== null && html`<span class="gpc-sub">Meant: <strong>${proposal.display}</strong> <span class="gpc-code">${proposal.code}</span></span>`}${correctedBy !== null && html`<span class="gpc-sub">Replaced by message <span class="gpc-code">${correctedBy}</span></span>`}`;

export function entryState(entry: RecallEntry): Markup {
  const { outcome, reason, decidedBy, decidedAt } = entry;
  if (outcome !== null) {
    const [text, colour] = outcomes[outcome];
    return html`${component('tag', { text, classes: `nhsuk-tag--${colour} gpc-tag` })}<span class="gpc-sub">${decidedBy}, ${momentText(decidedAt)}${reason !== null && html`: ${reason}`}</span>`;
  }
  return html`${component('tag', { text: 'Open', classes: 'nhsuk-tag--orange gpc-tag' })}<span class="gpc-sub">${openWords(entry)}</span>`;
}

function openWords({ patient, containedAt, releasedAt }: RecallEntry): string {
  const withheld = containedAt !== null && releasedAt === null;
  if (patient === null) return withheld ? 'Cannot be filed until it is settled' : 'Not in the record';
  return withheld
    ? `Withheld from everyone since ${momentText(containedAt)}`
    : 'Shown as before until it is settled';
}

export interface RecallPage {
  readonly recall: string;
  readonly entries: readonly RecallEntry[];
  /** Settled ones too. */
  readonly all: boolean;
  /** The last entry of the page before. */
  readonly after: string;
  /** Of the next page. */
  readonly next: string | undefined;
  readonly faults: readonly FormFault[];
}

export function recallContent({ recall, entries, all, after, next, faults }: RecallPage): Markup {
  const shown = (more: Record<string, string>) => {
    const query = new URLSearchParams({ ...(all ? { show: 'all' } : {}), ...more });
    return recallHref(recall, query.size === 0 ? '' : `?${query}`);
  };
  const canDecide = entries.some(({ outcome }) => outcome === null);
  const list = html`<div class="gpc-scroll" role="region" aria-label="Entries" tabindex="0" id="results"><table class="nhsuk-table gpc-table gpc-table--card gpc-recall"><caption class="nhsuk-table__caption">${all ? 'Open and settled entries' : 'Open entries'}</caption><thead><tr><th scope="col">Choose</th><th scope="col">What was recorded</th><th scope="col">Patient</th><th scope="col">From</th><th scope="col">The sender says</th><th scope="col">State</th></tr></thead><tbody>${entries.map((one, at) => entryRow(recall, after, one, at))}</tbody></table></div>`;
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Recall ${recall}</h1>
<ul class="gpc-tabs gpc-no-print"><li><a href="${recallHref(recall)}"${!all && html` aria-current="page"`}>Open entries</a></li><li><a href="${recallHref(recall, '?show=all')}"${all && html` aria-current="page"`}>All entries</a></li><li><a href="${recallHref(recall, '/exposure')}">Who had read them, and notices</a></li></ul>
${
  entries.length === 0
    ? component('inset-text', {
        text: all ? 'There are no more entries of this recall here.' : 'Nothing of this recall is open here.',
      })
    : html`<form method="get" action="${recallHref(recall, '/decide')}"><input type="hidden" name="after" value="${after}">${list}
${canDecide ? html`<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Decide on the ticked ones</button></div>` : nothing}</form>`
}<nav class="gpc-pages" aria-label="Pages">${after !== '' && html`<a href="${shown({})}">First page</a>`}${next !== undefined && html`<a href="${shown({ after: next })}" accesskey="n">Next page</a>`}</nav>`;
}

function entryRow(recall: string, after: string, entry: RecallEntry, at: number): Markup {
  const name = recordedText(entry);
  const { recorded, senderOds, message, filedAt, outcome } = entry;
  const href = recallHref(
    recall,
    `/decide?${new URLSearchParams({ ...(after ? { after } : {}), entry: entry.entry })}`,
  );
  const about = html`<span class="nhsuk-u-visually-hidden">: ${name}, row ${at + 1}</span>`;
  return html`<tr><td>${outcome === null && html`<div class="nhsuk-checkboxes nhsuk-checkboxes--small"><div class="nhsuk-checkboxes__item"><input class="nhsuk-checkboxes__input" type="checkbox" name="entry" value="${entry.entry}" id="entry-${at}"><label class="nhsuk-label nhsuk-checkboxes__label" for="entry-${at}"><span class="nhsuk-u-visually-hidden">${name}, row ${at + 1}</span></label></div></div>`}</td>
<th scope="row">${name}<span class="gpc-sub">${recorded?.code && html`Code <span class="gpc-code">${recorded.code}</span> · `}${recorded?.at && `of ${momentOrDay(recorded.at)}`}</span>${outcome === null && html`<a href="${href}">Decide${about}</a>`}</th>
<td>${patientOf(entry)}</td><td>${senderOds}<span class="gpc-sub">${filedAt === null ? 'Not filed' : `Filed ${momentText(filedAt)}`}</span><span class="gpc-sub">Message <span class="gpc-code">${message}</span></span></td><td>${authorSays(entry)}</td><td>${entryState(entry)}</td></tr>`;
}
