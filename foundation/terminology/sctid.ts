// SNOMED CT identifiers: form, partition and the Verhoeff check digit. spec: terminology §2.1, §4.1

/** Multiplication in the dihedral group D5: `D[a * 10 + b]`. */
const D = Uint8Array.from(
  '0123456789' +
    '1234067895' +
    '2340178956' +
    '3401289567' +
    '4012395678' +
    '5987604321' +
    '6598710432' +
    '7659821043' +
    '8765932104' +
    '9876543210',
  Number,
);
/** The permutation by position, eight rows. */
const P = Uint8Array.from(
  '0123456789' +
    '1576283094' +
    '5803796142' +
    '8916043527' +
    '9453126870' +
    '4286573901' +
    '2793806415' +
    '7046913258',
  Number,
);
const inverse = Uint8Array.from('0432156789', Number);

export type SctidKind = 'concept' | 'description' | 'relationship' | 'expression';
export type SctidFault =
  | 'notString'
  | 'empty'
  | 'notDigits'
  | 'leadingZero'
  | 'tooShort'
  | 'tooLong'
  | 'badPartition'
  | 'badCheckDigit';

/** What an identifier says about itself, without any data loaded. */
export type ParsedSctid =
  | {
      readonly ok: true;
      readonly id: string;
      readonly kind: SctidKind;
      readonly namespace?: string;
      readonly trimmed?: true;
    }
  | { readonly ok: false; readonly reason: SctidFault };

const kindOf: Readonly<Record<string, SctidKind>> = {
  '00': 'concept',
  '10': 'concept',
  '01': 'description',
  '11': 'description',
  '02': 'relationship',
  '12': 'relationship',
  '16': 'expression',
};

function runOver(digits: string, from: number): number {
  let check = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    check = D[check * 10 + P[((i + from) % 8) * 10 + digit]!]!;
  }
  return check;
}

/** The Verhoeff digit that completes a run of digits. */
export function sctidCheckDigit(digits: string): number {
  return inverse[runOver(digits, 1)]!;
}

function faultOf(id: string): SctidFault | undefined {
  if (id === '') return 'empty';
  if (!/^\d+$/.test(id)) return 'notDigits';
  if (id.startsWith('0')) return 'leadingZero';
  if (id.length < 6) return 'tooShort';
  if (id.length > 18) return 'tooLong';
  if (runOver(id, 0) !== 0) return 'badCheckDigit';
  const partition = id.slice(-3, -1);
  if (kindOf[partition] === undefined) return 'badPartition';
  // A long identifier carries seven digits of namespace before its partition.
  return partition.startsWith('1') && id.length < 11 ? 'badPartition' : undefined;
}

/**
 * Tells what kind of component an identifier names, or why it is none. White space around it is dropped and said so.
 * @example parseSctid('195967001') // { ok: true, id: '195967001', kind: 'concept' }
 */
export function parseSctid(text: unknown): ParsedSctid {
  if (typeof text !== 'string') return { ok: false, reason: 'notString' };
  const id = text.trim();
  const reason = faultOf(id);
  if (reason !== undefined) return { ok: false, reason };
  const partition = id.slice(-3, -1);
  return {
    ok: true,
    id,
    kind: kindOf[partition]!,
    ...(partition.startsWith('1') ? { namespace: id.slice(-10, -3) } : {}),
    ...(id === text ? {} : { trimmed: true as const }),
  };
}
