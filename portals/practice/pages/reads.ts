// Who was shown a record: when, which organisation, which person in which role, why, and what. A page at a time.
// spec: national-service DCC-06, AUD-08, AUD-15
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  html,
  type Markup,
} from '../../kit/index.ts';
import type { Read, ReadsPage } from '../record-api.ts';
import { momentText } from './times.ts';

const purposes: Readonly<Record<string, string>> = {
  directcare: 'Direct care',
  secondaryuses: 'Secondary uses',
  patientaccess: 'The patient’s own access',
  migration: 'Moving the record to another system',
  identityverification: 'Checking identity',
};
const products: Readonly<Record<string, string>> = {
  'ar-structured': 'Structured record',
  'ar-html': 'Record as web page',
  'access-document': 'Documents',
  ad: 'Documents',
  'appointment-management': 'Appointments',
  'pfs-record': 'The patient’s own view',
};
const outcomes: Readonly<Record<string, string>> = {
  shared: 'Shown',
  incomplete: 'Shown in part: the answer broke off',
  unknown: 'Perhaps shown: its end was not recorded',
};

const word = (words: Readonly<Record<string, string>>, value: string | null): string =>
  value === null ? 'Not known' : (words[value] ?? value);

/** A role as its token named it: in words, or a number that only the directory of roles knows. */
export const roleText = (role: string | null): string | null =>
  role !== null && /^\d+$/.test(role) ? `Role profile ${role}` : role;
export const productText = (product: string | null): string => word(products, product);
export const outcomeText = (outcome: string): Markup =>
  outcome === 'shared' ? html`${outcomes.shared}` : html`<strong>${outcomes[outcome] ?? outcome}</strong>`;

/** The form that narrows the list to some days. */
export const readsFilter = (fields: Fields, faults: readonly FormFault[]): Markup => {
  const input = (name: string, label: string) =>
    component('input', {
      id: name,
      name,
      width: '10',
      label: { text: label },
      hint: { text: 'Such as 31/3/2026' },
      value: fields[name],
      errorMessage: faultAt(faults, name),
    });
  return html`<form method="get" novalidate class="gpc-card gpc-no-print"><div class="gpc-pair">${input('from', 'From (optional)')}${input('to', 'To (optional)')}</div><button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small gpc-flush">Show these days</button></form>`;
};

export interface ReadsContent {
  readonly title: string;
  readonly about: string;
  readonly filter?: Markup;
  readonly faults: readonly FormFault[];
  /** Undefined where nothing could be asked. */
  readonly page: ReadsPage | undefined;
  /** The address of a page, by its cursor; the first without. */
  readonly href: (cursor?: string) => string;
  readonly isFirst: boolean;
}

export function readsContent({ title, about, filter, faults, page, href, isFirst }: ReadsContent): Markup {
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${title}</h1><p>${about}</p>${filter}${page && list(page, isFirst)}${page && pages(page, href, isFirst)}`;
}

function list({ reads }: ReadsPage, isFirst: boolean): Markup {
  if (reads.length === 0)
    return component('inset-text', {
      text: isFirst ? 'Nobody outside the practice was shown it.' : 'There are no older ones.',
    });
  return html`<div class="gpc-scroll gpc-found" role="region" aria-label="Who was shown it" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">Newest first</caption><thead><tr><th scope="col">When</th><th scope="col">Organisation</th><th scope="col">Person</th><th scope="col">Why</th><th scope="col">What</th><th scope="col">Outcome</th></tr></thead><tbody>${reads.map(row)}</tbody></table></div>`;
}

const row = ({ read, at, organisation, user, role, product, areas, purpose, outcome }: Read): Markup =>
  html`<tr><th scope="row">${momentText(at)}<span class="gpc-sub">Audit entry ${read}</span></th><td>${organisation?.name ?? 'Not known'}<span class="gpc-sub">${organisation?.ods}</span></td><td>${user ?? 'Not known'}<span class="gpc-sub">${roleText(role)}</span></td><td>${word(purposes, purpose)}</td><td>${productText(product)}<span class="gpc-sub">${areas.join(', ')}</span></td><td>${outcomeText(outcome)}</td></tr>`;

const pages = ({ next }: ReadsPage, href: ReadsContent['href'], isFirst: boolean): Markup =>
  html`<nav class="gpc-pages" aria-label="Pages">${!isFirst && html`<a href="${href()}">Newest</a>`}${next !== null && html`<a href="${href(next)}" accesskey="n">Older</a>`}</nav>`;
