// Before and after a session: signed out, session over.
import { html, type Markup } from './html.ts';
import { reading } from './page.ts';
import { component } from './templates.ts';

/** Where signing in begins, and where it leads back to. */
export const signInHref = (returnTo?: string) =>
  returnTo ? `/sign-in?${new URLSearchParams({ returnTo })}` : '/sign-in';

/** `what` says what became of the work in hand. */
export function signedOutContent(what: string): Markup {
  return reading(html`<h1 class="nhsuk-heading-l">You are signed out</h1><p>${what}</p>
<p>On a shared computer, close the browser too.</p><p><a href="/">Go to the start page</a></p>`);
}

export function sessionOverContent(returnTo: string, ended: boolean, idleMinutes: number): Markup {
  return reading(html`<h1 class="nhsuk-heading-l">${ended ? 'Your session has ended' : 'Sign in to go on'}</h1>
${
  ended
    ? html`<p>To protect patients, you are signed out after ${idleMinutes} minutes without use, or when your sign-in ends. What you had sent or saved stays; what was only typed is gone.</p>`
    : html`<p>You need to be signed in to see this page.</p>`
}${component('button', { text: 'Sign in', href: signInHref(returnTo) })}`);
}
