// The journeys, end to end, through one running England. spec: design §3
import { after, before, describe } from 'node:test';
import { clinicianJourney } from './clinician-journey.ts';
import { commandLineJourney } from './command-line-journey.ts';
import { type EnglandUnderTest, startEnglandForTest } from './england-under-test.ts';
import { importJourney } from './import-journey.ts';
import { messageJourney } from './message-journey.ts';
import { readJourney } from './read-journey.ts';
import { recallJourney } from './recall-journey.ts';
import { twoSystemsJourney } from './two-systems-journey.ts';
import { urgentCareJourney } from './urgent-care-journey.ts';

let england: EnglandUnderTest;
const running = (): EnglandUnderTest => england;

before(async () => {
  england = await startEnglandForTest();
});
after(() => england?.stop());

describe('read: a care worker asks and gets the record', () => readJourney(running));
describe('look: a clinician reads it on the pages', () => clinicianJourney(running));
describe('update: a pharmacy sends, the practice accepts, a hospital reads', () => messageJourney(running));
describe('attend: NHS 111 reads, sees the patient, reports back, and the next one reads it', () =>
  urgentCareJourney(running));
describe('both GP systems: each practice reviews its own', () => twoSystemsJourney(running));
describe('scripts: the command line sends, reviews and reads', () => commandLineJourney(running));
describe('bring in: real records come in and are read back', () => importJourney(running));
describe('put right: a miscoded entry is recalled', () => recallJourney(running));
