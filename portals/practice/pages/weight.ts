// How much something weighs, in the words of its tag.
import type { Decidable } from '../decision-form.ts';
import type { ListedItem, OpenItem } from '../inbox-api.ts';
import { fileKinds, type SeverityWords, unreadWords, weightWords } from '../words.ts';

/** No rule reads a file: that none found anything says nothing about what is in it. */
const light = (severity: Decidable['severity']): boolean => severity === 'NONE' || severity === 'INFO';

export function weightOf({ severity, findings, entry }: Decidable): SeverityWords {
  if (severity === 'NONE' && entry !== undefined && fileKinds.has(entry.kind)) return unreadWords;
  return weightWords({ severity, urgent: findings.some(({ urgent }) => urgent) });
}

export function weightOfItem(item: ListedItem | OpenItem): SeverityWords {
  const isDocument = item.product.startsWith('send-document');
  return isDocument && light(item.severity) ? unreadWords : weightWords(item);
}

export const hasFiles = ({ entries }: OpenItem): boolean => entries.some(({ kind }) => fileKinds.has(kind));
