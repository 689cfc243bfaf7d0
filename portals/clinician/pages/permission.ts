// Before a record is asked for: the right patient, the right reason, no more than is needed.
// spec: access-record-structured §15 (direct care only, no broader than needed); §15 rule 1 (differences)
import type { DemographicDifference, TracedPatient } from '@gp-connect/consumer';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import {
  addressText,
  ageAt,
  bannerName,
  component,
  dateText,
  errorSummary,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  sentenceCase,
} from '../../kit/index.ts';
import type { StaffSession } from '../staff-session.ts';

export function permissionContent(options: {
  readonly session: StaffSession;
  readonly handle: string;
  readonly traced: TracedPatient;
  readonly faults: readonly FormFault[];
  readonly scope: string;
  readonly now: number;
}): Markup {
  const { session, handle, traced, faults, scope, now } = options;
  const { patient, nhsNumber, practice } = traced;
  const rows: readonly (readonly [string, string])[] = [
    ['Name', bannerName(patient)],
    ['Born', `${dateText(patient.birthDate)}${ageAt(patient.birthDate ?? null, now)}`],
    ['Gender', sentenceCase(patient.gender ?? 'Not recorded')],
    ['NHS number', spacedNhsNumber(nhsNumber)],
    ['Address', addressText(patient)],
    ['Registered practice', practice ?? 'None'],
  ];
  return html`<div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">${errorSummary(faults)}
<h1 class="nhsuk-heading-l">Ask for this patient’s GP record</h1>
${component('summary-list', { rows: rows.map(([key, value]) => ({ key: { text: key }, value: { text: value } })) })}
${component('warning-callout', {
  heading: 'Only for direct care',
  headingLevel: 2,
  html: html`<p>You may open this record only if you are caring for this patient now, and need it to do so.</p>
<p>Your name, role and organisation, the time and what you ask for are recorded before the record is sent. The patient and their practice can see this.</p>`
    .text,
})}
<form method="post" action="/patients/${handle}/record" novalidate>${formTokenField(session)}
${component('radios', {
  idPrefix: 'scope',
  name: 'scope',
  fieldset: {
    legend: { text: 'What do you need?', classes: 'nhsuk-fieldset__legend--m', isPageHeading: false },
  },
  hint: { text: 'Ask for no more than you need.' },
  errorMessage: faultAt(faults, 'scope'),
  value: scope,
  items: recordScopes.map(({ value, text, hint }) => ({ value, text, hint: { text: hint } })),
})}
${component('checkboxes', {
  idPrefix: 'directCare',
  name: 'directCare',
  fieldset: { legend: { text: 'Your reason', classes: 'nhsuk-fieldset__legend--m' } },
  errorMessage: faultAt(faults, 'directCare'),
  items: [{ value: 'yes', text: 'I am giving direct care to this patient and need their GP record for it' }],
})}
${component('button', { text: 'Open the record', preventDoubleClick: true })}
</form>
<p class="gpc-muted">Private providers need the patient’s explicit permission each time. Recording that permission is not offered here: if your organisation is a private provider, do not go on.</p>
<p><a href="/find">Find another patient</a></p></div></div>`;
}

export const recordScopes = [
  {
    value: 'summary',
    text: 'Medicines and allergies',
    hint: 'Current and past medications with their issues, allergies and ended allergies',
    areas: ['medications', 'allergies'],
  },
  {
    value: 'whole',
    text: 'The whole record',
    hint: 'All parts the practice shares, including consultations, problems, results and immunisations',
    areas: null,
  },
] as const;

export function differencesContent(options: {
  readonly session: StaffSession;
  readonly handle: string;
  readonly differences: readonly DemographicDifference[];
  readonly nhsNumber: string;
  readonly faults: readonly FormFault[];
}): Markup {
  const { session, handle, differences, nhsNumber, faults } = options;
  return html`<div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">${errorSummary(faults)}
<h1 class="nhsuk-heading-l">Check that this is the right patient</h1>
${component('warning-callout', {
  heading: 'Details differ',
  headingLevel: 2,
  html: html`<p>The GP record that arrived for NHS number ${spacedNhsNumber(nhsNumber)} does not say the same about the patient as the national demographics service. It may be about someone else.</p>`
    .text,
})}
<table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">What differs</caption><thead><tr><th scope="col">Detail</th><th scope="col">National service</th><th scope="col">GP record</th></tr></thead>
<tbody>${differences.map(({ label, national, record }) => html`<tr><th scope="row">${label}</th><td><strong>${national ?? 'Nothing'}</strong></td><td><strong>${record ?? 'Nothing'}</strong></td></tr>`)}</tbody></table>
<p>Ask the patient which is right. If you are not sure, do not use the record, and tell the practice.</p>
<form method="post" action="/patients/${handle}/differences" novalidate>${formTokenField(session)}
${component('checkboxes', {
  idPrefix: 'acknowledge',
  name: 'acknowledge',
  fieldset: { legend: { text: 'Your decision', classes: 'nhsuk-fieldset__legend--m' } },
  errorMessage: faultAt(faults, 'acknowledge'),
  items: [
    {
      value: 'yes',
      text: 'I have seen the differences, and I am satisfied that this is my patient’s record',
    },
  ],
})}
${component('button', { text: 'Show the record' })}</form>
<form method="post" action="/patients/${handle}/close">${formTokenField(session)}${component('button', { text: 'Do not show it', classes: 'nhsuk-button--secondary' })}</form></div></div>`;
}
