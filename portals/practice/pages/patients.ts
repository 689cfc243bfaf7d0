// A patient of the practice by NHS number, and what can be asked about their record. spec: national-service DCC-06, DCC-08
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
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
import type { KnownPatient } from '../known-patients.ts';

export function patientFormContent(
  session: PracticeSession,
  fields: Fields,
  faults: readonly FormFault[],
): Markup {
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">A patient’s record</h1>
<p>See who has read the record of a patient of your practice, see it exactly as others receive it, or withhold everything one sender sent about them. Who has read it is for practice leads, clinicians and the privacy officer; the rest is for practice leads. That you asked is recorded.</p>
<form method="post" action="/patients" novalidate autocomplete="off">${formTokenField(session)}${component(
    'input',
    {
      id: 'nhsNumber',
      name: 'nhsNumber',
      width: '10',
      inputmode: 'numeric',
      spellcheck: false,
      label: { text: 'NHS number' },
      hint: { text: '10 digits, such as 999 123 4567' },
      value: fields.nhsNumber,
      errorMessage: faultAt(faults, 'nhsNumber'),
    },
  )}<button class="nhsuk-button gpc-flush" accesskey="s">Continue</button></form>`);
}

/** Whose record it is; above every page about it. */
export function patientBanner({ nhsNumber, name }: KnownPatient): Markup {
  return html`<section class="gpc-banner" aria-label="Patient"><div class="gpc-banner__who"><p class="gpc-banner__name"><span class="gpc-banner__family">${name ?? 'Patient of your practice'}</span></p><dl class="gpc-banner__facts"><div><dt>NHS number</dt><dd>${spacedNhsNumber(nhsNumber)}</dd></div></dl></div></section>`;
}

export interface PatientPlace {
  readonly path: string;
  readonly text: string;
}

/** What can be done about one patient's record. */
export const patientPlaces: readonly PatientPlace[] = [
  { path: 'reads', text: 'Who has read it' },
  { path: 'preview', text: 'As others receive it' },
  { path: 'quarantine', text: 'Withhold what a sender sent' },
];

export const patientTabs = (handle: string, current: string): Markup =>
  html`<nav aria-label="About this patient" class="gpc-no-print"><ul class="gpc-tabs">${patientPlaces.map(
    ({ path, text }) =>
      html`<li><a href="/patients/${handle}/${path}"${path === current && html` aria-current="page"`}>${text}</a></li>`,
  )}</ul></nav>`;
