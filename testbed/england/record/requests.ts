// What is asked of others or of the future: outbound referrals and diary entries.
// spec: access-record-structured §11.11 (plan), §11.12
import type { Reference } from '@gp-connect/foundation/fhir';
import { isoDay } from '../calendar.ts';
import type { OutsideKey } from './actors.ts';
import { codeable } from './codes.ts';
import { contextOf, dateOf, instantOf, type Occasion, type RecordWriter } from './writer.ts';

export interface ReferralFacts {
  readonly conceptId: string;
  readonly to: OutsideKey;
  readonly priority: 'routine' | 'urgent' | 'asap';
  readonly description: string;
  readonly letter?: Reference;
}

export function referral(writer: RecordWriter, at: Occasion, facts: ReferralFacts): Reference {
  const id = writer.newId();
  const ubrn = String(100_000_000_000 + ((at.day * 1_000_003 + at.minute * 7) % 899_999_999_999));
  return writer.add({
    resourceType: 'ReferralRequest',
    id,
    meta: writer.meta('ReferralRequest'),
    identifier: [...writer.identifier(id), { system: 'https://fhir.nhs.uk/Id/UBRN', value: ubrn }],
    status: 'unknown',
    intent: 'order',
    priority: facts.priority,
    subject: writer.patient,
    ...contextOf(at),
    authoredOn: instantOf(at),
    requester: { agent: at.clinician.reference },
    recipient: [writer.outside(facts.to).reference],
    reasonCode: [codeable(writer.style, facts.conceptId)],
    description: facts.description,
    ...(facts.letter === undefined ? {} : { supportingInfo: [facts.letter] }),
    note: [{ text: 'Status: Sent' }],
  });
}

export interface DiaryFacts {
  readonly conceptId: string;
  readonly due: number;
  /** A window of that many days, preferred to a single date. */
  readonly window?: number;
  readonly note?: string;
}

/** An open diary entry: planned, not done. */
export function diaryEntry(writer: RecordWriter, at: Occasion, facts: DiaryFacts): Reference {
  const id = writer.newId();
  return writer.add({
    resourceType: 'ProcedureRequest',
    id,
    meta: writer.meta('ProcedureRequest'),
    identifier: writer.identifier(id),
    status: 'active',
    intent: 'plan',
    code: codeable(writer.style, facts.conceptId),
    subject: writer.patient,
    ...contextOf(at),
    ...(facts.window === undefined
      ? { occurrenceDateTime: isoDay(facts.due) }
      : { occurrencePeriod: { start: isoDay(facts.due), end: isoDay(facts.due + facts.window) } }),
    authoredOn: writer.style.authoredOn === 'instant' ? instantOf(at) : dateOf(at),
    requester: { agent: at.clinician.reference },
    ...(facts.note === undefined ? {} : { note: [{ text: facts.note }] }),
  });
}
