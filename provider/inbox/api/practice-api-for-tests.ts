// For tests: the practice listener of a whole provider, asked over HTTP by staff of its practice.
import { inboundSwitchNames } from '../../controls/index.ts';
import { people, practice } from '../../service/made-up-practice-for-tests.ts';
import { type ProviderUnderTest, startTestProvider } from '../../service/provider-under-test.ts';
import {
  doctor,
  lead,
  practiceMailbox,
  privacy,
  reader,
  reviewer,
  testMailbox,
} from '../inbox-under-test.ts';
import type { StaffUser } from '../index.ts';
import type { MadeMessage, Person } from '../messages-for-tests.ts';

export const pargeter: Person = {
  nhsNumber: people.shared.number,
  family: 'Pargeter',
  given: 'Tamsin',
  birthDate: '1974-09-30',
  gender: 'female',
};

const users: Readonly<Record<string, StaffUser>> = { doctor, lead, privacy, reader, reviewer };

export interface CalledWith {
  readonly body?: unknown;
  readonly as?: keyof typeof users;
}

/** A provider with its inbox composed and everything switched on. */
export async function startPracticeApi(
  database: { url: string },
  options: Omit<NonNullable<Parameters<typeof startTestProvider>[1]>, 'inbox'> = {},
) {
  const mailbox = testMailbox();
  const provider: ProviderUnderTest = await startTestProvider(database, {
    ...options,
    inbox: {
      staff: async (authorization) => users[authorization?.replace(/^Bearer /, '') ?? ''],
      mailboxes: [{ practice: practice.ods, mailbox: { ...mailbox, id: practiceMailbox } }],
      pauseMs: 3_600_000,
    },
  });
  const call = async (method: string, path: string, { body, as = 'doctor' }: CalledWith = {}) => {
    const { port } = provider.running.inbox!.address;
    const answer = await fetch(`http://127.0.0.1:${port}/practice/v1/${practice.ods}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${as}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
    return { status: answer.status, text, body: (isJson ? JSON.parse(text) : undefined) as any };
  };
  await call('POST', '/inbox/controls/switches', {
    body: { names: inboundSwitchNames, enabled: true, reason: 'go-live' },
    as: 'lead',
  });
  return {
    provider,
    call,
    /** Receives a message and answers its item as the doctor sees it. */
    async deliver(message: MadeMessage) {
      mailbox.put(message.xml, {});
      await provider.running.inbox!.collect();
      const { body } = await call('GET', '/inbox');
      const newest = Math.max(...body.map(({ item }: { item: number }) => item));
      return (await call('GET', `/inbox/items/${newest}`)).body;
    },
    /** Accepts everything of an item, as far as its findings allow. */
    // biome-ignore lint/suspicious/noExplicitAny: an item as read
    async file(item: any) {
      const asks = { decision: 'accept', confirmed: true, actionTaken: 'task-made' };
      const decisions = [
        ...(item.message.choices.length > 0 ? [{ ref: 'message', ...asks }] : []),
        ...item.entries.map(({ ref }: { ref: string }) => ({ ref, ...asks })),
      ];
      const decided = await call('POST', `/inbox/items/${item.item}/decisions`, {
        body: { version: item.version, decisions },
      });
      return call('POST', `/inbox/items/${item.item}/complete`, { body: { version: decided.body.version } });
    },
  };
}
export type PracticeApiUnderTest = Awaited<ReturnType<typeof startPracticeApi>>;
