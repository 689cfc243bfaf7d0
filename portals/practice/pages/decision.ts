// The choice on one entry with what it asks for: the tick, the action taken, the reason. spec: messaging §10.1, SG-02
import { component, faultAt, html, type Markup } from '../../kit/index.ts';
import { amendableOf, needs } from '../decision-form.ts';
import { actionsTaken, choiceWords, refusalReasons, textKinds } from '../words.ts';
import { amendmentContent } from './amendment.ts';
import type { DecidablePage } from './entry.ts';

/** Texts and lists under one entry, named after it. */
export function entryFields({ decidable: { key }, fields, faults }: DecidablePage) {
  const name = (field: string) => `${field}-${key}`;
  const given = (field: string) => fields[name(field)] ?? '';
  return {
    name,
    given,
    input: (field: string, label: string, more: { readonly hint?: string; readonly width?: string } = {}) =>
      component('input', {
        id: name(field),
        name: name(field),
        label: { text: label },
        ...(more.hint === undefined ? {} : { hint: { text: more.hint } }),
        ...(more.width === undefined ? {} : { width: more.width }),
        value: given(field),
        attributes: { maxlength: '500' },
        errorMessage: faultAt(faults, name(field)),
      }),
    select: (field: string, label: string, items: readonly (readonly [string, string])[]) =>
      component('select', {
        id: name(field),
        name: name(field),
        label: { text: label },
        value: given(field),
        items: [['', 'Choose'] as const, ...items].map(([value, text]) => ({ value, text })),
        errorMessage: faultAt(faults, name(field)),
      }),
  };
}

export function decisionContent(page: DecidablePage): Markup {
  const { decidable, faults, checked } = page;
  const { entry } = decidable;
  const { name, given, input, select } = entryFields(page);
  // An amended entry answers for what is found on it as it will be, no longer for what was sent.
  const isAmended = given('choice') === 'amend' && checked !== undefined && 'findings' in checked.check;
  const { tick, action } = needs(isAmended ? checked.check.findings : decidable.findings);
  const words = entry && !textKinds.has(entry.kind) ? 'coded' : 'text';
  return html`${component('radios', {
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
  })}${amendableOf(decidable).length > 0 && amendmentContent(page)}<div class="gpc-if-filed">${
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
    decidable.choices.includes('override') &&
    html`<div class="gpc-if-override">${input('override', 'Why you override the block')}</div>`
  }<div class="gpc-if-refused">${select('refusal', 'If you refuse it: why', refusalReasons)}</div>`;
}
