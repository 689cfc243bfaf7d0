// Finding a patient: by NHS number, or by name and date of birth. spec: foundations §17.4, §20 rule 1
import type { R4 } from '@gp-connect/foundation/fhir';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import { html, type Markup, nothing } from '../html.ts';
import { errorSummary, type FormFault, faultAt } from '../page.ts';
import { addressText, bannerName, dateText, sentenceCase } from '../patient-words.ts';
import { formTokenField, type Session } from '../sessions.ts';
import type { SignedInStaff } from '../staff-desk.ts';
import { component } from '../templates.ts';

type StaffSession = Session<SignedInStaff>;

/** What was typed, as it was typed. */
export type FindForm = Readonly<Partial<Record<string, string>>>;

export function findContent(
  session: StaffSession,
  note: string,
  form: FindForm,
  faults: readonly FormFault[],
): Markup {
  return html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">Find a patient</h1>
<p>You are working for <strong>${session.state.identity.organisation.name}</strong> (${session.state.identity.organisation.ods}). ${note}</p>
<div class="gpc-two"><section class="gpc-card"><h2 class="nhsuk-heading-m">By NHS number</h2>
<form method="post" action="/find/number" novalidate autocomplete="off">${formTokenField(session)}
${component('input', {
  id: 'nhsNumber',
  name: 'nhsNumber',
  label: { text: 'NHS number' },
  hint: { text: '10 digits, for example 999 000 1234' },
  inputmode: 'numeric',
  width: '10',
  spellcheck: false,
  value: form.nhsNumber,
  errorMessage: faultAt(faults, 'nhsNumber'),
  classes: 'nhsuk-input--code',
})}
${component('button', { text: 'Find by NHS number' })}</form></section>
<section class="gpc-card"><h2 class="nhsuk-heading-m">By name and date of birth</h2>
<form method="post" action="/find/name" novalidate autocomplete="off">${formTokenField(session)}
${component('input', { id: 'family', name: 'family', label: { text: 'Last name' }, spellcheck: false, value: form.family, errorMessage: faultAt(faults, 'family') })}
${component('input', { id: 'given', name: 'given', label: { text: 'First name (optional)' }, spellcheck: false, value: form.given, errorMessage: faultAt(faults, 'given') })}
${birthDateInput(form, faults)}
${component('input', { id: 'postcode', name: 'postcode', label: { text: 'Postcode (optional)' }, width: '10', spellcheck: false, value: form.postcode, errorMessage: faultAt(faults, 'postcode') })}
${component('button', { text: 'Search', classes: 'nhsuk-button--secondary' })}</form></section></div>`;
}

function birthDateInput(form: FindForm, faults: readonly FormFault[]): Markup {
  const fault = faults.find(({ field }) => field.startsWith('birth'));
  const item = (name: string, label: string, width: number) => ({
    id: `birth-${name}`,
    name: `birth-${name}`,
    label,
    value: form[`birth-${name}`] ?? '',
    classes: `nhsuk-input--width-${width}${fault ? ' nhsuk-input--error' : ''}`,
  });
  return component('date-input', {
    id: 'birth',
    fieldset: { legend: { text: 'Date of birth', classes: 'nhsuk-fieldset__legend--s' } },
    hint: { text: 'For example, 31 3 1980' },
    ...(fault ? { errorMessage: { text: fault.text } } : {}),
    items: [item('day', 'Day', 2), item('month', 'Month', 2), item('year', 'Year', 4)],
  });
}

/** Each candidate under its handle. */
export function resultsContent(
  session: StaffSession,
  found: readonly { readonly handle: string; readonly patient: R4.Patient }[],
): Markup {
  const title = found.length === 1 ? '1 patient found' : `${found.length} patients found`;
  return html`<h1 class="nhsuk-heading-l">${title}</h1><p>Choose the patient you are caring for. Compare date of birth and address with them before you go on.</p>
<ul class="gpc-candidates">${found.map(({ handle, patient }) => candidate(session, handle, patient))}</ul>
<p><a href="/find">Search again</a></p>`;
}

function candidate(session: StaffSession, handle: string, patient: R4.Patient): Markup {
  const name = bannerName(patient);
  return html`<li class="gpc-entry"><h2 class="gpc-entry__title">${name}</h2>
<dl class="gpc-facts"><div><dt>Born</dt><dd>${dateText(patient.birthDate)}</dd></div><div><dt>Gender</dt><dd>${sentenceCase(patient.gender ?? 'Not recorded')}</dd></div><div><dt>NHS number</dt><dd>${spacedNhsNumber(patient.id ?? '')}</dd></div><div><dt>Address</dt><dd>${addressText(patient)}</dd></div></dl>
<form method="post" action="/find/choose">${formTokenField(session)}<input type="hidden" name="handle" value="${handle}"><button class="nhsuk-button nhsuk-button--small gpc-flush">Choose<span class="nhsuk-u-visually-hidden"> ${name}</span></button></form></li>`;
}

export function noResultsContent(tooMany: boolean): Markup {
  return tooMany
    ? html`<h1 class="nhsuk-heading-l">Too many patients match</h1><p>The national demographics service found more patients than it may show. Add a first name or a postcode, or ask the patient for their NHS number.</p><p><a href="/find">Search again</a></p>`
    : html`<h1 class="nhsuk-heading-l">No patient matches</h1><p>The national demographics service found nobody with this name and date of birth.</p>
<ul class="nhsuk-list nhsuk-list--bullet"><li>Check the spelling and the date with the patient.</li><li>Try a former last name.</li><li>Leave out the postcode: some patients cannot be found by where they live.</li></ul><p><a href="/find">Search again</a></p>`;
}

export function traceProblemContent(
  session: StaffSession,
  words: { readonly title: string; readonly paragraphs: readonly string[] },
  newNumber: { readonly handle: string; readonly nhsNumber: string } | null,
): Markup {
  return html`<div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds"><h1 class="nhsuk-heading-l">${words.title}</h1>${words.paragraphs.map((text) => html`<p>${text}</p>`)}
${
  newNumber
    ? html`<form method="post" action="/find/choose">${formTokenField(session)}<input type="hidden" name="handle" value="${newNumber.handle}">${component('button', { text: `Go on with ${spacedNhsNumber(newNumber.nhsNumber)}` })}</form>`
    : nothing
}<p><a href="/find">Find another patient</a></p></div></div>`;
}
