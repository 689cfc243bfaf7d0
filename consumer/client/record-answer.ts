// Takes a structured record out of an answer: whole, about the patient asked for, within a size; or not at all.
// spec: access-record-structured §5, §15; stack: a broken answer is a destroyed connection
import { type Bundle, FhirSyntaxError, type Patient, parseJson } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import type { GatewayAnswer } from './gateway.ts';
import { refusalOf } from './refusal.ts';

export type UnusableReason = 'incomplete' | 'too-large' | 'unreadable' | 'other-patient';

const words: Record<UnusableReason, string> = {
  incomplete: 'the answer broke off before its end',
  'too-large': 'the answer is larger than this product takes',
  unreadable: 'the answer is not a structured record',
  'other-patient': 'the answer is about another patient than the one asked for',
};

/** An answer of which nothing may be shown: part of a record must never pass for the whole. */
export class UnusableAnswerError extends Error {
  readonly reason: UnusableReason;
  readonly trace: string;
  constructor(reason: UnusableReason, trace: string, options?: ErrorOptions) {
    super(words[reason], options);
    this.name = 'UnusableAnswerError';
    this.reason = reason;
    this.trace = trace;
  }
}

export interface RecordAnswer {
  readonly bundle: Bundle;
  readonly trace: string;
  /** Size as it came, in bytes. */
  readonly bytes: number;
}

/**
 * The record in an answer. Bytes are counted as they come, and reading stops at the limit.
 * @throws RequestRefusedError when the gateway or provider said no
 * @throws UnusableAnswerError when the answer is not the whole record of this patient
 */
export async function recordAnswer(
  answer: GatewayAnswer,
  expected: { readonly nhsNumber: string; readonly largestBytes: number },
): Promise<RecordAnswer> {
  if (answer.status !== 200) throw await refusalOf(answer);
  const body = await wholeBody(answer, expected.largestBytes);
  const bundle = readBundle(body, answer.trace, expected.largestBytes);
  const patients = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Patient' ? [resource as Patient] : [],
  );
  const numbers = patients.flatMap(({ identifier }) =>
    (identifier ?? []).filter((each) => each.system === system.nhsNumber).map((each) => each.value),
  );
  if (numbers.length === 0) throw new UnusableAnswerError('unreadable', answer.trace);
  if (numbers.some((number) => number !== expected.nhsNumber))
    throw new UnusableAnswerError('other-patient', answer.trace);
  return { bundle, trace: answer.trace, bytes: body.length };
}

async function wholeBody({ body, headers, trace }: GatewayAnswer, largest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largest) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new UnusableAnswerError('incomplete', trace, { cause });
  }
  if (size > largest) throw new UnusableAnswerError('too-large', trace);
  const promised = Number(headers['content-length'] ?? size);
  if (promised !== size) throw new UnusableAnswerError('incomplete', trace);
  return Buffer.concat(chunks, size);
}

function readBundle(body: Buffer, trace: string, maxBytes: number): Bundle {
  try {
    const resource = parseJson(body, { maxBytes, maxDepth: 64, maxElements: 5_000_000 }) as unknown as Bundle;
    if (resource.resourceType === 'Bundle') return resource;
  } catch (cause) {
    if (!(cause instanceof FhirSyntaxError)) throw cause;
    throw new UnusableAnswerError('unreadable', trace, { cause });
  }
  throw new UnusableAnswerError('unreadable', trace);
}
