// A sender's side of a recall: the notice that names its own messages, and the answer. Both are JSON over MESH between the
// practice and the organisation that sent. spec: national-service INC-09
import { z } from 'zod';

/** Workflow of notices; answers go back under its `_ACK`. */
export const recallNoticeWorkflow = 'GPC_RECALL_NOTICE';
export const recallAnswerWorkflow = `${recallNoticeWorkflow}_ACK`;

const notice = z.looseObject({
  type: z.literal('gp-connect-recall-notice/1'),
  /** The same where a notice came twice. */
  notice: z.string(),
  recall: z.string(),
  /** ODS code. */
  practice: z.string(),
  title: z.string().nullable(),
  messages: z.array(
    z.looseObject({
      messageId: z.string(),
      /** `check`: look at what was sent. Anything else: how the practice settled it. */
      outcome: z.string(),
    }),
  ),
});
export type RecallNotice = z.infer<typeof notice>;

/** @throws Error for what is no notice of a known version */
export function readRecallNotice(body: Uint8Array): RecallNotice {
  return notice.parse(JSON.parse(new TextDecoder().decode(body)));
}

export interface RecallAnswer {
  readonly messageId: string;
  readonly answer: 'correct' | 'wrong' | 'cannot-determine';
  /** What was meant, in a code: a proposal for the practice's clinician. Only with `wrong`. */
  readonly corrected?: { readonly code: string; readonly display: string };
  /** Id of the new message that replaces this one. Only with `wrong`. */
  readonly correctedBy?: string;
}

/**
 * The body of an answer; may be sent again with other answers.
 * @throws RangeError where a message is answered twice, or corrected without being wrong
 */
export function recallAnswerBody(recall: string, answers: readonly RecallAnswer[]): string {
  if (new Set(answers.map(({ messageId }) => messageId)).size < answers.length)
    throw new RangeError('a message is answered twice');
  if (answers.some(({ answer, corrected, correctedBy }) => answer !== 'wrong' && (corrected || correctedBy)))
    throw new RangeError('only what is wrong is corrected');
  return JSON.stringify({ type: 'gp-connect-recall-answer/1', recall, answers });
}
