// One item of the record as a block, and the small parts it is made of. Standing is told by words, not by colour alone.
// spec: access-record-structured §9, §15 rules 5–8
import type { Caution, Consultation, ConsultationTopic, Item, Standing } from '@gp-connect/consumer';
import { html, type Markup, nothing } from '../../kit/index.ts';
import { flagOf } from './flags.ts';
import { resultTable } from './results.ts';

interface TagWords {
  readonly text: string;
  readonly colour: string;
}

const standingTags: Partial<Record<Standing, TagWords>> = {
  ended: { text: 'Ended', colour: 'grey' },
  planned: { text: 'Planned, not done', colour: 'purple' },
  'not-given': { text: 'Not given', colour: 'orange' },
  draft: { text: 'Draft', colour: 'yellow' },
};

const cautionTags: Record<Caution, TagWords> = {
  'transfer-degraded': { text: 'Code lost in transfer: rely on the text', colour: 'red' },
  uncoded: { text: 'Not coded', colour: 'yellow' },
  'not-for-patient': { text: 'Not to be disclosed to the patient', colour: 'red' },
};

const tag = ({ text, colour }: TagWords): Markup =>
  html`<strong class="nhsuk-tag nhsuk-tag--${colour} gpc-tag">${text}</strong> `;

export function tagsOf(item: Item): Markup {
  const standing = standingTags[item.standing];
  const flag = flagOf(item);
  return html`${standing ? tag(standing) : nothing}${flag ? tag(flag) : nothing}${item.cautions.map((each) => tag(cautionTags[each]))}`;
}

const uneventful = new Set(['Significance', 'Status']);

/** What the date of an item means, where it is not simply when it happened. */
const dateLabels: Partial<Record<Item['area'], string>> = {
  allergies: 'Recorded',
  medications: 'Started',
  problems: 'Onset',
  diary: 'Planned for',
};

/** A block with title, date, tags, facts, notes, links and what hangs under it. */
export function entry(item: Item): Markup {
  const ended = item.standing === 'ended' || item.standing === 'not-given';
  return html`<article class="gpc-entry${ended ? ' gpc-entry--apart' : ''}">
<div class="gpc-entry__head"><h3 class="gpc-entry__title">${item.title}</h3><p class="gpc-entry__date">${dateLabels[item.area] ? html`<span class="gpc-entry__date-label">${dateLabels[item.area]}</span> ` : nothing}${item.date.text}</p></div>
<p class="gpc-entry__kind">${item.kind} ${tagsOf(item)}</p>
${factList(item)}
${item.notes.map((note) => html`<p class="gpc-entry__note">${note}</p>`)}
${missingNote(item.missing ?? [])}
${byline(item)}
${underneath(item)}
</article>`;
}

