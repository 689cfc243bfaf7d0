// Refusing a whole message, with the reason. spec: messaging SG-14
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  reading,
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { OpenItem } from '../inbox-api.ts';
import { refusalReasons } from '../words.ts';

export function refuseContent(
  session: PracticeSession,
  item: OpenItem,
  fields: Fields,
  faults: readonly FormFault[],
): Markup {
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Refuse the whole message</h1>
<p>“${item.title}” from ${item.sender.name}. Nothing of it will enter the record. A notice to the sender is made; it says the reason, and nothing about the patient.</p>
<form method="post" action="/inbox/${item.item}/refuse" novalidate>${formTokenField(session)}<input type="hidden" name="version" value="${item.version}">
${component('radios', {
  idPrefix: 'reason',
  name: 'reason',
  classes: 'nhsuk-radios--small',
  fieldset: { legend: { text: 'Why', classes: 'nhsuk-fieldset__legend--s' } },
  value: fields.reason ?? '',
  errorMessage: faultAt(faults, 'reason'),
  items: refusalReasons.map(([value, text]) => ({ value, text })),
})}
${component('textarea', { id: 'note', name: 'note', rows: '2', label: { text: 'Note for the practice (optional)' }, value: fields.note, attributes: { maxlength: '500' } })}
<div class="gpc-actions"><button class="nhsuk-button nhsuk-button--warning" accesskey="s">Refuse and go to the next message</button> <a href="/inbox/${item.item}">Go back to the message</a></div></form>`);
}
