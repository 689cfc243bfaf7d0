// What the practice's own record says, beside the message. spec: messaging SG-23
import { dateText, html, type Markup } from '../../kit/index.ts';
import type { OpenItem } from '../inbox-api.ts';

type Record = OpenItem['record'];
type Observed = Record['sameKind'][number];
type Coded = Record['problems'][number];

const pregnancyWords: Readonly<{ [state: string]: string }> = {
  pregnant: 'Recorded as pregnant',
  notPregnant: 'Recorded as not pregnant',
  unknown: 'Nothing recorded',
};

export function besideContent({ record, entries }: OpenItem): Markup {
  const terms = new Map(entries.map(({ code, term, sentTerm }) => [code, term ?? sentTerm]));
  return html`<aside class="gpc-beside" aria-label="The patient’s record here"><h2 class="nhsuk-heading-m">In the record here</h2>
${part(
  'Last values of the same kind',
  record.sameKind.slice(0, 8).map((one) => observed(one, terms)),
)}
${part('Problems', record.problems.map(coded))}
${part('Allergies', record.allergies.map(coded))}
${part('Medicines', record.medicines.map(coded))}
${part('Pregnancy', [html`${pregnancyWords[record.pregnancy] ?? record.pregnancy}`])}</aside>`;
}

const part = (title: string, lines: readonly Markup[]): Markup =>
  html`<h3 class="nhsuk-heading-xs gpc-beside__title">${title}</h3>${
    lines.length === 0
      ? html`<p class="gpc-muted">None recorded</p>`
      : html`<ul class="gpc-lines">${lines.map((line) => html`<li>${line}</li>`)}</ul>`
  }`;

function observed(one: Observed, terms: ReadonlyMap<string | null, string | null>): Markup {
  const values = one.components?.map(({ value }) => value).join('/') ?? one.value;
  const name = one.display ?? terms.get(one.code) ?? `Code ${one.code}`;
  return html`<span class="gpc-date">${dateText(one.effective)}</span> ${name}${values !== undefined && html` <strong>${values}${one.unit && ` ${one.unit}`}</strong>`}`;
}

const coded = ({ display, code, date }: Coded): Markup =>
  html`${date && html`<span class="gpc-date">${dateText(date)}</span> `}${display ?? `Code ${code ?? 'not known'}`}`;
