// The start page.
import { component, html, type Markup, reading, signInHref } from '../../kit/index.ts';

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
