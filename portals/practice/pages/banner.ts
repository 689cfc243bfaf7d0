// Whose message it is: the patient as the practice knows them, with what stands against filing.
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import { ageAt, dateText, html, type Markup, nothing, sentenceCase } from '../../kit/index.ts';
import type { OpenItem } from '../inbox-api.ts';
import { standingWords } from '../words.ts';

export function itemBanner({ patient, standing }: OpenItem, now: number): Markup {
  const warning = standingWords[standing];
  const family = patient.family?.toUpperCase() ?? 'Name not recorded';
  const given = patient.given?.join(' ');
  return html`<section class="gpc-banner" aria-label="Patient"><div class="gpc-banner__who"><p class="gpc-banner__name"><span class="gpc-banner__family">${family}</span>${given && html`, ${given}`}</p>
<dl class="gpc-banner__facts"><div><dt>Born</dt><dd>${dateText(patient.birthDate)}${ageAt(patient.birthDate ?? null, now)}</dd></div><div><dt>Gender</dt><dd>${sentenceCase(patient.gender ?? 'not recorded')}</dd></div><div><dt>NHS number</dt><dd>${spacedNhsNumber(patient.nhsNumber)}</dd></div></dl></div>${warning ? html`<p class="gpc-warn"><strong>${warning}</strong></p>` : nothing}</section>`;
}
