// Which version of the API the caller asked for. spec: mesh §1.1
import { MeshFault } from './errors.ts';

export type ApiVersion = 1 | 2;

/** What an answer in JSON calls itself, and its shape. */
export interface ApiMedia {
  readonly version: ApiVersion;
  readonly type: string;
}

const FORM = /^application\/vnd\.mesh\.v(\d+)\+json$/;
const PLAIN: ApiMedia = { version: 1, type: 'application/json' };

/** Reads `Accept`: its one `vnd.mesh` member decides, split by `,` or `;`; without one it is v1. @throws MeshFault */
export function apiMedia(accept: string | undefined): ApiMedia {
  const member = (accept ?? '')
    .split(/[,;]/)
    .map((part) => part.trim().toLowerCase())
    .find((part) => part.includes('vnd.mesh'));
  if (member === undefined) return PLAIN;
  const number = Number(FORM.exec(member)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(number) || number < 1) throw new MeshFault('acceptFormat');
  return number === 1
    ? { version: 1, type: 'application/vnd.mesh.v1+json' }
    : { version: 2, type: 'application/vnd.mesh.v2+json' };
}

/** The same for an answer that is an error already: a malformed header reads as v1. */
export function apiMediaOrPlain(accept: string | undefined): ApiMedia {
  try {
    return apiMedia(accept);
  } catch {
    return PLAIN;
  }
}

/** Whether the client takes gzip: named without a weight of nought. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((part) => {
    const [coding, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (coding !== 'gzip' && coding !== 'x-gzip') return false;
    return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
