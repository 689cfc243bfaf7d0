// The answer to a recalled message as it was typed. spec: national-service INC-09
import { pregnancyCodes, type RecallAnswer, type UpdateRecordInput } from '@gp-connect/consumer';
import type { Fields, FormFault } from '../../kit/index.ts';

export const answerWords: Readonly<Record<RecallAnswer['answer'], string>> = {
  correct: 'It is right as it was sent',
  wrong: 'It is wrong',
  'cannot-determine': 'I cannot tell',
};

/** What may have been meant, where the message says something of it. */
export const likelyCodes = (input: UpdateRecordInput | undefined) =>
  input?.pregnancy === undefined ? [] : Object.values(pregnancyCodes);

const OTHER = 'other';
const LONGEST_TERM = 300;

/** `newer`: ids of later versions of the message, one of which may be named as its replacement. */
export function parseAnswer(
  fields: Fields,
  about: { readonly input: UpdateRecordInput | undefined; readonly newer: readonly string[] },
): Omit<RecallAnswer, 'messageId'> | { readonly faults: readonly FormFault[] } {
  const { answer, meant = '' } = fields;
  if (answer === 'correct' || answer === 'cannot-determine') return { answer };
  if (answer !== 'wrong') return { faults: [{ field: 'answer', text: 'Choose your answer' }] };
  const correctedBy = about.newer.find((id) => id === fields.replacedBy);
  const likely = likelyCodes(about.input).find(({ code }) => code === meant);
  const [code, display] = [(fields.code ?? '').trim(), (fields.term ?? '').trim()];
  const faults: FormFault[] = [];
  const typed = likely === undefined && (meant === OTHER || code !== '' || display !== '');
  if (typed && !/^\d{6,18}$/.test(code))
    faults.push({ field: 'code', text: 'Enter the SNOMED CT code: 6 to 18 digits' });
  if (typed && (display === '' || display.length > LONGEST_TERM))
    faults.push({ field: 'term', text: 'Enter what the code means' });
  if (faults.length > 0) return { faults };
  const corrected = likely
    ? { code: likely.code, display: likely.display }
    : typed
      ? { code, display }
      : undefined;
  return { answer, ...(corrected ? { corrected } : {}), ...(correctedBy ? { correctedBy } : {}) };
}
