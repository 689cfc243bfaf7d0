// The national rule pack on its way to receivers: signed, with the instant it comes into force. A compact JWS (EdDSA,
// Ed25519) whose payload is the pack's JSON text. spec: national-service UPD-06; messaging SG-10
import type { KeyObject } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { loadRulePack, type RulePack, RulePackError } from './pack.ts';

export interface EffectivePack {
  readonly pack: RulePack;
  readonly effectiveFrom: Date;
  /** The JSON text the signature and the digest are of. */
  readonly text: string;
}

const TYPE = 'rule-pack+jws';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a pack that says when it comes into force. @throws RulePackError */
export function readEffectivePack(text: string): EffectivePack {
  const pack = loadRulePack(text);
  const { effectiveFrom } = JSON.parse(text) as { effectiveFrom?: unknown };
  const at =
    typeof effectiveFrom === 'string' && effectiveFrom.includes('T') ? new Date(effectiveFrom) : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) {
    throw new RulePackError('effectiveFrom must be an instant');
  }
  return { pack, effectiveFrom: at, text };
}

/**
 * Signs a pack: what the publisher of national packs does. `text` is its JSON with `effectiveFrom`.
 * @throws RulePackError where it is not well formed
 */
export async function signRulePack(text: string, key: KeyObject): Promise<string> {
  readEffectivePack(text);
  const header = { alg: 'EdDSA', typ: TYPE };
  return new CompactSign(new TextEncoder().encode(text)).setProtectedHeader(header).sign(key);
}

/** The pack of a signed text. @throws RulePackError for a signature of another key or type, or a malformed pack */
export async function openSignedPack(signed: string, key: KeyObject): Promise<EffectivePack> {
  let payload: Uint8Array;
  try {
    const verified = await compactVerify(signed.trim(), key, { algorithms: ['EdDSA'] });
    if (verified.protectedHeader.typ !== TYPE) throw new RulePackError('it is signed as something else');
    payload = verified.payload;
  } catch (error) {
    if (error instanceof RulePackError) throw error;
    throw new RulePackError('it is not signed with the key rule packs are published with');
  }
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    throw new RulePackError('the pack is not UTF-8');
  }
  return readEffectivePack(text);
}
