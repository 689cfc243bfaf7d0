// The record exactly as others would receive it: what is withheld first, then what it holds, then the answer itself.
// spec: national-service DCC-05, DCC-08
import { component, formTokenField, html, type Markup, nothing } from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { Preview, RecordView } from '../record-api.ts';

/** More of the answer would make the page too long to work with; all of it can be downloaded. */
const SHOWN_CHARACTERS = 60_000;

const heading = 'As others receive it';

export function viewsContent(session: PracticeSession, handle: string, views: readonly RecordView[]): Markup {
  return html`<h1 class="nhsuk-heading-l">${heading}</h1><p>You see the record as that service would receive it at this moment, with the same switches, sharing choices and withheld items. It is recorded as your preview, not as a reading from outside.</p>
${
  views.length === 0
    ? component('inset-text', { text: 'Your system offers no preview.' })
    : html`<form method="post" action="/patients/${handle}/preview">${formTokenField(session)}${component(
        'radios',
        {
          idPrefix: 'view',
          name: 'view',
          fieldset: { legend: { text: 'Who receives it, and how', classes: 'nhsuk-fieldset__legend--m' } },
          value: views[0]?.view,
          items: views.map(({ view, title }) => ({ value: view, text: title })),
        },
      )}<button class="nhsuk-button gpc-flush" accesskey="s">Show it</button></form>`
}`;
}

export function previewContent(session: PracticeSession, handle: string, shown: Preview): Markup {
  const { title, status, body, signals } = shown;
  const isRefused = status >= 400;
  return html`<h1 class="nhsuk-heading-l">${heading}<span class="nhsuk-caption-m">${title}</span></h1>
${
  isRefused
    ? component('warning-callout', {
        heading: 'Nothing of the record is shared',
        headingLevel: 2,
        classes: 'gpc-callout',
        html: html`<p>Whoever asks in this way is refused (status ${status}) and receives only the answer below.</p>`
          .text,
      })
    : nothing
}${withheld(signals, isRefused)}${isRefused ? nothing : holdings(body)}
<h2 class="nhsuk-heading-m">The answer itself</h2><p>${body.length > SHOWN_CHARACTERS ? `The first ${SHOWN_CHARACTERS.toLocaleString('en-GB')} of ${body.length.toLocaleString('en-GB')} characters. ` : ''}Byte for byte what is sent.</p>
<pre class="gpc-raw" tabindex="0" role="region" aria-label="The answer itself">${body.slice(0, SHOWN_CHARACTERS)}</pre>
<form method="post" action="/patients/${handle}/preview" class="gpc-actions gpc-no-print">${formTokenField(session)}<input type="hidden" name="view" value="${shown.view}"><button class="nhsuk-button nhsuk-button--secondary" name="download" value="yes">Download the answer</button><a href="/patients/${handle}/preview">Choose another view</a></form>`;
}

function withheld(signals: Preview['signals'], isRefused: boolean): Markup {
  const title = isRefused ? 'Why' : 'Withheld or waiting';
  return html`<h2 class="nhsuk-heading-m">${title}</h2>${
    signals.length === 0
      ? component('inset-text', {
          text: isRefused
            ? 'The answer says no more.'
            : 'The answer says of nothing that it is withheld or waits to be filed.',
        })
      : html`<div class="gpc-scroll" role="region" aria-label="${title}" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><thead><tr><th scope="col">Where</th><th scope="col">What the receiver is told</th><th scope="col">Signal</th></tr></thead><tbody>${signals.map(({ where, code, text }) => html`<tr><th scope="row">${where ?? 'The whole answer'}</th><td>${text}</td><td><span class="gpc-code">${code}</span></td></tr>`)}</tbody></table></div>`
  }`;
}

interface Entry {
  resource?: { resourceType?: unknown; title?: unknown; entry?: unknown };
}

/** How much there is of what: lists by their titles, everything else by its type. Nothing where it is no bundle. */
function holdings(body: string): Markup {
  const entries = entriesOf(body);
  if (entries.length === 0) return nothing;
  const lists = entries.flatMap(({ resource }): [string, number][] =>
    resource?.resourceType === 'List' && typeof resource.title === 'string'
      ? [[resource.title, Array.isArray(resource.entry) ? resource.entry.length : 0]]
      : [],
  );
  const types = Map.groupBy(entries, ({ resource }) => String(resource?.resourceType ?? 'Other'));
  const counts = [...types].map(([type, some]): [string, number] => [type, some.length]);
  return html`<h2 class="nhsuk-heading-m">What it holds</h2><div class="gpc-two">${table('Lists of the record', 'Items', lists)}${table(
    'Resources by type',
    'Number',
    counts.toSorted(([a], [b]) => a.localeCompare(b)),
  )}</div>`;
}

const table = (caption: string, count: string, rows: readonly (readonly [string, number])[]): Markup =>
  rows.length === 0
    ? nothing
    : html`<table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">${caption}</caption><thead><tr><th scope="col">Name</th><th scope="col">${count}</th></tr></thead><tbody>${rows.map(([name, number]) => html`<tr><th scope="row">${name}</th><td>${number}</td></tr>`)}</tbody></table>`;

function entriesOf(body: string): readonly Entry[] {
  try {
    const { entry } = JSON.parse(body) as { entry?: unknown };
    return Array.isArray(entry) ? (entry as Entry[]) : [];
  } catch {
    return [];
  }
}
