// Changing one control: what follows from it, and the reason. spec: messaging SG-04, SG-18; national-service DCC-02
import {
  component,
  errorSummary,
  type FormFault,
  faultAt,
  formTokenField,
  html,
  type Markup,
  reading,
} from '../../kit/index.ts';
import type { PracticeSession } from '../desk.ts';
import type { Control } from '../inbox-api.ts';
import { switchWords } from '../words.ts';

export const changeHref = ({ kind, name }: Control, on: boolean): string =>
  `/controls/change?${new URLSearchParams({ kind, name, to: on ? 'on' : 'off' })}`;

interface Words {
  readonly title: string;
  readonly follows: string;
  readonly button: string;
  readonly done: string;
}

type WordsOf = (name: string, on: boolean) => Words;

const stopWords =
  (what: (name: string) => string): WordsOf =>
  (name, on) => ({
    title: `${on ? 'Stop filing' : 'Allow filing'} ${what(name)}`,
    follows: on
      ? 'Messages still come in and are acknowledged. From now on no such entry can be filed as coded data; it can be filed as text or refused. What is in records already stays: use Look back.'
      : 'Such entries can be filed as coded data again, where no rule stands against it.',
    button: on ? 'Stop filing' : 'Allow filing again',
    done: on ? `Filing is stopped ${what(name)}.` : `Filing is allowed again ${what(name)}.`,
  });

const words: Readonly<Record<Control['kind'], WordsOf>> = {
  switch: (name, on) => {
    const { text, off } = switchWords(name);
    return {
      title: `Switch ${on ? 'on' : 'off'}: ${text}`,
      follows: on
        ? 'Messages of this kind come into the inbox. Nothing of them enters a record before somebody accepts it.'
        : off,
      button: `Switch ${on ? 'on' : 'off'}`,
      done: `${text} is switched ${on ? 'on' : 'off'}.`,
    };
  },
  sender: (name, on) => ({
    title: on ? `Refuse messages from ${name}` : `Take messages from ${name} again`,
    follows: on
      ? 'Its messages are refused, and it is told to reach you another way. Messages that wait in the inbox stay there.'
      : 'Its messages come into the inbox again.',
    button: on ? 'Refuse its messages' : 'Take its messages',
    done: on ? `Messages from ${name} are refused.` : `Messages from ${name} are taken again.`,
  }),
  'stop-code': stopWords((name) => `for code ${name}`),
  'stop-sender': stopWords((name) => `from ${name}`),
};

export const changeWords = ({ kind, name }: Control, on: boolean): Words => words[kind](name, on);

export function changeContent(
  session: PracticeSession,
  control: Control,
  on: boolean,
  faults: readonly FormFault[],
): Markup {
  const { title, follows, button } = changeWords(control, on);
  return reading(html`${errorSummary(faults)}<h1 class="nhsuk-heading-l">${title}</h1><p>${follows}</p>
<form method="post" action="/controls/change" novalidate>${formTokenField(session)}<input type="hidden" name="kind" value="${control.kind}"><input type="hidden" name="name" value="${control.name}"><input type="hidden" name="to" value="${on ? 'on' : 'off'}">
${component('textarea', { id: 'reason', name: 'reason', rows: '3', label: { text: 'Reason' }, hint: { text: 'It is kept with the change and goes into the statement to the Caldicott Guardian. No patient’s details.' }, errorMessage: faultAt(faults, 'reason'), attributes: { maxlength: '500' } })}
<div class="gpc-actions"><button class="nhsuk-button" accesskey="s">${button}</button> <a href="/controls">Change nothing</a></div></form>`);
}
