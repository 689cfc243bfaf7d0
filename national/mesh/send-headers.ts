// The headers of a send, checked in the contract's order: first failure answers. spec: mesh §3.6 checks 2–8
import type { IncomingHttpHeaders } from 'node:http';
import { MeshFault, SchemaFault } from './errors.ts';

export interface SendHeaders {
  /** Upper case: a mailbox id or a GPPROVIDER address. */
  readonly to: string;
  readonly workflow: string;
  readonly totalChunks: number;
  readonly contentEncoding: 'gzip' | null;
  readonly localId: string | null;
  readonly subject: string | undefined;
  readonly partnerId: string | undefined;
  readonly fileName: string | undefined;
  readonly checksum: string | undefined;
  readonly contentType: string | undefined;
  readonly mexContentType: string | undefined;
  readonly compressed: boolean;
  readonly encrypted: boolean;
}

/** Longest value of each header. */
const LONGEST: Readonly<Record<string, number>> = {
  'mex-to': 100,
  'mex-workflowid': 300,
  'mex-from': 100,
  'mex-chunk-range': 20,
  'mex-subject': 500,
  'mex-localid': 300,
  'mex-partnerid': 500,
  'mex-filename': 300,
  'mex-content-compressed': 20,
  'mex-content-encrypted': 20,
  'mex-content-checksum': 100,
  'mex-content-type': 100,
};
const NO_ADDRESS = ['mex-to', 'mex-workflowid', 'mex-content-checksum'];
const TRUTHY = new Set(['y', 'yes', 't', 'true', 'on', '1']);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f]/;

/** @throws MeshFault, SchemaFault */
export function readSendHeaders(headers: IncomingHttpHeaders, mailboxId: string): SendHeaders {
  const value = (name: string): string => [headers[name] ?? ''].flat().join(', ');
  checkControl(headers, value);
  checkLengths(value);
  if (!/^[A-Za-z0-9\s:/-]*$/.test(value('mex-content-checksum'))) throw new MeshFault('invalidChecksum');
  const to = value('mex-to').trim().toUpperCase();
  if (to === '') throw new MeshFault('toMissing');
  const workflow = value('mex-workflowid').trim();
  if (workflow === '')
    throw new SchemaFault('header', 'mex-workflowid', 'a value is required', 'value_error.missing');
  checkLegacy(value, mailboxId);
  return {
    to,
    workflow,
    contentEncoding: contentEncoding(value('content-encoding')),
    totalChunks: firstChunkRange(value('mex-chunk-range')),
    localId: value('mex-localid') || null,
    subject: value('mex-subject') || undefined,
    partnerId: value('mex-partnerid') || undefined,
    fileName: value('mex-filename') || undefined,
    checksum: value('mex-content-checksum') || undefined,
    contentType: value('content-type') || undefined,
    mexContentType: value('mex-content-type') || undefined,
    compressed: TRUTHY.has(value('mex-content-compressed').toLowerCase()),
    encrypted: TRUTHY.has(value('mex-content-encrypted').toLowerCase()),
  };
}

/** `n:N` of a chunk header. @throws MeshFault `chunkRange` where it is not of that form */
export function chunkRange(text: string): { number: number; total: number } {
  const match = /^(\d{1,6}):(\d{1,6})$/.exec(text.trim());
  if (!match) throw new MeshFault('chunkRange');
  return { number: Number(match[1]), total: Number(match[2]) };
}

/** @throws MeshFault `contentEncoding` for anything but gzip */
function contentEncoding(text: string): 'gzip' | null {
  const coding = text.trim().toLowerCase();
  if (coding === '') return null;
  if (coding !== 'gzip') throw new MeshFault('contentEncoding');
  return coding;
}

function firstChunkRange(text: string): number {
  if (text.trim() === '') return 1;
  const { number, total } = chunkRange(text);
  if (number !== 1 || total < 1) throw new MeshFault('chunkRange');
  return total;
}

function checkControl(headers: IncomingHttpHeaders, value: (name: string) => string): void {
  const fields = Object.keys(headers).filter(
    (name) => CONTROL.test(value(name)) || (NO_ADDRESS.includes(name) && /https?:\/\//i.test(value(name))),
  );
  if (fields.length > 0) throw new MeshFault('malformedControl', { fields });
}

function checkLengths(value: (name: string) => string): void {
  for (const [name, longest] of Object.entries(LONGEST)) {
    if (value(name).length > longest)
      throw new SchemaFault(
        'header',
        name,
        `at most ${longest} characters are allowed`,
        'value_error.any_str.max_length',
      );
  }
}

function checkLegacy(value: (name: string) => string, mailboxId: string): void {
  const from = value('mex-from').trim();
  if (from !== '' && from.toUpperCase() !== mailboxId) throw new MeshFault('invalidFrom');
  const version = value('mex-version').trim();
  if (version !== '' && version !== '1.0') throw new MeshFault('invalidVersion');
  const type = value('mex-messagetype').trim();
  if (type !== '' && type.toUpperCase() !== 'DATA') throw new MeshFault('invalidMessageType');
}
