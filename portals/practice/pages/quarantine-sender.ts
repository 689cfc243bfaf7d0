// Withholding everything one sender sent about one patient, and letting it out again. spec: national-service DCC-05, DCC-06
import {
  component,
  errorSummary,
  type Fields,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { QuarantinedAll } from '../record-api.ts';
import { readersTable } from './quarantine.ts';

export function quarantineSenderContent(
  session: PracticeSession,
  handle: string,
  fields: Fields,
  faults: readonly FormFault[],
): Markup {
  const input = (name: string, label: string, hint: string) =>
    component('input', {
      id: name,
      name,
      width: '10',
      label: { text: label },
      hint: { text: hint },
      value: fields[name],
      errorMessage: faultAt(faults, name),
    });
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Withhold what a sender sent</h1>
<p>For messages about another person, or a sender who got it wrong. What is already filed leaves every answer at once: other organisations, the patient’s own view, exports. What still waits in the inbox cannot be filed. You then see who has read the record. It can be released again.</p>
<form method="post" action="/patients/${handle}/quarantine" novalidate class="gpc-card">${formTokenField(session)}<div class="gpc-pair">${input('sender', 'ODS code of the sender', 'Such as FZZ01')}${input('from', 'Received from (optional)', 'Such as 31/3/2026')}${input('to', 'Received to (optional)', 'Such as 30/4/2026')}</div>
${component('textarea', { id: 'reason', name: 'reason', rows: '3', label: { text: 'Reason' }, value: fields.reason, errorMessage: faultAt(faults, 'reason'), attributes: { maxlength: '500' } })}
<div class="gpc-actions"><button class="nhsuk-button nhsuk-button--warning" name="do" value="quarantine" accesskey="s">Withhold it now</button><button class="nhsuk-button nhsuk-button--secondary" name="do" value="release">Release what was withheld</button></div></form>`;
}

const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`);

export function quarantinedSenderContent(
  sender: string,
  { filed, withheld, waiting, readers }: QuarantinedAll,
): Markup {
  return html`<h1 class="nhsuk-heading-l">Withheld: ${sender}</h1>
<p>${
    filed === 0
      ? 'Nothing this sender sent about the patient is in the record.'
      : `${entries(withheld)} of ${filed} in the record ${withheld === 1 ? 'is' : 'are'} withheld from now on; any others were withheld already.`
  } ${waiting === 0 ? 'Nothing waits in the inbox.' : `${entries(waiting)} in the inbox cannot be filed.`}</p>
${readersTable(readers)}`;
}
