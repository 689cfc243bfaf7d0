// The operation: checks, plan, answer. spec: access-record-structured §2, §13 (order of checks)
import { type ClinicalArea, refusal } from '@gp-connect/foundation/nhs';
import type { PatientEntry, RecordReader, RecordStore } from '../record/index.ts';
import { type WireFormat, writeBundle } from './bundle.ts';
import { checkPatient, findPatient } from './patient-check.ts';
import { type AnswerPlan, type PlanInput, planAnswer } from './plan.ts';
import type { PracticeContext } from './practice-context.ts';
import type { StructuredRequest } from './request.ts';
import type { Sink } from './sink.ts';

export interface StructuredAnswer {
  /** The areas asked for that are switched on. */
  readonly areas: ClinicalArea[];
  /**
   * Streams the Bundle into `sink`, which the caller ends. Rejects when anything fails or `signal` aborts: if bytes
   * have left by then, the caller must destroy the connection.
   */
  write(sink: Sink, format: WireFormat, signal?: AbortSignal): Promise<void>;
}

/** How often a record that changes under the reader is planned anew. */
const attempts = 3;

/**
 * Checks everything that can be refused and plans the answer; nothing is streamed yet.
 * @param trace the request's `Ssp-TraceID`, which becomes `Bundle.id`
 * @throws Refusal ACCESS DENIED (403), PATIENT_NOT_FOUND (404), NO_PATIENT_CONSENT (403)
 */
export async function structuredRecord(
  records: RecordStore,
  practice: PracticeContext,
  request: StructuredRequest,
  trace: string,
): Promise<StructuredAnswer> {
  if (!practice.switches.structured) {
    throw refusal('ACCESS DENIED', 'Access Record Structured is not enabled at this practice');
  }
  const input: PlanInput = { records, practice, request, trace };
  const patient = await findPatient(records, practice.ods, request.nhsNumber);
  const plan = await onStableRecord(() =>
    records.read(practice.ods, patient, (reader) => planChecked(input, reader)),
  );
  return {
    areas: plan.areas,
    write: (sink, format, signal) => writeAnswer(input, patient, plan, { sink, format, signal }),
  };
}

/** Consent and registration as this view of the record has them. */
async function planChecked(input: PlanInput, reader: RecordReader): Promise<AnswerPlan> {
  checkPatient(reader.patient);
  return planAnswer(input, reader);
}

/** Writes by the plan; a record that has changed since is checked and planned again, in the view that is sent. */
async function writeAnswer(
  input: PlanInput,
  patient: PatientEntry,
  planned: AnswerPlan,
  output: { sink: Sink; format: WireFormat; signal: AbortSignal | undefined },
): Promise<void> {
  const { records, practice, trace } = input;
  let begun = false;
  const sink = noticing(output.sink, () => {
    begun = true;
  });
  await onStableRecord(
    () =>
      records.read(practice.ods, patient, async (reader) => {
        const isCurrent = reader.patient.version === planned.version;
        const plan = isCurrent ? planned : await planChecked(input, reader);
        await writeBundle(reader, plan.segments, trace, { ...output, sink });
      }),
    () => !begun,
  );
}

function noticing(sink: Sink, onWrite: () => void): Sink {
  return {
    write(chunk) {
      onWrite();
      return sink.write(chunk);
    },
    once: (event, listener) => sink.once(event, listener),
    removeListener: (event, listener) => sink.removeListener(event, listener),
    get destroyed() {
      return sink.destroyed ?? false;
    },
  };
}

/** Repeats work that failed because the record moved on meanwhile, while `mayRepeat`. */
async function onStableRecord<Result>(
  work: () => Promise<Result>,
  mayRepeat: () => boolean = () => true,
): Promise<Result> {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const moved = error instanceof Error && error.name === 'RecordChangedError';
      if (!moved || left === 0 || !mayRepeat()) throw error;
    }
  }
}
