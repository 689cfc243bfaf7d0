// The results of a report as a table whose rows step in with the depth of the tree. spec: access-record-structured §11.8, §11.9
import type { Item } from '@gp-connect/consumer';
import { html, type Markup, nothing } from '../../kit/index.ts';
import { flagOf } from './flags.ts';

const DEEPEST = 4;

export function resultTable(report: Item): Markup {
  const rows = report.children.flatMap((child) => rowsOf(child, 0));
  return html`<div class="gpc-scroll" tabindex="0" role="group" aria-label="Results of ${report.title}, ${report.date.text}"><table class="nhsuk-table gpc-table gpc-results"><caption class="nhsuk-u-visually-hidden">Results of ${report.title}</caption>
<thead><tr><th scope="col">Test</th><th scope="col">Result</th><th scope="col">Reference range</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function rowsOf(item: Item, depth: number): Markup[] {
  const step = Math.min(depth, DEEPEST);
  const children = item.children.flatMap((child) => rowsOf(child, depth + 1));
  if (item.kind === 'Filing comment')
    return [
      html`<tr class="gpc-results__comment"><th scope="row" class="gpc-step-${step}">Filing comment</th><td colspan="2" class="gpc-prose">${item.notes.join('\n') || factOf(item, 'Value')}</td></tr>`,
    ];
  if (item.children.length)
    return [
      html`<tr class="gpc-results__group"><th scope="rowgroup" colspan="3" class="gpc-step-${step}">${item.title}${item.notes.map((note) => html`<br><span class="gpc-results__note">${note}</span>`)}</th></tr>`,
      ...children,
    ];
  const flag = flagOf(item);
  return [
    html`<tr><th scope="row" class="gpc-step-${step}">${item.title}${item.notes.map((note) => html`<br><span class="gpc-results__note">${note}</span>`)}</th><td>${factOf(item, 'Value') || 'No value sent'} ${flag ? html`<strong class="nhsuk-tag nhsuk-tag--${flag.colour} gpc-tag">${flag.text}</strong>` : nothing}</td><td>${factOf(item, 'Reference range') || '–'}</td></tr>`,
    ...children,
  ];
}

const factOf = (item: Item, label: string) => item.facts.find((fact) => fact.label === label)?.value ?? '';
