// Which format a request is in, and which its answer is to be in. spec: foundations §8.2

export type FhirFormat = 'json' | 'xml';
/** STU3 and R4 share their media types; DSTU2 has its own. */
export type MediaTypeFamily = 'STU3' | 'R4' | 'DSTU2';

const current: Record<FhirFormat, string> = { json: 'application/fhir+json', xml: 'application/fhir+xml' };
const mediaTypes: Record<MediaTypeFamily, Record<FhirFormat, string>> = {
  STU3: current,
  R4: current,
  DSTU2: { json: 'application/json+fhir', xml: 'application/xml+fhir' },
};

/** The short names FHIR allows in `_format`. */
const shortNames: Record<string, FhirFormat> = { json: 'json', xml: 'xml' };

/** The value of `Content-Type` for a response: `application/fhir+json;charset=utf-8`. */
export function contentTypeFor(format: FhirFormat, family: MediaTypeFamily = 'STU3'): string {
  return `${mediaTypes[family][format]};charset=utf-8`;
}

type MediaRange = { type: string; parameters: Map<string, string> };

function readParameter(text: string): [string, string] {
  const [name = '', value = ''] = text.split(/=(.*)/s, 2);
  return [
    name.trim().toLowerCase(),
    value
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .toLowerCase(),
  ];
}

function readMediaRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';');
  return {
    type: type
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
    parameters: new Map(parameters.filter((each) => each.trim() !== '').map(readParameter)),
  };
}

function formatOf(type: string, family: MediaTypeFamily): FhirFormat | undefined {
  const types = mediaTypes[family];
  return type === types.json ? 'json' : type === types.xml ? 'xml' : undefined;
}

const isUtf8 = ({ parameters }: MediaRange): boolean =>
  ['', 'utf-8', 'utf8', 'us-ascii'].includes(parameters.get('charset') ?? '');

/**
 * The format of a request body from its `Content-Type`, or undefined if it is absent or not a FHIR type of the family
 * (415). Letter case, quotes and spaces make no difference; a charset other than UTF-8 is refused.
 */
export function requestFormat(
  contentType: string | undefined,
  family: MediaTypeFamily = 'STU3',
): FhirFormat | undefined {
  if (contentType === undefined) return undefined;
  const range = readMediaRange(contentType);
  return isUtf8(range) ? formatOf(range.type, family) : undefined;
}

export type Asked = {
  /** The `_format` query parameter, decoded. */
  format?: string | undefined;
  /** The `Accept` header. */
  accept?: string | undefined;
  /** The `Content-Type` of the request. */
  contentType?: string | undefined;
};

/** The format to answer in; or what was asked for that cannot be had (415, answered in JSON). */
export type Negotiated = { ok: true; format: FhirFormat } | { ok: false; unsupported: '_format' | 'Accept' };

function fromFormatParameter(value: string, family: MediaTypeFamily): FhirFormat | undefined {
  // An unescaped `+` of the query arrives as a space.
  const range = readMediaRange(value.trim().replace(/ (?=json|xml|fhir)/i, '+'));
  return Object.hasOwn(shortNames, range.type) ? shortNames[range.type] : formatOf(range.type, family);
}

const anything = new Set(['*/*', 'application/*', '*']);

function quality({ parameters }: MediaRange): number {
  const q = Number(parameters.get('q') ?? '1');
  return Number.isFinite(q) ? q : 0;
}

/** The best format an `Accept` header names: a format, `any`, or undefined when it names nothing we have. */
function fromAccept(accept: string, family: MediaTypeFamily): FhirFormat | 'any' | undefined {
  let best: FhirFormat | 'any' | undefined;
  let bestQuality = 0;
  for (const text of accept.split(',')) {
    const range = readMediaRange(text);
    const found = anything.has(range.type) ? 'any' : formatOf(range.type, family);
    const wins = quality(range) > bestQuality || (best === 'any' && quality(range) === bestQuality);
    if (found === undefined || !wins || (found === 'any' && best !== undefined && best !== 'any')) continue;
    best = found;
    bestQuality = quality(range);
  }
  return best;
}

/**
 * The format of an answer: `_format`, else `Accept`, else the `Content-Type` of the request, else JSON. An empty
 * `_format` or `Accept` counts as absent; an odd `Content-Type` is passed over here (bodies: see `requestFormat`).
 * @example negotiate({ accept: request.headers.accept })
 */
export function negotiate(asked: Asked, family: MediaTypeFamily = 'STU3'): Negotiated {
  if (asked.format !== undefined && asked.format.trim() !== '') {
    const format = fromFormatParameter(asked.format, family);
    return format === undefined ? { ok: false, unsupported: '_format' } : { ok: true, format };
  }
  if (asked.accept !== undefined && asked.accept.trim() !== '') {
    const format = fromAccept(asked.accept, family);
    if (format === undefined) return { ok: false, unsupported: 'Accept' };
    if (format !== 'any') return { ok: true, format };
  }
  return { ok: true, format: requestFormat(asked.contentType, family) ?? 'json' };
}
