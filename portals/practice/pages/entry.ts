// One entry of a message: what it says, what was found, and the decision on it. Nothing is chosen beforehand.
// spec: messaging §10.1, SG-02, SG-05, SG-09, SG-19
import { type Fields, type FormFault, html, type Markup, nothing } from '../../kit/index.ts';
import type { CheckedAmendment } from '../amendment-form.ts';
import type { Decidable } from '../decision-form.ts';
import { entrySays, entryTitle } from '../entry-words.ts';
import type { Entry, Finding } from '../inbox-api.ts';
import { decidedWords, fileKinds, severityWords, weightWords } from '../words.ts';
import { decisionContent } from './decision.ts';
import { severityTag } from './severity-tag.ts';
import { momentText } from './times.ts';
import { weightOf } from './weight.ts';

export interface DecidablePage {
  readonly item: number;
  readonly decidable: Decidable;
  readonly fields: Fields;
  readonly faults: readonly FormFault[];
  readonly checked: CheckedAmendment | undefined;
  /** Without it the entry is for reading only. */
  readonly mayDecide: boolean;
}

export function decidableContent(page: DecidablePage): Markup {
  const { item, decidable, mayDecide } = page;
  const { entry, findings } = decidable;
  return html`<section class="gpc-entry gpc-decide gpc-decide--${decidable.severity.toLowerCase()}" aria-labelledby="entry-${decidable.key}"><div class="gpc-entry__head"><h2 class="gpc-entry__title" id="entry-${decidable.key}">${entry ? entryTitle(entry) : decidable.label}</h2>${severityTag(weightOf(decidable))}</div>
${entry ? said(entry) : nothing}${entry && fileKinds.has(entry.kind) ? file(item, decidable) : nothing}${findingsContent(findings)}
${earlier(decidable)}${mayDecide ? decisionContent(page) : nothing}</section>`;
}

const file = (item: number, { key, label }: Decidable): Markup =>
  html`<p class="gpc-file"><a href="/inbox/${item}/files/${key}/view">Open the file<span class="nhsuk-u-visually-hidden">: ${label}</span></a> <a href="/inbox/${item}/files/${key}">Download it<span class="nhsuk-u-visually-hidden">: ${label}</span></a><span class="gpc-sub">No rule reads a file: read it before you decide.</span></p>`;

function said(entry: Entry): Markup {
  const differs = entry.sentTerm !== null && entry.term !== null && entry.sentTerm !== entry.term;
  return html`<p class="gpc-prose">${entrySays(entry)}</p>${
    entry.code !== null &&
    html`<p class="gpc-entry__note">Code <span class="gpc-code">${entry.code}</span>${differs && html` · the sender calls it “${entry.sentTerm}”`}${entry.term === null && entry.sentTerm !== null && html` · this code has no term here`}</p>`
  }${entry.alreadyInRecord ? html`<p class="gpc-entry__note"><strong>Already in the record</strong></p>` : nothing}`;
}

/** Each finding in words, with the rule it comes from. */
export const findingsContent = (findings: readonly Finding[]): Markup =>
  findings.length === 0
    ? nothing
    : html`<ul class="gpc-findings">${findings.map(
        (finding) =>
          html`<li>${severityTag(weightWords(finding))} <span>${finding.message} <span class="gpc-muted">(${finding.ruleId}: ${weightWords(finding).means})</span></span></li>`,
      )}</ul>`;

function earlier(decidable: Decidable): Markup {
  const { decision } = decidable;
  if (decision === null) return nothing;
  const { by, at, amendment } = decision;
  return html`<p class="gpc-entry__note"><strong>${decidedWords[decision.decision]}</strong> by ${by.name}, ${by.role}, ${momentText(at)}.${amendment !== null && html` It will say: “${decidable.entry ? entrySays({ ...decidable.entry, text: amendment.text }) : amendment.text}”.`} Choose again only to change it.</p>`;
}

/** An entry of an earlier message, as it was decided, for reading only. */
export const pastEntry = (entry: Entry): Markup =>
  html`<li><strong>${entryTitle(entry)}</strong> ${entrySays(entry)}${entry.decision?.amendment && html`<span class="gpc-sub">Filed as: ${entrySays({ ...entry, text: entry.decision.amendment.text })}</span>`}<span class="gpc-sub">${entry.decision ? decidedWords[entry.decision.decision] : 'Not decided'} · ${severityWords[entry.severity].text}</span></li>`;
