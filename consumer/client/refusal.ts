// Turns an error answer into something a program can test and a person can act on.
// spec: foundations §6.4, §10; consumers match on `code`, never on `display`
import type { OperationOutcome } from '@gp-connect/foundation/fhir';
import type { GatewayAnswer } from './gateway.ts';

/** The provider or the gateway said no. `diagnostics` is theirs, safe to show to staff. */
export class RequestRefusedError extends Error {
  readonly status: number;
  /** Spine code, or the status as text for the proxy's own errors. */
  readonly code: string;
  readonly diagnostics: string;
  readonly trace: string;
  constructor(status: number, code: string, diagnostics: string, trace: string) {
    super(`${status} ${code}: ${diagnostics}`);
    this.name = 'RequestRefusedError';
    this.status = status;
    this.code = code;
    this.diagnostics = diagnostics;
    this.trace = trace;
  }
}

const LARGEST_ERROR = 256 * 1024;

/** The error an answer other than 200 or 201 stands for; tolerant of anything in the body. */
export async function refusalOf(answer: GatewayAnswer): Promise<RequestRefusedError> {
  const text = await limitedText(answer.body);
  try {
    const outcome = JSON.parse(text) as OperationOutcome;
    const issue = outcome.issue?.[0];
    const coding = issue?.details?.coding?.[0];
    const words = issue?.diagnostics ?? issue?.details?.text ?? coding?.display ?? 'no reason given';
    return new RequestRefusedError(answer.status, coding?.code ?? String(answer.status), words, answer.trace);
  } catch {
    return new RequestRefusedError(
      answer.status,
      String(answer.status),
      'the answer was not readable',
      answer.trace,
    );
  }
}

async function limitedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_ERROR) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
