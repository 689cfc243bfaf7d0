// Joining many small texts into chunks of about 64 KB, at the pace of whoever reads them. spec: stack §5

/** What is needed of a Writable: Node's streams and HTTP responses fit. */
export interface Sink {
  write(chunk: string): boolean;
  once(event: 'drain' | 'close' | 'error', listener: (error?: Error) => void): unknown;
  removeListener(event: 'drain' | 'close' | 'error', listener: (error?: Error) => void): unknown;
  readonly destroyed?: boolean;
}

const chunkSize = 64 * 1024;

export interface Joiner {
  add(text: string): Promise<void> | undefined;
  flush(): Promise<void>;
}

/** The first chunk leaves as soon as `flush` is called; the sink is not ended. Rejects when it closes or fails. */
export function joiner(sink: Sink, signal: AbortSignal | undefined): Joiner {
  let waiting: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    if (sink.destroyed) throw new Error('the connection closed before the answer was complete');
    if (size === 0) return;
    const chunk = waiting.join('');
    waiting = [];
    size = 0;
    if (!sink.write(chunk)) await drained(sink, signal);
  };
  return {
    add(text) {
      waiting.push(text);
      size += text.length;
      return size >= chunkSize ? flush() : undefined;
    },
    flush,
  };
}

function drained(sink: Sink, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      sink.removeListener('drain', onDrain);
      sink.removeListener('close', onClose);
      sink.removeListener('error', onError);
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const onDrain = () => settle(resolve);
    const onClose = () =>
      settle(() => reject(new Error('the connection closed before the answer was complete')));
    const onError = (error?: Error) => settle(() => reject(error ?? new Error('the connection failed')));
    const onAbort = () => settle(() => reject(signal!.reason));
    sink.once('drain', onDrain);
    sink.once('close', onClose);
    sink.once('error', onError);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
