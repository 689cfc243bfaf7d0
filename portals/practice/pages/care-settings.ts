// From which care settings a product is taken: the list on the controls page, and the form. spec: national-service DCC-03
import {
  component,
  errorSummary,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  reading,
} from '../../kit/index.ts';
import { careSettingWords, settingProducts } from '../care-settings.ts';
import type { PracticeSession } from '../desk.ts';
import type { Controls } from '../inbox-api.ts';
import { switchWords } from '../words.ts';

export const careSettingsTitle = (product: string): string => `Who may send: ${switchWords(product).text}`;

/** `null`: all of them. */
export const takenFromText = (settings: readonly string[] | null): string =>
  settings === null ? 'every care setting' : settings.map((one) => careSettingWords[one] ?? one).join(', ');

export const takenFromContent = ({ takenFrom }: Controls): Markup =>
  html`<div class="gpc-scroll gpc-found" role="region" aria-label="Who may send" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">Who may send, by care setting</caption><thead><tr><th scope="col">Product</th><th scope="col">Taken from</th><th scope="col">Change</th></tr></thead><tbody>${settingProducts.map(
    (product) => {
      const { text } = switchWords(product);
      const only = takenFrom.find((one) => one.product === product)?.settings;
      return html`<tr><th scope="row">${text}</th><td>${only === undefined ? 'Every care setting' : html`<strong>Only</strong> ${takenFromText(only)}`}</td><td><a href="/controls/care-settings?product=${product}">Choose<span class="nhsuk-u-visually-hidden"> who may send: ${text}</span></a></td></tr>`;
    },
  )}</tbody></table></div>`;

export function careSettingsContent(
  session: PracticeSession,
  asked: {
    readonly product: string;
    readonly from: string | undefined;
    readonly settings: readonly string[];
    readonly reason?: string | undefined;
  },
  faults: readonly FormFault[],
): Markup {
  const { product, from, settings, reason } = asked;
  const consequence =
    product === 'update-record'
      ? ' General practices are required by contract to take Update Record from community pharmacies: leave them ticked.'
      : '';
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${careSettingsTitle(product)}</h1>
<p>From the next message on, whoever is of another care setting, or of one that is not known, is refused at once (code 20010) and told to reach you another way. Nothing of theirs comes into the inbox. What waits there already stays.${consequence}</p><p>This works on top of the switch: a product that is off is taken from nobody.</p>
<form method="post" action="/controls/care-settings" novalidate class="gpc-settings">${formTokenField(session)}<input type="hidden" name="product" value="${product}">
${component('radios', {
  idPrefix: 'from',
  name: 'from',
  fieldset: { legend: { text: 'Take it from', classes: 'nhsuk-fieldset__legend--m' } },
  value: from,
  errorMessage: faultAt(faults, 'from'),
  items: [
    { value: 'all', text: 'Every care setting' },
    { value: 'some', text: 'Only these care settings' },
  ],
})}<div class="gpc-if-some">${component('checkboxes', {
    idPrefix: 'settings',
    name: 'settings',
    classes: 'nhsuk-checkboxes--small',
    fieldset: { legend: { text: 'Care settings', classes: 'nhsuk-fieldset__legend--s' } },
    values: settings,
    errorMessage: faultAt(faults, 'settings'),
    items: Object.entries(careSettingWords).map(([value, text]) => ({ value, text })),
  })}</div>
${component('textarea', { id: 'reason', name: 'reason', rows: '3', label: { text: 'Reason' }, hint: { text: 'It is kept with the change and goes into the statement to the Caldicott Guardian. No patient’s details.' }, value: reason, errorMessage: faultAt(faults, 'reason'), attributes: { maxlength: '500' } })}
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">Change who may send</button> <a href="/controls">Change nothing</a></div></form>`);
}
