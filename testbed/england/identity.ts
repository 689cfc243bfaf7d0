// Who somebody is: demographics and registration, from which both the PDS entry and the record follow.
// spec: foundations §11.5, §17.3
import { dayFrom } from './calendar.ts';
import type { England } from './england.ts';
import { type NamedPatient, namedPatients } from './named.ts';
import { familyNames, femaleNames, maleNames, streets, towns } from './names.ts';
import { nhsNumberOf } from './numbers.ts';
import type { PostalAddress, Practice } from './practices.ts';
import { Chance } from './random.ts';

export interface Identity {
  readonly nhsNumber: string;
  /** Opens the streams of chance for this person's record. */
  readonly key: string;
  readonly practice: Practice;
  readonly named?: NamedPatient;
  readonly sex: 'female' | 'male';
  readonly family: string;
  readonly given: readonly string[];
  readonly prefix: string;
  readonly birthDay: number;
  readonly address: PostalAddress;
  readonly phone: string;
  readonly mobile: string;
  readonly email?: string;
  readonly nextOfKin: { readonly given: string; readonly family: string; readonly phone: string };
  readonly registration: { readonly type: 'R' | 'T'; readonly start: number; readonly end?: number };
  readonly deathDay?: number;
  readonly verification: string;
  readonly sensitive: boolean;
  readonly dissent?: 'self' | 'parent';
  /** What PDS says where it differs from the practice's record. */
  readonly pds: {
    readonly confidentiality: 'U' | 'R' | 'V';
    readonly minimal?: true;
    readonly family?: string;
    /** ODS code; null for no practice. */
    readonly practice: string | null;
    readonly practiceSince: number;
    readonly removed?: true;
  };
}

/** Everybody whose record a practice holds: the named ones first, then its ordinary people. */
export function* identitiesAt(england: England, practice: Practice): Generator<Identity> {
  const index = england.practices.indexOf(practice);
  for (const named of namedPatients) {
    if (named.practiceIndex === index) yield namedIdentity(england, named, practice);
    if (named.leftPractice === index) yield leaver(england, named, practice);
  }
  for (let i = 0; i < practice.listSize; i++)
    yield ordinaryIdentity(england, practice, practice.firstPerson + i);
}

/** People whom PDS knows though no practice here holds their record. */
export function* identitiesWithoutRecord(england: England): Generator<Identity> {
  for (const named of namedPatients) {
    if (named.practiceIndex === null && named.pds !== 'superseded' && named.pds !== 'invalidated') {
      yield namedIdentity(england, named, england.practices[0]!);
    }
  }
}

/** Sizes of ten-year age bands in England, in thousandths. */
const ageBands = [108, 118, 124, 137, 129, 132, 112, 87, 43, 10];

function drawAge(chance: Chance): number {
  let left = chance.integer(1, 1000);
  for (let band = 0; band < ageBands.length; band++) {
    left -= ageBands[band]!;
    if (left <= 0) return band * 10 + chance.integer(0, 9);
  }
  return 98;
}

interface Demographics {
  address: PostalAddress;
  phone: string;
  mobile: string;
  email?: string;
  nextOfKin: Identity['nextOfKin'];
}

function demographics(chance: Chance, given: string, family: string, practice: Practice): Demographics {
  const town = towns.find((candidate) => candidate.name === practice.sites[0]!.address.city) ?? towns[0]!;
  const three = (): string => String(chance.integer(0, 999)).padStart(3, '0');
  return {
    address: {
      line: `${chance.integer(1, 140)} ${chance.pick(streets)}`,
      city: town.name,
      district: town.district,
      postcode: `${town.postcode}${chance.pick(['B', 'E', 'F', 'H', 'L', 'N', 'P', 'W'])}`,
    },
    phone: `01632 960${three()}`,
    mobile: `07700 900${three()}`,
    ...(chance.happens(0.5) ? { email: `${given}.${family}@mail.example`.toLowerCase() } : {}),
    nextOfKin: {
      given: chance.pick(chance.happens(0.5) ? femaleNames : maleNames),
      family: chance.happens(0.7) ? family : chance.pick(familyNames),
      phone: `07700 900${three()}`,
    },
  };
}

function prefixFor(sex: 'female' | 'male', age: number, chance: Chance): string {
  if (age < 16) return sex === 'female' ? 'Miss' : 'Master';
  return sex === 'male' ? 'Mr' : chance.pick(['Mrs', 'Ms', 'Miss']);
}

