// NHS numbers, ASIDs, party keys and CPA ids of the synthetic England. Every NHS number starts 999.
// spec: foundations §11.1, §15
import { makeNhsNumber, nhsNumberCheckDigit } from '@gp-connect/foundation/nhs';
import { Chance, nextId } from './random.ts';

const BLOCKS_IN_999 = 100_000;
/** The first blocks of ten are kept for the named patients. */
const RESERVED_BLOCKS = 100;

/**
 * The n-th NHS number. Of ten consecutive nine-digit stems at most one has no check digit, so that each
 * block of ten gives nine numbers and the n-th is found without counting from the start.
 * Past 890,000 people the numbers start 990–998.
 */
function numberAt(index: number): string {
  const block = Math.floor(index / 9);
  const stem = block < BLOCKS_IN_999 ? 999_000_000 + block * 10 : 990_000_000 + (block - BLOCKS_IN_999) * 10;
  let wanted = index % 9;
  for (let digit = 0; ; digit++) {
    const nine = String(stem + digit);
    if (nhsNumberCheckDigit(nine) !== null && wanted-- === 0) return makeNhsNumber(nine)!;
  }
}

/** The NHS number of a named patient (0–899). */
export function namedNhsNumber(ordinal: number): string {
  return numberAt(ordinal);
}

/** The NHS number of the n-th ordinary patient of England. */
export function nhsNumberOf(index: number): string {
  return numberAt(RESERVED_BLOCKS * 9 + index);
}

/** A 12-digit ASID: kind 1 practice, 2 consumer. */
export function asidOf(kind: 1 | 2, index: number): string {
  return `9${kind}${String(index + 1).padStart(10, '0')}`;
}

/** `{ODS}-{7 digits}` */
export function partyKeyOf(ods: string, index: number): string {
  return `${ods}-${9_000_001 + index}`;
}

/** 20 hex characters, the form of a CPA id, from what it belongs to. */
export function cpaIdOf(partyKey: string, interaction: string): string {
  return nextId(new Chance(`cpa/${partyKey}/${interaction}`), 'uuid')
    .replaceAll('-', '')
    .slice(0, 20);
}