export function factList(item: Item): Markup {
  const facts = item.facts.filter(
    ({ label, value }) =>
      !(item.area !== 'investigations' && uneventful.has(label)) &&
      !(label === 'Onset' && value === item.date.text),
  );
  if (facts.length === 0) return nothing;
  return html`<dl class="gpc-facts">${facts.map(
    ({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

function byline(item: Item): Markup {
  const parts = [
    item.author && !item.facts.some(({ value }) => value === item.author) ? `Recorded by ${item.author}` : '',
    item.problems.length ? `Linked to ${item.problems.join(', ')}` : '',
  ].filter(Boolean);
  return parts.length ? html`<p class="gpc-entry__by">${parts.join('. ')}</p>` : nothing;
}

/** What is known to be left out, where it would have stood. */
export function missingNote(missing: readonly string[]): Markup {
  return html`${missing.map((text) => html`<p class="gpc-missing"><strong>Not shown:</strong> ${text}</p>`)}`;
}

function underneath(item: Item): Markup {
  if (item.children.length === 0) return nothing;
  if (item.area === 'investigations') return resultTable(item);
  const label = `${item.childrenTitle ?? 'Details'} (${item.children.length})`;
  return html`<details class="nhsuk-details gpc-details"><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${label}<span class="nhsuk-u-visually-hidden"> of ${item.title}</span></span></summary>
<div class="nhsuk-details__text">${item.area === 'medications' ? issueTable(item) : childList(item)}</div></details>`;
}

function issueTable(item: Item): Markup {
  return html`<div class="gpc-scroll" tabindex="0" role="group" aria-label="Issues of ${item.title}"><table class="nhsuk-table gpc-table"><caption class="nhsuk-table__caption nhsuk-u-visually-hidden">Issues of ${item.title}</caption>
<thead><tr><th scope="col">Issued</th><th scope="col">Quantity</th><th scope="col">Directions</th></tr></thead>
<tbody>${item.children.map(
    (issue) =>
      html`<tr><td class="gpc-date">${issue.date.text}</td><td>${factOf(issue, 'Quantity')}</td><td>${factOf(issue, 'Directions')}${issue.notes.map((note) => html`<br>${note}`)}</td></tr>`,
  )}</tbody></table></div>`;
}

function childList(item: Item): Markup {
  return html`<ul class="gpc-lines">${item.children.map((child) => html`<li>${line(child)}</li>`)}</ul>`;
}

export function factOf(item: Item, label: string): string {
  return item.facts.find((fact) => fact.label === label)?.value ?? '';
}

/** An item in one line: date, title, its main value, tags. */
export function line(item: Item): Markup {
  const value = mainValue(item);
  return html`<span class="gpc-date">${item.date.text}</span> <strong>${item.title}</strong>${value ? html` – ${value}` : nothing} <span class="gpc-muted">${item.kind}</span> ${tagsOf(item)}`;
}

const mainFacts = ['Value', 'Directions', 'Reaction', 'Conclusion', 'Vaccine', 'To', 'Reason not given'];

export function mainValue(item: Item): string {
  for (const label of mainFacts) {
    const value = factOf(item, label);
    if (value) return value;
  }
  return item.notes[0] ?? '';
}

/** An item of a panel: title and main value, then what kind and when. */
export function panelLine(item: Item): Markup {
  const value = mainValue(item);
  const issued = factOf(item, 'Last issued');
  const when = `${dateLabels[item.area]?.toLowerCase() ?? ''} ${item.date.text}`.trim();
  return html`<strong>${item.title}</strong>${value ? html` – ${value}` : nothing} ${tagsOf(item)}<br><span class="gpc-muted">${item.kind}, ${when}${issued ? `, last issued ${issued}` : ''}</span>`;
}

/** A consultation as it stood: topics and headings with their entries, in their order. spec: §8 */
export function consultationEntry(item: Consultation): Markup {
  return html`<article class="gpc-entry">
<div class="gpc-entry__head"><h2 class="gpc-entry__title">${item.title}</h2><p class="gpc-entry__date">${item.date.text}</p></div>
<p class="gpc-entry__kind">${[item.author, factOf(item, 'Location') || factOf(item, 'Organisation')].filter(Boolean).join(', ')} ${tagsOf(item)}</p>
${item.topics.map(topic)}
${item.topics.length === 0 ? html`<p class="gpc-muted">The entries of this consultation are not in the answer.</p>` : nothing}
</article>`;
}

function topic({ title, problems, headings }: ConsultationTopic): Markup {
  const linked = problems.filter((problem) => problem !== title);
  // Under an untitled topic a heading stands one level higher: levels are never skipped.
  const headed = (words: string) =>
    title
      ? html`<h4 class="gpc-heading__title">${words}</h4>`
      : html`<h3 class="gpc-heading__title">${words}</h3>`;
  return html`<section class="gpc-topic">
${title ? html`<h3 class="gpc-topic__title">${title}</h3>` : nothing}
${linked.length ? html`<p class="gpc-entry__by">Problem: ${linked.join(', ')}</p>` : nothing}
${headings.map(
  (heading) => html`<div class="gpc-heading">${heading.title ? headed(heading.title) : nothing}
<ul class="gpc-lines">${heading.items.map((each) => html`<li>${typeof each === 'string' ? missingNote([each]) : structureLine(each)}</li>`)}</ul></div>`,
)}
</section>`;
}

/** Reading order rebuilds the note: code text, value, comment. Free text has no code worth showing. */
function structureLine(item: Item): Markup {
  const freeText = item.kind === 'Observation' && /^comment note$/i.test(item.title);
  if (freeText) return html`<span class="gpc-prose">${item.notes.join('\n') || mainValue(item)}</span>`;
  const value = mainValue(item);
  const rest = item.notes.filter((note) => note !== value);
  return html`<strong>${item.title}</strong>${value ? html` – ${value}` : nothing}${item.kind === 'Observation' ? nothing : html` <span class="gpc-muted">${item.kind}</span>`} ${tagsOf(item)}${rest.map((note) => html`<br><span class="gpc-prose">${note}</span>`)}`;
}
