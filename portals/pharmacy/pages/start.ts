// The start page of the pharmacy portal.
import { component, html, type Markup, reading, signInHref } from '../../kit/index.ts';

export function startContent(): Markup {
  return reading(html`<h1 class="nhsuk-heading-xl">Send a consultation to the patient’s GP practice</h1>
<p class="nhsuk-body-l">For pharmacy staff who saw a patient under Pharmacy First.</p>
<ul class="nhsuk-list nhsuk-list--bullet"><li>You write up the consultation once.</li><li>The same checks the practice runs are run before anything is sent.</li><li>You see whether the practice’s system took it.</li></ul>
${component('button', { text: 'Sign in with your care identity', href: signInHref() })}
<p>A message is never the alarm: for anything urgent, ring the practice. A message cannot carry tasks for the practice.</p>`);
}
