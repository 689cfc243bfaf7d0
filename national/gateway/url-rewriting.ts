// Absolute URLs of a provider become the router's while a body streams by. spec: national-service RTE-14
// A URL under the service root becomes one under the router's root for the practice; of any other URL on that host
// only scheme and authority are replaced. Matching is literal and blind to case, also across chunk borders.

export interface Rewriting {
  /** `https://pcs.example.nhs.uk/A83999/STU3/1/gpconnect/documents/fhir` */
  readonly serviceRoot: string;
  /** `https://gpc.example.nhs.uk/A83999/STU3/1/gpconnect/documents/fhir` */
  readonly routerRoot: string;
  readonly providerOrigin: string;
  readonly routerOrigin: string;
}

export interface Rewriter {
  /** What may go on now; the end of a chunk that may be the beginning of a URL is kept back. */
  write(chunk: Buffer): Buffer;
  end(): Buffer;
}

const EMPTY = Buffer.alloc(0);
/** A URL ends where its host does: `https://pcs.example` must not match inside `https://pcs.example.org`. */
const CONTINUES = /[A-Za-z0-9._~-]/;

export function createRewriter(rewriting: Rewriting): Rewriter {
  // Longest first; JSON may write a slash as `\/`.
  const pairs = [
    [rewriting.serviceRoot, rewriting.routerRoot],
    [rewriting.providerOrigin, rewriting.routerOrigin],
  ].flatMap(([from, to]) => [
    { from: from!.toLowerCase(), to: to! },
    { from: from!.replaceAll('/', '\\/').toLowerCase(), to: to!.replaceAll('/', '\\/') },
  ]);
  const longest = Math.max(...pairs.map((pair) => pair.from.length));
  const first = 'https:';
  let kept = '';

  const run = (chunk: string, last: boolean): Buffer => {
    const text = kept + chunk;
    const lower = asciiLower(text);
    let out = '';
    let done = 0;
    let from = 0;
    for (;;) {
      const at = lower.indexOf(first, from);
      const undecided = at === -1 ? text.length - first.length + 1 : at;
      if (at === -1 || (!last && at + longest + 1 > text.length)) {
        const keepFrom = last ? text.length : Math.max(done, undecided, text.length - longest - 1);
        kept = text.slice(keepFrom);
        return Buffer.from(out + text.slice(done, keepFrom), 'latin1');
      }
      const pair = pairs.find(
        ({ from: wanted }) =>
          lower.startsWith(wanted, at) && !CONTINUES.test(lower[at + wanted.length] ?? ''),
      );
      if (pair) {
        out += text.slice(done, at) + pair.to;
        done = at + pair.from.length;
      }
      from = pair ? done : at + first.length;
    }
  };

  return {
    write: (chunk) => (chunk.length === 0 ? EMPTY : run(chunk.toString('latin1'), false)),
    end: () => run('', true),
  };
}

/** Lower case of ASCII letters only, so that positions stay the same in every byte. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