function ordinaryIdentity(england: England, practice: Practice, index: number): Identity {
  const key = `${england.seed}/person/${index}`;
  const chance = new Chance(key);
  const today = england.todayDay;
  const sex = chance.happens(0.508) ? 'female' : 'male';
  const age = drawAge(chance);
  const birthDay = today - Math.floor(age * 365.25) - chance.integer(3, 364);
  const names = sex === 'female' ? femaleNames : maleNames;
  const family = chance.pick(familyNames);
  const given = chance.happens(0.35) ? [chance.pick(names), chance.pick(names)] : [chance.pick(names)];
  const fate = chance.fraction();
  const died = fate < age * age * 0.0000035;
  const deathDay = died ? Math.max(birthDay + 2, today - chance.integer(1, 900)) : undefined;
  const left = !died && fate > 0.975;
  const temporary = !died && !left && fate > 0.97 && age > 15;
  const joined = chance.happens(0.4)
    ? birthDay + 1
    : Math.max(birthDay + 1, today - chance.integer(200, 9000));
  const start = temporary ? today - chance.integer(5, 80) : Math.min(joined, today - 2);
  const end = deathDay ?? (left ? Math.max(start + 1, today - chance.integer(5, 400)) : undefined);
  const sensitive = fate > 0.5 && fate < 0.505;
  const restricted = fate > 0.503 && fate < 0.505;
  const dissent = fate > 0.6 && fate < 0.612;
  const elsewhere =
    temporary || left ? england.practices[(index * 7 + 3) % england.practices.length]!.ods : practice.ods;
  return {
    nhsNumber: nhsNumberOf(index),
    key,
    practice,
    sex,
    family,
    given: [...new Set(given)],
    prefix: prefixFor(sex, age, chance),
    birthDay,
    ...demographics(chance, given[0]!, family, practice),
    registration: {
      type: temporary ? 'T' : 'R',
      start,
      ...(end === undefined ? {} : { end: Math.max(end, start + 1) }),
    },
    ...(deathDay === undefined ? {} : { deathDay }),
    verification: fate > 0.7 && fate < 0.705 ? '02' : '01',
    sensitive,
    ...(dissent ? { dissent: age < 16 ? ('parent' as const) : ('self' as const) } : {}),
    pds: {
      confidentiality: restricted ? 'R' : 'U',
      practice: elsewhere === practice.ods && left ? null : elsewhere,
      practiceSince: left ? end! : temporary ? birthDay + 1 : start,
    },
  };
}

const confidentialityOf = { restricted: 'R', 'very-restricted': 'V' } as const;

function namedIdentity(england: England, named: NamedPatient, practice: Practice): Identity {
  const key = `${england.seed}/named/${named.key}`;
  const chance = new Chance(key);
  const today = england.todayDay;
  const birthDay = named.ageDays
    ? today - named.ageDays
    : today - Math.floor(named.ageYears * 365.25) - chance.integer(20, 300);
  const deathDay = named.diedDaysAgo === undefined ? undefined : today - named.diedDaysAgo;
  const start =
    named.registeredDaysAgo === undefined
      ? Math.max(birthDay + 1, dayFrom(1985, 4, 1) + chance.integer(0, 4000))
      : today - named.registeredDaysAgo;
  const pdsPractice =
    named.pdsPractice === undefined
      ? practice.ods
      : named.pdsPractice === null
        ? null
        : england.practices[named.pdsPractice]!.ods;
  const confidentiality =
    named.pds === 'restricted' || named.pds === 'very-restricted' ? confidentialityOf[named.pds] : 'U';
  return {
    nhsNumber: named.nhsNumber,
    key,
    practice,
    named,
    sex: named.sex,
    family: named.family,
    given: [named.given],
    prefix: prefixFor(named.sex, named.ageYears, chance),
    birthDay,
    ...demographics(chance, named.given, named.family, practice),
    registration: {
      type: named.registration ?? 'R',
      start: named.ageDays ? today - named.ageDays + 3 : start,
      ...(deathDay === undefined ? {} : { end: deathDay }),
    },
    ...(deathDay === undefined ? {} : { deathDay }),
    verification: named.verification ?? '01',
    sensitive: named.sensitive ?? false,
    ...(named.dissent === undefined ? {} : { dissent: named.dissent }),
    pds: {
      confidentiality,
      practice: pdsPractice,
      practiceSince: named.registration === 'T' ? birthDay + 30 : start,
      ...(named.pds === 'minimal' ? { minimal: true as const } : {}),
      ...(named.pds === 'removed' ? { removed: true as const } : {}),
      ...(named.pdsFamily === undefined ? {} : { family: named.pdsFamily }),
    },
  };
}

/** The same person as the practice they left still holds them. */
function leaver(england: England, named: NamedPatient, practice: Practice): Identity {
  const now = namedIdentity(england, named, england.practices[named.practiceIndex!]!);
  const left = england.todayDay - named.registeredDaysAgo!;
  return {
    ...now,
    key: `${now.key}/left`,
    practice,
    registration: { type: 'R', start: now.birthDay + 40, end: left },
  };
}
