// What the practice's own record says, beside the message: terms, dates and units, and what is old said to be old.
// spec: messaging SG-23
import { dateText, html, type Markup } from '../../kit/index.ts';
import type { OpenItem } from '../inbox-api.ts';
import { unitText } from '../words.ts';
import { staleText } from './times.ts';

type Record = OpenItem['record'];
type Observed = Record['sameKind'][number];
type Coded = Record['problems'][number];
type Terms = ReadonlyMap<string | null, string | null>;

const MOST_VALUES = 6;
const MOST_PROBLEMS = 20;

const pregnancyWords: Readonly<{ [state: string]: string }> = {
  pregnant: 'Recorded as pregnant',
  notPregnant: 'Recorded as not pregnant',
  unknown: 'Nothing recorded',
};

export function besideContent({ record, entries }: OpenItem, now: number): Markup {
  const terms: Terms = new Map(entries.map(({ code, term, sentTerm }) => [code, term ?? sentTerm]));
  return html`<aside class="gpc-beside" aria-label="The patient’s record here"><h2 class="nhsuk-heading-m">In your record</h2>
${part(
  'Allergies',
  record.allergies.map((one) => coded(one, one.status === 'resolved' ? 'ended' : undefined)),
  'No allergies recorded',
)}
${part(
  'Last values of the same kind',
  record.sameKind.slice(0, MOST_VALUES).map((one) => observed(one, terms, now)),
  'No value of this kind recorded',
)}
${part(
  'Medicines now',
  record.medicines.map((one) =>
    coded(one, one.handedOver ? `last issued ${dateText(one.handedOver)}` : undefined),
  ),
  'No current medicines recorded',
)}
${part('Problems', problemsOf(record), 'No problems recorded')}
${part('Pregnancy', [html`${pregnancyWords[record.pregnancy] ?? record.pregnancy}`], '')}</aside>`;
}

/** Current ones first; of many past ones, how many more there are. */
function problemsOf({ problems }: Record): readonly Markup[] {
  const ordered = problems.toSorted((a, b) => Number(isPast(a)) - Number(isPast(b)));
  const shown = ordered.slice(0, MOST_PROBLEMS).map((one) => coded(one, problemTime(one)));
  const more = ordered.length - shown.length;
  return more > 0 ? [...shown, html`<em>and ${more} more in the record</em>`] : shown;
}

const isPast = ({ status }: Coded): boolean => status === 'inactive';

/** A past problem is no current one. */
function problemTime(one: Coded): string | undefined {
  const { date } = one;
  if (isPast(one)) return date ? `past problem, from ${dateText(date)}` : 'past problem';
  return date ? `since ${dateText(date)}` : undefined;
}

const part = (title: string, lines: readonly Markup[], none: string): Markup =>
  html`<h3 class="nhsuk-heading-xs gpc-beside__title">${title}</h3>${
    lines.length === 0
      ? html`<p class="gpc-muted">${none}</p>`
      : html`<ul class="gpc-lines">${lines.map((line) => html`<li>${line}</li>`)}</ul>`
  }`;

function observed(one: Observed, terms: Terms, now: number): Markup {
  const values = one.components?.map(({ value }) => value).join('/') ?? one.value;
  const name = one.display ?? terms.get(one.code) ?? `Code ${one.code}`;
  const stale = staleText(one.effective, now);
  return html`${values !== undefined && html`<strong class="gpc-value">${values}${one.unit !== undefined && ` ${unitText(one.unit)}`}</strong> `}${name}<span class="gpc-sub">${dateText(one.effective)}${stale && html` · <strong>${stale}</strong>`}</span>`;
}

const coded = ({ display, code }: Coded, when: string | undefined): Markup =>
  html`${display ?? `Code ${code ?? 'not known'}`}${when && html`<span class="gpc-sub">${when}</span>`}`;
