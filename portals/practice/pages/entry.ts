// One entry of a message: what it says, what was found, and the decision on it. Nothing is chosen beforehand.
// spec: messaging §10.1, SG-02, SG-05, SG-09, SG-19
import {
  component,
  type Fields,
  type FormFault,
  faultAt,
  html,
  type Markup,
  nothing,
} from '../../kit/index.ts';
import { type Decidable, needs } from '../decision-form.ts';
import type { Entry, Finding } from '../inbox-api.ts';
import {
  actionsTaken,
  choiceWords,
  decidedWords,
  refusalReasons,
  severityWords,
  textKinds,
  weightWords,
} from '../words.ts';
import { severityTag } from './severity-tag.ts';
import { momentText } from './times.ts';

export function decidableContent(
  item: number,
  decidable: Decidable,
  fields: Fields,
  faults: readonly FormFault[],
): Markup {
  const { entry, findings } = decidable;
  return html`<section class="gpc-entry gpc-decide gpc-decide--${decidable.severity.toLowerCase()}"><div class="gpc-entry__head"><h2 class="gpc-entry__title">${entry ? title(entry) : decidable.label}</h2>${severityTag(heaviest(decidable))}</div>
${entry ? said(entry) : nothing}${entry && hasFile.has(entry.kind) ? file(item, decidable) : nothing}${findingsContent(findings)}
${decision(decidable, fields, faults)}</section>`;
}

const hasFile: ReadonlySet<string> = new Set(['document', 'report']);

const file = (item: number, { key, label }: Decidable): Markup =>
  html`<p><a href="/inbox/${item}/files/${key}">Open the file<span class="nhsuk-u-visually-hidden">: ${label}</span></a></p>`;

const heaviest = ({ severity, findings }: Pick<Decidable, 'severity' | 'findings'>) =>
  weightWords({ severity, urgent: findings.some(({ urgent }) => urgent) });

const title = (entry: Entry): string =>
  entry.term === null && entry.sentTerm === null
    ? entry.label
    : `${entry.label}: ${entry.term ?? entry.sentTerm}`;

function said(entry: Entry): Markup {
  const differs = entry.sentTerm !== null && entry.term !== null && entry.sentTerm !== entry.term;
  return html`<p class="gpc-prose">${entry.text}</p>${
    entry.code !== null &&
    html`<p class="gpc-entry__note">Code <span class="gpc-code">${entry.code}</span>${differs && html` · the sender calls it “${entry.sentTerm}”`}${entry.term === null && entry.sentTerm !== null && html` · this code has no term here`}</p>`
  }${entry.alreadyInRecord ? html`<p class="gpc-entry__note"><strong>Already in the record</strong></p>` : nothing}`;
}

/** Each finding in words, with the rule it comes from. */
export const findingsContent = (findings: readonly Finding[]): Markup =>
  findings.length === 0
    ? nothing
    : html`<ul class="gpc-findings">${findings.map(
        (finding) =>
          html`<li>${severityTag(weightWords(finding))} <span>${finding.message} <span class="gpc-muted">(${finding.ruleId}: ${weightWords(finding).means})</span></span></li>`,
      )}</ul>`;

function decision(decidable: Decidable, fields: Fields, faults: readonly FormFault[]): Markup {
  const { key, entry } = decidable;
  const { tick, action, override } = needs(decidable);
  const name = (field: string) => `${field}-${key}`;
  const given = (field: string) => fields[name(field)] ?? '';
  const words = entry && !textKinds.has(entry.kind) ? 'coded' : 'text';
  const input = (field: string, label: string) =>
    component('input', {
      id: name(field),
      name: name(field),
      label: { text: label },
      value: given(field),
      attributes: { maxlength: '500' },
      errorMessage: faultAt(faults, name(field)),
    });
  const select = (field: string, label: string, items: readonly (readonly [string, string])[]) =>
    component('select', {
      id: name(field),
      name: name(field),
      label: { text: label },
      value: given(field),
      items: [['', 'Choose'] as const, ...items].map(([value, text]) => ({ value, text })),
      errorMessage: faultAt(faults, name(field)),
    });
  return html`${earlier(decidable)}${component('radios', {
    idPrefix: name('choice'),
    name: name('choice'),
    classes: 'nhsuk-radios--small',
    fieldset: {
      legend: {
        html: html`Your decision<span class="nhsuk-u-visually-hidden"> on ${decidable.label}</span>`.text,
        classes: 'nhsuk-fieldset__legend--s',
      },
    },
    value: given('choice'),
    errorMessage: faultAt(faults, name('choice')),
    items: decidable.choices.map((choice) => ({ value: choice, text: choiceWords[choice][words] })),
  })}<div class="gpc-if-filed">${
    tick &&
    component('checkboxes', {
      idPrefix: name('read'),
      name: name('read'),
      classes: 'nhsuk-checkboxes--small',
      errorMessage: faultAt(faults, name('read')),
      values: given('read') ? [given('read')] : [],
      items: [{ value: 'yes', text: 'I have read the warning' }],
    })
  }${action && html`<div class="gpc-pair">${select('action', 'What was done', actionsTaken)}${input('note', 'Note (needed if no action)')}</div>`}</div>${
    override && html`<div class="gpc-if-override">${input('override', 'Why you override the block')}</div>`
  }<div class="gpc-if-refused">${select('refusal', 'If you refuse it: why', refusalReasons)}</div>`;
}

function earlier({ decision }: Decidable): Markup {
  if (decision === null) return nothing;
  const { by, at } = decision;
  return html`<p class="gpc-entry__note"><strong>${decidedWords[decision.decision]}</strong> by ${by.name}, ${by.role}, ${momentText(at)}. Choose again only to change it.</p>`;
}

/** An entry of an earlier message, as it was decided, for reading only. */
export const pastEntry = (entry: Entry): Markup =>
  html`<li><strong>${title(entry)}</strong> ${entry.text}<span class="gpc-sub">${entry.decision ? decidedWords[entry.decision.decision] : 'Not decided'} · ${severityWords[entry.severity].text}</span></li>`;
