// Encoding and decoding of the unsigned audit token. It carries audit, not authentication.
// spec: foundations §7.1, §7.3 rows 1–5
import { isUtf8 } from 'node:buffer';
import type { AuditClaims, AuditClaims0x } from './audit-claims.ts';

const HEADER = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
const SCHEME = 'bearer ';
/** Longer than any real token (about 2 KB) by far, and shorter than what Node lets through as headers. */
const LONGEST_TOKEN = 32_768;

/** The token for an `Authorization: Bearer ` header: base64url without padding, trailing dot, no signature. */
export function encodeAuditToken(claims: AuditClaims | AuditClaims0x): string {
  return `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
}

/** A token whose form is right; nothing is known yet about the claims. */
export type UncheckedClaims = Readonly<Record<string, unknown>>;

export type DecodedToken =
  | { readonly ok: true; readonly claims: UncheckedClaims }
  | { readonly ok: false; readonly row: 1 | 2 | 3 | 4 | 5; readonly fault: string };

const bad = (row: 1 | 2 | 3 | 4 | 5, fault: string): DecodedToken => ({ ok: false, row, fault });

/** Rows 1 to 5 of the validation table: presence, scheme, three parts, header, payload. Never throws. */
export function decodeAuditToken(authorization: string | undefined): DecodedToken {
  if (authorization === undefined || authorization.trim() === '') {
    return bad(1, 'The Authorization header is missing');
  }
  const token = authorization.slice(SCHEME.length);
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME || token === '' || token.includes(' ')) {
    return bad(2, 'The Authorization header is not of the form "Bearer {token}"');
  }
  if (token.length > LONGEST_TOKEN) return bad(3, 'The token is too long');
  const parts = token.split('.');
  if (parts.length !== 3 || parts[2] !== '') {
    return bad(3, 'The token is not header, payload and empty signature, ended by a dot');
  }
  const header = decodePart(parts[0]!);
  const payload = decodePart(parts[1]!);
  if (header === null || payload === null) {
    return bad(3, 'The token is not encoded as base64url without padding');
  }
  if (parts[0] !== HEADER) {
    const parsed = parseObject(header);
    if (parsed?.alg !== 'none' || parsed.typ !== 'JWT') {
      return bad(4, 'The token header is not alg "none" and typ "JWT"');
    }
  }
  const claims = parseObject(payload);
  return claims ? { ok: true, claims } : bad(5, 'The token payload is not a JSON object');
}

/** The text of one part, or null where it is not unpadded base64url of UTF-8. */
export function decodePart(part: string): string | null {
  if (part.length % 4 === 1 || !/^[A-Za-z0-9_-]+$/.test(part)) return null;
  const bytes = Buffer.from(part, 'base64url');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

function parseObject(text: string): UncheckedClaims | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as UncheckedClaims)
      : null;
  } catch {
    return null;
  }
}
