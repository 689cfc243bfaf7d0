// Before and after a session: start page, signed out, session over.
import { component, html, type Markup, reading } from '../../kit/index.ts';

const signInHref = (returnTo?: string) =>
  returnTo ? `/sign-in?${new URLSearchParams({ returnTo })}` : '/sign-in';

export function startContent(): Markup {
  return reading(html`<h1 class="nhsuk-heading-xl">See a patient’s GP record</h1>
<p class="nhsuk-body-l">For health and care staff who are caring for a patient and need information from their GP practice.</p>
<p>You can see, where the practice shares it:</p>
<ul class="nhsuk-list nhsuk-list--bullet"><li>medications and their issues</li><li>allergies and adverse reactions</li><li>problems, consultations and referrals</li><li>test results and other observations</li><li>immunisations</li></ul>
${component('button', { text: 'Sign in with your care identity', href: signInHref() })}
<h2 class="nhsuk-heading-m">Before you start</h2>
<p>You need a care identity (CIS2) and a role that lets you read patient records. Have the patient’s NHS number ready, or their last name and date of birth.</p>
<p>Every record you open is recorded with your name, and the patient can see that you did.</p>`);
}

export function signedOutContent(): Markup {
  return reading(html`<h1 class="nhsuk-heading-l">You are signed out</h1><p>The record you had open has been removed from this service.</p>
<p>On a shared computer, close the browser too.</p><p><a href="/">Go to the start page</a></p>`);
}

export function sessionOverContent(returnTo: string, ended: boolean, idleMinutes: number): Markup {
  return reading(html`<h1 class="nhsuk-heading-l">${ended ? 'Your session has ended' : 'Sign in to go on'}</h1>
${
  ended
    ? html`<p>To protect patients, you are signed out after ${idleMinutes} minutes without use, or when your sign-in ends. Nothing was lost: no information is changed in this service.</p>`
    : html`<p>You need to be signed in to see this page.</p>`
}${component('button', { text: 'Sign in', href: signInHref(returnTo) })}`);
}
