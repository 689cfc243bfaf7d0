// Replacing a message that was sent: which may be, and the form filled in with what it said. spec: messaging §5.4
import { isDeepStrictEqual } from 'node:util';
import { readUpdateRecord, type StoredMessage, type UpdateRecordInput } from '@gp-connect/consumer';
import type { Fields } from '../kit/index.ts';
import { type FormContext, parseConsultation } from './consultation-form.ts';

/** A message that the next one from the form takes the place of. */
export interface Replacing {
  /** Under which the versions of the message belong together. */
  readonly activity: string;
  readonly title: string;
  readonly sentAt: Date | null;
  /** True where the practice has it; one that failed is sent again, corrected. */
  readonly isThere: boolean;
  readonly fields: Fields;
}

/** `replace` what the practice has, `correct` what it did not take; undefined where neither helps. */
export function waysOn(
  message: StoredMessage,
  versions: readonly StoredMessage[],
): 'replace' | 'correct' | undefined {
  const newest = versions.filter(({ state }) => state !== 'superseded').at(-1);
  if (message.product !== 'update-record' || newest?.message_id !== message.message_id) return undefined;
  if (message.state === 'failed' || message.is_void) return 'correct';
  return message.state === 'delivered' || message.state === 'inf-ok' ? 'replace' : undefined;
}

/**
 * The fields of the form as the message was written; undefined where the form cannot show all the message holds, so that
 * nothing of it is lost unseen.
 */
export function fieldsOfMessage(message: StoredMessage, context: FormContext): Fields | undefined {
  const input = readUpdateRecord(message.body);
  if (input === undefined) return undefined;
  const fields = fieldsOf(input, context);
  const parsed = parseConsultation(fields, context);
  return 'input' in parsed && isDeepStrictEqual(contentOf(parsed.input), contentOf(input))
    ? fields
    : undefined;
}

/** What a message says, apart from who sends it and whom it is about: those are asked for anew. */
function contentOf({ patient, organisation, practitioners, ...content }: UpdateRecordInput): object {
  return { ...content, headings: content.headings ?? {} };
}

/** Stands for the number of a colleague who wrote the message; no GPhC number is all zeros. */
const colleagues = '0000000';

function fieldsOf(input: UpdateRecordInput, { identity }: FormContext): Fields {
  const [author] = input.practitioners;
  const own = author?.sdsUserId === identity.userId;
  const [pressure] = input.bloodPressures ?? [];
  const [supply] = input.supplies ?? [];
  const text = (value: number | string | undefined): string => (value === undefined ? '' : String(value));
  return {
    service: input.service,
    seen: input.seen,
    // Another colleague's number is no answer to "Your GPhC number"; the form asks for it.
    gphc: own ? text(author?.gphcNumber) : colleagues,
    role: text(author?.role?.code),
    complaint: text(input.presentingComplaints?.[0]?.code),
    summary: input.clinicalSummary,
    ...input.headings,
    pregnancy: input.pregnancy?.status ?? 'none',
    systolic: text(pressure?.systolic),
    diastolic: text(pressure?.diastolic),
    ...Object.fromEntries((input.measurements ?? []).map(({ kind, value }) => [kind, text(value)])),
    ...(supply
      ? {
          medicine: supply.medicine.code,
          quantity: text(supply.quantity.value),
          unit: supply.quantity.code,
          days: text(supply.daysSupply),
          dose: supply.dose,
        }
      : {}),
  };
}

/** The form as the user gets it: their own number and role, where another colleague wrote the message. */
export const fieldsFor = (fields: Fields, self: Fields): Fields => ({
  ...fields,
  ...(fields.gphc === colleagues ? { gphc: self.gphc ?? '', role: self.role ?? '' } : {}),
});
