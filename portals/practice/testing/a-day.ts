// For tests: the sixty messages a practice may find on a Monday morning, each its own story, sender, patient and time.
import type { OpenItem } from '../inbox-api.ts';
import { madeUpItem, type Story } from './made-up-messages.ts';

const senders = [
  { ods: 'FZZ01', name: 'Test Pharmacy' },
  { ods: 'FZZ02', name: 'Bridge Street Chemist' },
  { ods: 'FZZ03', name: 'Market Place Pharmacy' },
];

const people: readonly (readonly [given: string, family: string, birthDate: string, gender: string])[] = [
  ['Maya Rose', 'Hartley', '1984-05-09', 'female'],
  ['Stanley', 'Dunmore', '1947-11-30', 'male'],
  ['Priya', 'Ellerby', '1996-02-14', 'female'],
  ['Tom', 'Winterbourne', '2012-08-21', 'male'],
  ['Agnes', 'Holloway', '1958-01-03', 'female'],
];

/** Most bring nothing to worry about; the few that do are scattered among them. */
const storyAt = (at: number): Story => {
  const scattered: Readonly<Record<number, Story>> = {
    3: 'high',
    11: 'miscoded',
    23: 'high',
    31: 'miscoded',
  };
  const rarer: Readonly<Record<number, Story>> = { 17: 'clash', 27: 'override', 41: 'check', 45: 'check' };
  return (
    scattered[at] ?? rarer[at] ?? (at % 9 === 4 ? 'document' : at % 13 === 7 ? 'contraception' : 'clean')
  );
};

/** NHS numbers of the range kept for tests; the check digits are right. */
const nhsNumbers = ['9990000018', '9990000026', '9990000034', '9990000042', '9990000050'];

const HOUR_MS = 3_600_000;

/** Sixty messages, the newest first received at `now`, milliseconds since 1970 UTC. */
export function aDayOfMessages(now: number): OpenItem[] {
  return Array.from({ length: 60 }, (_, at) => {
    const [given, family, birthDate, gender] = people[at % people.length]!;
    const story = storyAt(at);
    const made = madeUpItem(at + 1, story);
    const person = {
      nhsNumber: nhsNumbers[at % people.length]!,
      family,
      given: given.split(' '),
      gender,
      birthDate,
    };
    return {
      ...made,
      ...(story === 'document' ? {} : { sender: senders[at % senders.length]! }),
      patient: person,
      receivedAt: new Date(now - at * 0.9 * HOUR_MS).toISOString(),
    };
  });
}
