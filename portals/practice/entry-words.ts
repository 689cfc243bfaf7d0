// What an entry is called and says, for reading: terms instead of codes, dates and units as clinicians write them.
// spec: messaging §5.5, SG-19
import { dateText, sentenceCase } from '../kit/index.ts';
import type { Entry } from './inbox-api.ts';
import { fileWords, textKinds, withUnits } from './words.ts';

/** `clinical-summary` is `Clinical summary`. */
const headingText = (heading: string): string => sentenceCase(heading.replace(/-/g, ' '));

export function entryTitle(entry: Entry): string {
  const term = entry.term ?? entry.sentTerm;
  if (entry.kind === 'document') return `${entry.label}: ${entrySays(entry)}`;
  if (term !== null) return `${entry.label}: ${term}`;
  return entry.kind === 'text' && entry.heading !== null ? headingText(entry.heading) : entry.label;
}

/** What the practice's system made of coded values is put in a clinician's words; what a sender wrote stays as it is. */
export function entrySays({ kind, text }: Pick<Entry, 'kind' | 'text'>): string {
  if (kind === 'document') return fileWords[text] ?? text;
  if (textKinds.has(kind)) return text;
  return withUnits(text).replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => dateText(date));
}
