// What the headers of a message say. spec: mesh §3.4, §5
import type { IncomingHttpHeaders } from 'node:http';

export interface MessageInfo {
  readonly messageId: string;
  /** Empty for a report. */
  readonly from: string;
  readonly to: string;
  readonly workflowId: string;
  readonly type: 'DATA' | 'REPORT';
  readonly subject: string | undefined;
  readonly localId: string | undefined;
  readonly partnerId: string | undefined;
  readonly fileName: string | undefined;
  readonly checksum: string | undefined;
  /** True type of the payload. */
  readonly contentType: string;
  readonly totalChunks: number;
  /** The application compressed (or encrypted) the payload and must undo that itself. */
  readonly compressed: boolean;
  readonly encrypted: boolean;
  /** Reports: the message that failed. */
  readonly linkedMessageId: string | undefined;
  readonly status: {
    readonly event: string;
    readonly code: string;
    readonly description: string;
    readonly success: boolean;
    /** `yyyyMMddHHmmss`. */
    readonly at: string;
  };
}

export function readMessageInfo(headers: IncomingHttpHeaders): MessageInfo {
  const value = (name: string): string | undefined => {
    const text = [headers[name] ?? []].flat()[0];
    return text === '' ? undefined : text;
  };
  return {
    messageId: (value('mex-messageid') ?? '').toUpperCase(),
    from: value('mex-from') ?? '',
    to: value('mex-to') ?? '',
    workflowId: value('mex-workflowid') ?? '',
    type: value('mex-messagetype')?.toUpperCase() === 'REPORT' ? 'REPORT' : 'DATA',
    subject: value('mex-subject'),
    localId: value('mex-localid'),
    partnerId: value('mex-partnerid'),
    fileName: value('mex-filename'),
    checksum: value('mex-content-checksum'),
    contentType: value('mex-content-type') ?? value('content-type') ?? 'application/octet-stream',
    totalChunks: totalOf(value('mex-chunk-range'), value('mex-total-chunks')),
    // With a content coding it tells of the transport, which is undone here.
    compressed: value('mex-content-compressed')?.toUpperCase() === 'Y' && !value('content-encoding'),
    encrypted: value('mex-content-encrypted')?.toUpperCase() === 'Y',
    linkedMessageId: value('mex-linkedmsgid'),
    status: {
      event: value('mex-statusevent') ?? '',
      code: value('mex-statuscode') ?? '',
      description: value('mex-statusdescription') ?? '',
      success: value('mex-statussuccess')?.toUpperCase() !== 'ERROR',
      at: value('mex-statustimestamp') ?? '',
    },
  };
}

/** `n` and `N` of `mex-chunk-range`. */
export function readRange(range: string | undefined): { number: number; total: number } | undefined {
  const match = /^(\d+):(\d+)$/.exec(range ?? '');
  return match ? { number: Number(match[1]), total: Number(match[2]) } : undefined;
}

function totalOf(range: string | undefined, total: string | undefined): number {
  return readRange(range)?.total ?? (Number(total ?? '1') || 1);
}
