// The rules messages are judged by here: which packs are in force, each rule with what the practice made stricter, and what
// a new pack would have found on entries already filed. spec: messaging SG-10, SG-11
import { component, dateText, html, type Markup, nothing } from '../../kit/index.ts';
import { severities } from '../inbox-api.ts';
import type { Rule, RulePack, RuleReport, RulesInForce } from '../rules-api.ts';
import { severityWords } from '../words.ts';
import { severityTag } from './severity-tag.ts';
import { momentText } from './times.ts';

const MOST_HITS = 200;

export function rulesContent(
  { inForce, packs, rules }: RulesInForce,
  reports: readonly RuleReport[],
): Markup {
  const stricter = rules.filter(isStricter);
  const since = inForce.effectiveFrom === null ? '' : `, since ${momentText(inForce.effectiveFrom)}`;
  return html`<h1 class="nhsuk-heading-l">Rules</h1>
<p>Every message is judged by these rules before you see it. A national pack sets them; your practice may make them stricter, never looser.</p>
<p><strong>In force:</strong> ${inForce.version}${since}</p>
${packTable(packs)}${ruleTable(stricter.length === 1 ? 'The rule your practice made stricter' : `The ${stricter.length} rules your practice made stricter`, stricter)}${reports.map(report)}${component(
  'details',
  {
    summaryText: `Every rule (${rules.length})`,
    classes: 'gpc-details',
    html: ruleTable('Every rule', rules).text,
  },
)}`;
}

const states: Readonly<Record<string, string>> = {
  'in-force': 'In force',
  waiting: 'Waits for its day',
  past: 'No longer in force',
};

const packTable = (packs: readonly RulePack[]): Markup =>
  table(
    'Rule packs',
    ['Pack', 'Set by', 'State', 'In force from', 'Loaded'],
    packs.map(
      (pack) =>
        html`<tr><th scope="row">${pack.id} ${pack.version}${pack.sha256 !== null && html`<span class="gpc-sub">Checksum <span class="gpc-code">${pack.sha256.slice(0, 12)}</span></span>`}</th><td>${pack.scope === 'national' ? 'Nationally' : 'Your practice'}</td><td>${states[pack.state] ?? pack.state}</td><td>${momentText(pack.effectiveFrom)}</td><td>${momentText(pack.loadedAt)}<span class="gpc-sub">${pack.loadedBy}</span></td></tr>`,
    ),
  );

/** Where the practice's own pack differs from the national one. */
const isStricter = ({ severity, nationalSeverity, parameters, nationalParameters }: Rule): boolean =>
  (nationalSeverity !== null && nationalSeverity !== severity) ||
  Object.entries(parameters).some(
    ([name, value]) =>
      nationalParameters?.[name] !== undefined && said(nationalParameters[name]) !== said(value),
  );

const ruleTable = (caption: string, rules: readonly Rule[]): Markup =>
  table(
    caption,
    ['Rule', 'Severity', 'Limits', 'Valid'],
    rules.map(
      (rule) =>
        html`<tr><th scope="row">${rule.id}<span class="gpc-sub">${rule.title}${rule.version && ` (version ${rule.version})`}</span></th><td>${tag(rule.severity)}${rule.urgent && html`<span class="gpc-sub">Urgent: the same day</span>`}${raised(rule)}</td><td>${limits(rule)}</td><td>${valid(rule)}</td></tr>`,
    ),
  );

function tag(severity: string): Markup {
  const known = severities.find((one) => one === severity);
  return known === undefined ? html`${severity}` : severityTag(severityWords[known]);
}

function raised({ severity, nationalSeverity }: Rule): Markup {
  if (nationalSeverity === null || nationalSeverity === severity) return nothing;
  const known = severities.find((one) => one === nationalSeverity);
  return html`<span class="gpc-flags">Raised by your practice. National: ${known === undefined ? nationalSeverity : severityWords[known].text}</span>`;
}

function limits({ parameters, nationalParameters }: Rule): Markup {
  const lines = Object.entries(parameters).map(([name, value]) => {
    const national = nationalParameters?.[name];
    const own = national !== undefined && said(national) !== said(value);
    return html`<li>${spaced(name)}: ${said(value)}${own && html` <strong>(your practice’s; national: ${said(national)})</strong>`}</li>`;
  });
  return lines.length === 0
    ? html`<span class="gpc-muted">None</span>`
    : html`<ul class="gpc-lines gpc-flush-list">${lines}</ul>`;
}

const spaced = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
const LONGEST = 80;
/** Lists and patterns are for machines: how long they are is told, and they can be read in the pack. */
function said(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shortened(String(value));
  const isWords = Array.isArray(value) && value.every((one) => typeof one !== 'object');
  const text = isWords ? value.join(', ') : '';
  if (isWords && text.length <= LONGEST) return text;
  const count = Object.keys(value).length;
  return `a list of ${count} (in the pack)`;
}

const shortened = (text: string): string => (text.length > LONGEST ? 'a pattern (in the pack)' : text);

const valid = ({ validFrom, validTo }: Rule): string => {
  const parts = [
    validFrom !== null && `from ${dateText(validFrom)}`,
    validTo !== null && `to ${dateText(validTo)}`,
  ];
  return parts.filter(Boolean).join(' ') || 'Always';
};

const report = ({ madeAt, ruleSetVersion, since, judged, hits }: RuleReport): Markup =>
  html`<h2 class="nhsuk-heading-m gpc-group">What ${ruleSetVersion} would have found</h2>
<p>Made ${momentText(madeAt)}: ${judged} messages filed${since !== null && ` since ${dateText(since)}`} were judged again. Nothing was changed.</p>
${
  hits.length === 0
    ? component('inset-text', { text: 'It found nothing.' })
    : table(
        hits.length > MOST_HITS
          ? `The first ${MOST_HITS} of ${hits.length} findings`
          : `${hits.length === 1 ? '1 finding' : `${hits.length} findings`}`,
        ['Finding', 'Severity', 'Message', 'Sender', 'Filed'],
        hits
          .slice(0, MOST_HITS)
          .map(
            (hit) =>
              html`<tr><th scope="row">${hit.message}<span class="gpc-sub">${hit.ruleId}</span></th><td>${tag(hit.severity)}</td><td><a href="/inbox/${hit.item}">Message ${hit.item}</a></td><td>${hit.sender}</td><td>${momentText(hit.filedAt)}</td></tr>`,
          ),
      )
}`;

const table = (caption: string, heads: readonly string[], rows: readonly Markup[]): Markup =>
  rows.length === 0
    ? nothing
    : html`<div class="gpc-scroll" role="region" aria-label="${caption}" tabindex="0"><table class="nhsuk-table gpc-table gpc-table--card"><caption class="nhsuk-table__caption">${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
