// The GPPROVIDER address: `GPPROVIDER_{nhs}_{DDMMYYYY}_{Surname}`. spec: mesh §4
import { isNhsNumber } from '@gp-connect/foundation/nhs';

export interface ProviderAddress {
  readonly nhsNumber: string;
  /** `yyyy-MM-dd`. */
  readonly birthDate: string;
  readonly surname: string;
  /** The date was written `YYYYMMDD`, which is tolerated and logged. */
  readonly otherDateOrder: boolean;
}

export type AddressFault = { readonly fault: 'EPL-152' | '06' };

/** Takes an upper-cased address apart: split at the first three `_`, the surname keeps any further ones. */
export function parseProviderAddress(address: string): ProviderAddress | AddressFault {
  const [, nhsNumber, date, surname] = /^GPPROVIDER_([^_]*)(?:_([^_]*))?(?:_(.*))?$/s.exec(address) ?? [];
  if (!isNhsNumber(nhsNumber)) return { fault: 'EPL-152' };
  const birthDate = readDate(date ?? '');
  if (!birthDate || !surname?.trim()) return { fault: '06' };
  return { nhsNumber, surname: surname.trim(), ...birthDate };
}

function readDate(text: string): { birthDate: string; otherDateOrder: boolean } | undefined {
  if (!/^\d{8}$/.test(text)) return undefined;
  const usual = realDate(text.slice(4), text.slice(2, 4), text.slice(0, 2));
  if (usual) return { birthDate: usual, otherDateOrder: false };
  const other = realDate(text.slice(0, 4), text.slice(4, 6), text.slice(6));
  return other ? { birthDate: other, otherDateOrder: true } : undefined;
}

function realDate(year: string, month: string, day: string): string | undefined {
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return real && Number(year) >= 1800 && Number(year) <= 2200 ? iso : undefined;
}
