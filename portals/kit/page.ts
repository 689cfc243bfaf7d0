// A whole page in the NHS design system's layout, and the parts every page is put together from.
import { html, type Markup, nothing } from './html.ts';
import { formTokenField, type Session } from './sessions.ts';
import { component, renderLayout } from './templates.ts';

export interface PageFrame {
  readonly service: { readonly name: string; readonly home: string };
  readonly assets: { readonly stylesheet: string; readonly icon: string };
  readonly footerText: string;
  /** On every page of a signed-in user that brings no navigation of its own. */
  readonly navigation?: PageOptions['navigation'];
}

export interface PageOptions {
  /** Of the browser's tab; no patient's name belongs in it. */
  readonly title: string;
  readonly content: Markup;
  /** Of the form on it: the title begins with "Error", so that it is the first thing heard. */
  readonly faults?: readonly FormFault[];
  /** Shown at the top right, with a button to sign out. */
  readonly signedIn?: {
    readonly name: string;
    readonly place: string;
    readonly session: Pick<Session<unknown>, 'formToken'>;
  };
  readonly back?: { readonly href: string; readonly text: string };
  /** Between the header and the main content, e.g. a patient banner. */
  readonly beforeContent?: Markup;
  readonly navigation?: readonly {
    readonly href: string;
    readonly text: string;
    readonly current?: boolean;
  }[];
  /** For pages that are mostly data: a wider column and less air. */
  readonly wide?: boolean;
}

export function page(frame: PageFrame, options: PageOptions): string {
  const { signedIn, faults = [], title } = options;
  return renderLayout({
    ...frame,
    title: faults.length > 0 ? `Error: ${title}` : title,
    content: options.content.text,
    beforeContent: options.beforeContent?.text ?? '',
    back: options.back,
    navigation: options.navigation ?? (signedIn && frame.navigation),
    wide: options.wide ?? false,
    account: signedIn && [
      { icon: true, text: `${signedIn.name}, ${signedIn.place}` },
      { html: signOutForm(signedIn.session).text },
    ],
  });
}

function signOutForm(session: Pick<Session<unknown>, 'formToken'>): Markup {
  return html`<form class="nhsuk-header__account-form" action="/sign-out" method="post">${formTokenField(session)}<button class="nhsuk-header__account-button">Sign out</button></form>`;
}

/** One column of two thirds, for reading and forms. */
export function reading(content: Markup): Markup {
  return html`<div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">${content}</div></div>`;
}

export interface FormFault {
  /** Id of the field to go to. */
  readonly field: string;
  readonly text: string;
}

/** The list of what is wrong with a form, or nothing. It has the focus when the page opens, script or none. */
export function errorSummary(faults: readonly FormFault[]): Markup {
  if (faults.length === 0) return nothing;
  return component('error-summary', {
    titleText: 'There is a problem',
    errorList: faults.map(({ field, text }) => ({ href: `#${field}`, text })),
    disableAutoFocus: true,
    attributes: { tabindex: '-1', autofocus: 'autofocus' },
  });
}

export const faultAt = (faults: readonly FormFault[], field: string): { text: string } | undefined => {
  const fault = faults.find((each) => each.field === field);
  return fault && { text: fault.text };
};

/** Something went wrong, in the words of the NHS content style: what happened, what to do. */
export function problemContent(options: {
  title: string;
  paragraphs: readonly (string | Markup)[];
  /** What the support desk asks for. */
  trace?: string | undefined;
  actions?: readonly { readonly href: string; readonly text: string }[];
}): Markup {
  return reading(html`<h1 class="nhsuk-heading-l">${options.title}</h1>
${options.paragraphs.map((text) => html`<p>${text}</p>`)}
${
  options.trace
    ? html`<p>If you contact your support desk, give them this reference: <code class="gpc-code">${options.trace}</code></p>`
    : nothing
}
${
  options.actions?.length
    ? html`<ul class="nhsuk-list">${options.actions.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)}</ul>`
    : nothing
}`);
}
