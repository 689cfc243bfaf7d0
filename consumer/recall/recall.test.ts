// What a sender reads of a recall, and what it may answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecallNotice, recallAnswerBody } from './index.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const notice = {
  ...{
    type: 'gp-connect-recall-notice/1',
    notice: 'A83901-1',
    recall: 'r1',
    practice: 'A83901',
    title: null,
  },
  messages: [{ messageId: 'm1', outcome: 'check' }],
};

test('INC-09: a notice names messages, and what is none is refused', () => {
  assert.deepEqual(readRecallNotice(bytes(notice)).messages, notice.messages);
  assert.throws(() => readRecallNotice(bytes({ ...notice, type: 'gp-connect-recall-notice/2' })));
  assert.throws(() => readRecallNotice(Buffer.from('<xml/>')));
});

test('INC-09: each message is answered once, and only what is wrong is corrected', () => {
  const corrected = { code: '60001007', display: 'Not pregnant' };
  const wrong = { messageId: 'm1', answer: 'wrong', corrected } as const;
  assert.deepEqual(JSON.parse(recallAnswerBody('r1', [wrong])), {
    ...{ type: 'gp-connect-recall-answer/1', recall: 'r1' },
    answers: [wrong],
  });
  assert.throws(() => recallAnswerBody('r1', [wrong, wrong]), RangeError);
  assert.throws(() => recallAnswerBody('r1', [{ ...wrong, answer: 'correct' }]), RangeError);
});
