// R1 to R4: inflate, size, XML, Bundle and header in their places. spec: messaging §4
import { constants, gunzipSync } from 'node:zlib';
import { type Bundle, FhirSyntaxError, fromXml, validate } from '../fhir/index.ts';
import { documentModel } from './document-model.ts';
import { productOf, responseEvent } from './products.ts';
import { idsOf, readMessage } from './read-message.ts';
import { handlingFault } from './receive-handling.ts';
import { fault, type ReceiveStep, type Run, type Verdict } from './receive-run.ts';
import { salvage } from './salvage.ts';
import { itkProfile } from './systems.ts';

const fiveMegabytes = 5 * 1024 * 1024;
const largest = ({ ports }: Run): number => ports.maxBytes ?? fiveMegabytes;
/** So much of a message is looked at for the ids of its header, where the whole is not read. */
const HEAD_BYTES = 64 * 1024;

/** Says so with the ids of the header: the sender must find out which message it was. */
function tooLarge(run: Run, head: Uint8Array): Verdict {
  run.ids = salvage(new TextDecoder().decode(head.subarray(0, HEAD_BYTES))).ids;
  run.product = productOf(run.arrival.workflowId, run.ids.localExtension)!;
  return fault('20015', 'processing', '', `the message is larger than ${largest(run)} bytes`);
}

/** The first bytes of a gzip body; none where it is broken. */
function inflatedHead(body: Uint8Array): Uint8Array {
  try {
    return gunzipSync(body.subarray(0, 8192), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 16 * 1024 * 1024,
    });
  } catch {
    return new Uint8Array();
  }
}

function inflate(run: Run): Verdict {
  const { body, compressed } = run.arrival;
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  if (!isGzip) {
    if (compressed === true)
      return fault('10009', 'processing', '', 'the body is not gzip, though it says so');
    run.bytes = body;
    return undefined;
  }
  try {
    run.bytes = gunzipSync(body, { maxOutputLength: largest(run) });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(run, inflatedHead(body))
      : fault('10009', 'processing', '', 'the gzip body is broken or cut off');
  }
}

const inHeader = (path: string, headerEntry: number): boolean =>
  !/^Bundle\.entry\[\d+\]/.test(path) || path.startsWith(`Bundle.entry[${headerEntry}]`);

/** The strict reader refused: 10009 if it is no Bundle in XML at all, else the header or the payload is at fault. */
function unreadableOrMalformed(run: Run, error: FhirSyntaxError): Verdict {
  const text = new TextDecoder().decode(run.bytes!);
  const found = salvage(text);
  if (!found.isBundle) return fault('10009', 'processing', error.path, error.reason);
  run.ids = found.ids;
  run.product = productOf(run.arrival.workflowId, found.ids.localExtension)!;
  if (error.path.includes('.extension') && inHeader(error.path, found.headerEntry)) {
    return (
      handlingFault(run.product, found.handling, 'MessageHeader.extension') ??
      fault('10001', 'processing', error.path, error.reason)
    );
  }
  return inHeader(error.path, found.headerEntry)
    ? fault('20006', 'structure', error.path, error.reason)
    : fault('20009', 'structure', error.path, error.reason);
}

function readXml(run: Run): Verdict {
  try {
    const limits = { maxBytes: largest(run), maxElements: 500_000 };
    const resource = fromXml(run.bytes!, 'STU3', limits);
    if (resource.resourceType !== 'Bundle') {
      return fault('10009', 'processing', resource.resourceType, 'the document is not a Bundle');
    }
    run.bundle = resource as unknown as Bundle;
    return undefined;
  } catch (error) {
    if (!(error instanceof FhirSyntaxError)) throw error;
    return unreadableOrMalformed(run, error);
  }
}

function envelopeFault(run: Run): Verdict {
  const { bundle } = run;
  const message = readMessage(bundle!);
  const structure = (path: string, reason: string) => fault('20006', 'structure', path, reason);
  if (message !== undefined) {
    run.message = message;
    run.ids = idsOf(message);
    run.product = productOf(run.arrival.workflowId, run.ids.localExtension)!;
    // A response is never answered, whatever workflow it came under.
    if (message.header.event === responseEvent.code || message.header.resource.response !== undefined) {
      return { quarantine: 'a response under a workflow that carries none' };
    }
  }
  if (bundle!.type !== 'message') return structure('Bundle.type', 'is not message');
  const profiles = bundle!.meta?.profile;
  if (profiles !== undefined && !profiles.includes(itkProfile.messageBundle)) {
    return structure('Bundle.meta.profile', 'is not the ITK message bundle');
  }
  if (profiles === undefined) {
    if (documentModel(run.product.id).profiled?.includes('Bundle')) {
      return fault('20006', 'required', 'Bundle.meta.profile', 'is missing');
    }
    run.notes.push({ path: 'Bundle.meta.profile', issue: 'required', reason: 'is missing' });
  }
  if (!bundle!.identifier?.value) return fault('20006', 'required', 'Bundle.identifier', 'is missing');
  for (const name of ['total', 'link', 'signature'] as const) {
    if (bundle![name] !== undefined) return structure(`Bundle.${name}`, 'is not allowed here');
  }
  if (message === undefined) return fault('20006', 'required', 'Bundle.entry', 'holds no MessageHeader');
  if (!message.header.isFirst) return structure('Bundle.entry[0]', 'is not the MessageHeader');
  if (message.header.messageId === '') {
    return fault('20006', 'required', 'Bundle.entry[0].resource.id', 'is missing');
  }
  return headerFormatFault(run);
}

/** Formats of dates, codes and the like outside the document; those inside are judged at R13. */
function headerFormatFault(run: Run): Verdict {
  const { document } = run.message!;
  run.problems = validate(run.bundle);
  const problem = run.problems.find(({ path }) => document === undefined || !path.startsWith(document.path));
  return problem && fault('20006', 'value', problem.path, problem.reason);
}

export const transportSteps: readonly ReceiveStep[] = [
  { id: 'R1', check: 'workflow known, body inflates', codes: ['10009', '20015'], run: inflate },
  {
    id: 'R2',
    check: 'no larger than agreed',
    codes: ['20015'],
    run: (run) => (run.bytes!.length > largest(run) ? tooLarge(run, run.bytes!) : undefined),
  },
  {
    id: 'R3',
    check: 'XML without document type, a Bundle of FHIR',
    codes: [
      '10009',
      '10001',
      '10002',
      '10003',
      '10004',
      '10005',
      '10007',
      '10008',
      '10010',
      '20006',
      '20009',
    ],
    run: readXml,
  },
  { id: 'R4', check: 'message bundle with its header first', codes: ['20006'], run: envelopeFault },
];
