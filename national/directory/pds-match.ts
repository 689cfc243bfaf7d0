// How well an entry fits a search: 1 is exact; lower where a wildcard, a sound or an old name was needed.
// spec: foundations §17.4
import type { HumanName, Patient } from 'fhir/r4.js';
import { fitsPattern, foldName, foldPostcode, soundOf } from './fold.ts';
import type { PdsSearch } from './pds-query.ts';
import { isPresentName } from './pds-record.ts';

export interface Match {
  patient: Patient;
  /** From 0 to 1. */
  score: number;
}

/** What each departure from the asked value costs. */
const cost = { wildcard: 0.05, history: 0.05, sound: 0.1, transposed: 0.15, postcode: 0.1 } as const;

/** The entries that fit, best first; equal ones by NHS number. */
export function matchPatients(candidates: readonly Patient[], search: PdsSearch): Match[] {
  return candidates
    .flatMap((patient) => {
      const score = scoreOf(patient, search);
      return score === null || (search.exact && score < 1) ? [] : [{ patient, score }];
    })
    .sort((one, other) => other.score - one.score || (one.patient.id! < other.patient.id! ? -1 : 1));
}

function scoreOf(patient: Patient, search: PdsSearch): number | null {
  const names = (patient.name ?? []).flatMap((name) => nameCost(name, search) ?? []);
  const place = placeCost(patient, search);
  if (!names.length || place === null || !fitsContact(patient, search)) return null;
  return Number(Math.max(0, 1 - Math.min(...names) - place).toFixed(4));
}

function nameCost(name: HumanName, search: PdsSearch): number | null {
  const past = !isPresentName(name);
  if (past && !search.history && !search.fuzzy) return null;
  const family = foldName(name.family ?? '');
  const givens = (name.given ?? []).map(foldName);
  const straight = pairCost(family, givens, search);
  const crossed =
    search.fuzzy && search.family !== null && search.given.length
      ? pairCost(givens[0] ?? '', [family], search)
      : null;
  const costs = [straight, crossed === null ? null : crossed + cost.transposed].filter((one) => one !== null);
  return costs.length ? Math.min(...costs) + (past ? cost.history : 0) : null;
}

function pairCost(family: string, givens: readonly string[], search: PdsSearch): number | null {
  const parts = [
    search.family === null ? 0 : wordCost(family, search.family, search.fuzzy),
    ...search.given.map((asked) => {
      const costs = givens.map((held) => wordCost(held, asked, search.fuzzy)).filter((one) => one !== null);
      return costs.length ? Math.min(...costs) : null;
    }),
  ];
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

function wordCost(held: string, asked: string, fuzzy: boolean): number | null {
  if (held === asked) return 0;
  if (fuzzy) return held && soundOf(held) === soundOf(asked) ? cost.sound : null;
  return asked.includes('*') && fitsPattern(held, asked) ? cost.wildcard : null;
}

function placeCost(patient: Patient, { postcode, fuzzy, history }: PdsSearch): number | null {
  if (postcode === null) return 0;
  const addresses = patient.address ?? [];
  const now = new Set(['home', 'temp', undefined]);
  const held = addresses
    .filter((address) => history || fuzzy || now.has(address.use))
    .map((address) => foldPostcode(address.postalCode ?? ''));
  if (held.includes(postcode)) return 0;
  if (held.some((code) => postcode.includes('*') && fitsPattern(code, postcode))) return cost.wildcard;
  // A fuzzy search takes the same outward part: everything but the last three characters.
  return fuzzy && held.some((code) => code && code.slice(0, -3) === postcode.slice(0, -3))
    ? cost.postcode
    : null;
}

function fitsContact(patient: Patient, { email, phone }: PdsSearch): boolean {
  const held = (system: string) =>
    (patient.telecom ?? []).filter((entry) => entry.system === system).map((entry) => entry.value ?? '');
  const digits = (text: string) => text.replace(/\D/g, '').replace(/^(00)?44/, '0');
  return (
    (email === null || held('email').some((value) => value.toLowerCase() === email.toLowerCase())) &&
    (phone === null || held('phone').some((value) => digits(value) === digits(phone)))
  );
}
