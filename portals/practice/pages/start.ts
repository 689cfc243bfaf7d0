// The start page of the practice portal.
import { component, html, type Markup, reading, signInHref } from '../../kit/index.ts';

export function startContent(): Markup {
  return reading(html`<h1 class="nhsuk-heading-xl">Review what others sent</h1>
<p class="nhsuk-body-l">For staff of a GP practice who review messages from pharmacies and other organisations, and decide what enters the record.</p>
<ul class="nhsuk-list nhsuk-list--bullet"><li>Nothing is in a record until somebody here has accepted it.</li><li>What was found about each entry is shown in words, beside the patient’s own values, problems, allergies and medicines.</li><li>Everything works with the keyboard alone.</li></ul>
${component('button', { text: 'Sign in with your care identity', href: signInHref() })}
<p>You need a care identity (CIS2) with a role in your practice. Everything you open and decide is recorded with your name.</p>`);
}
