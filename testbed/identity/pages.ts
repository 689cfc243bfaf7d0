// The pages of the demonstration identity provider: NHS design system, no script.
import { fullName, type Persona } from './persona.ts';

/** Markup that needs no more escaping. */
class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Escapes every value put into it, except markup made by itself. */
export function html(
  parts: TemplateStringsArray,
  ...values: (string | Markup | readonly Markup[])[]
): Markup {
  return new Markup(parts.reduce((text, part, index) => text + markupOf(values[index - 1] ?? '') + part));
}

/** Text that is markup already, made by a library we trust. */
export const trusted = (text: string): Markup => new Markup(text);

function markupOf(value: string | Markup | readonly Markup[]): string {
  if (value instanceof Markup) return value.text;
  if (typeof value !== 'string') return value.map(({ text }) => text).join('');
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page. */
export function page(title: string, content: Markup): string {
  return html`<!DOCTYPE html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <title>${title} – demonstration sign-in</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <link rel="stylesheet" href="/assets/nhsuk.css">
</head>
<body class="nhsuk-template__body">
  <a class="nhsuk-skip-link" href="#maincontent">Skip to main content</a>
  <header class="nhsuk-header" role="banner">
    <div class="nhsuk-header__container nhsuk-width-container">
      <div class="nhsuk-header__service"><span class="nhsuk-header__service-name">Care identity (demonstration)</span></div>
    </div>
  </header>
  <div class="nhsuk-width-container">
    <main class="nhsuk-main-wrapper" id="maincontent">
      <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">${content}</div></div>
    </main>
  </div>
</body>
</html>
`.text;
}

/** Choose who to be. `missing` shows the error of a form sent without a choice. */
export function signInPage(options: {
  service: string;
  action: string;
  abort: string;
  personas: readonly Persona[];
  missing?: boolean;
}): string {
  const { missing = false, personas } = options;
  const title = missing ? 'Error: Choose who to sign in as' : 'Choose who to sign in as';
  const summary = html`<div class="nhsuk-error-summary" aria-labelledby="error-title" role="alert" tabindex="-1">
  <h2 class="nhsuk-error-summary__title" id="error-title">There is a problem</h2>
  <div class="nhsuk-error-summary__body"><ul class="nhsuk-list nhsuk-error-summary__list">
    <li><a href="#persona-1">Select who to sign in as</a></li></ul></div>
</div>`;
  const error = html`<span class="nhsuk-error-message" id="persona-error"><span class="nhsuk-u-visually-hidden">Error:</span> Select who to sign in as</span>`;
  return page(
    title,
    html`${missing ? summary : ''}
<form method="post" action="${options.action}" novalidate>
  <div class="nhsuk-form-group${missing ? ' nhsuk-form-group--error' : ''}">
    <fieldset class="nhsuk-fieldset" aria-describedby="persona-hint${missing ? ' persona-error' : ''}">
      <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--l"><h1 class="nhsuk-fieldset__heading">Choose who to sign in as</h1></legend>
      <div class="nhsuk-hint" id="persona-hint">To continue to ${options.service}. Nobody here is a real person, and there is no password.</div>
      ${missing ? error : ''}
      <div class="nhsuk-radios">${personas.map(radio)}</div>
    </fieldset>
  </div>
  <button class="nhsuk-button" type="submit">Sign in</button>
</form>
<p><a href="${options.abort}">Cancel and go back</a></p>`,
  );
}

function radio(persona: Persona, index: number): Markup {
  const id = `persona-${index + 1}`;
  return html`<div class="nhsuk-radios__item">
  <input class="nhsuk-radios__input" id="${id}" name="persona" type="radio" value="${persona.id}" aria-describedby="${id}-hint">
  <label class="nhsuk-label nhsuk-radios__label" for="${id}">${fullName(persona)}</label>
  <div class="nhsuk-hint nhsuk-radios__hint" id="${id}-hint">${persona.roleName}, ${persona.organisation.name} (${persona.organisation.ods}). ${persona.about}</div>
</div>`;
}

/** Something went wrong, in words for a person. */
export function problemPage(title: string, explanation: string): string {
  return page(title, html`<h1 class="nhsuk-heading-l">${title}</h1><p>${explanation}</p>`);
}

/** Asks before ending the session; `form` is the library's own, with its protection against forgery. */
export function signOutPage(form: string): string {
  return page(
    'Sign out',
    html`<h1 class="nhsuk-heading-l">Do you want to sign out?</h1>${trusted(form)}
<button class="nhsuk-button" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );
}

export function signedOutPage(): string {
  return page(
    'You are signed out',
    html`<h1 class="nhsuk-heading-l">You are signed out</h1><p>You can close this page.</p>`,
  );
}
