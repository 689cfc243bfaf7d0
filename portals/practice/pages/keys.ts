// How to work with the keyboard alone.
import { html, type Markup, reading } from '../../kit/index.ts';
import { places } from '../desk.ts';

const onMessage: readonly (readonly [key: string, what: string])[] = [
  ['s', 'File what you decided (or refuse), and go to the next message'],
  ['a', 'Accept all entries and go to the next message, where no rule found more than notes'],
  ['n', 'Put the message aside and go to the next; in the inbox: open the first message'],
  ['r', 'Refuse the whole message'],
];

export function keysContent(): Markup {
  const rows = [...onMessage, ...places.map(({ key, text }) => [key, `Go to: ${text}`] as const)];
  return reading(html`<h1 class="nhsuk-heading-l">Keyboard</h1>
<p>Everything here works without a mouse and without script. <kbd>Tab</kbd> goes to the next field, <kbd>Space</kbd> or the arrow keys choose, <kbd>Enter</kbd> in a decision files the message.</p>
<p>The letters below are access keys: press <kbd>Alt</kbd> and the letter in Chrome and Edge, <kbd>Alt</kbd> <kbd>Shift</kbd> and the letter in Firefox, <kbd>Control</kbd> <kbd>Option</kbd> and the letter on a Mac.</p>
<table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">Access keys</caption><thead><tr><th scope="col">Key</th><th scope="col">What it does</th></tr></thead><tbody>${rows.map(([key, what]) => html`<tr><th scope="row"><kbd>${key.toUpperCase()}</kbd></th><td>${what}</td></tr>`)}</tbody></table>`);
}
