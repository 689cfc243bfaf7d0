// Changing an entry before it is filed: what is changed, and what the entry then says. spec: docs/practice-inbox-api.md
import { html, type Markup, nothing } from '../../kit/index.ts';
import { amendFieldName, amendFields, type CheckedAmendment, seenMark } from '../amendment-form.ts';
import { amendableOf, type Decidable } from '../decision-form.ts';
import { entrySays } from '../entry-words.ts';
import { entryFields } from './decision.ts';
import { type DecidablePage, findingsContent } from './entry.ts';

export function amendmentContent(page: DecidablePage): Markup {
  const { decidable, checked } = page;
  const { input } = entryFields(page);
  const fields = amendableOf(decidable).map((name) => {
    const { label, hint, width } = amendFields[name];
    return input(amendFieldName(name), label, {
      ...(hint === undefined ? {} : { hint }),
      ...(width === undefined ? {} : { width }),
    });
  });
  return html`<fieldset class="nhsuk-fieldset gpc-if-amended"><legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">What you change<span class="nhsuk-u-visually-hidden"> of ${decidable.label}</span></legend>
<p>Fill in only what is wrong. The message keeps what was sent, and the entry says that you changed it.</p><div class="gpc-pair">${fields}</div>${input('why', 'Why you change it')}${checked === undefined ? nothing : shown(decidable, checked)}</fieldset>`;
}

function shown({ key, entry }: Decidable, { amendment, check }: CheckedAmendment): Markup {
  if ('field' in check || entry === undefined) return nothing;
  return html`<div class="gpc-amended" id="checked-${key}" tabindex="-1"><p><strong>The entry will say:</strong></p><p class="gpc-prose">${entrySays({ ...entry, text: check.text })}</p>${
    check.findings.length === 0 ? html`<p>No rule found anything on it.</p>` : findingsContent(check.findings)
  }<input type="hidden" name="seen-${key}" value="${seenMark(amendment)}"></div>`;
}
