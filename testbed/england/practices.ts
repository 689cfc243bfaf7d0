// The GP practices: names, codes, sites and staff. All invented.
// spec: foundations §11.6–11.9, §15
import {
  familyNames,
  femaleNames,
  maleNames,
  staffFamilyNames,
  streets,
  surnamesOfSurgeries,
  towns,
} from './names.ts';
import { asidOf, partyKeyOf } from './numbers.ts';
import { Chance, type IdForm, nextId } from './random.ts';
import { type ProviderSupplier, supplierOf } from './suppliers.ts';

export interface PostalAddress {
  readonly line: string;
  readonly city: string;
  readonly district: string;
  readonly postcode: string;
}

export interface StaffMember {
  readonly id: string;
  readonly roleId: string;
  readonly family: string;
  readonly given: string;
  readonly prefix: string;
  readonly gender: 'male' | 'female';
  /** 12 digits; absent for a historic user. */
  readonly sdsUserId?: string;
  readonly sdsRoleProfileId?: string;
  readonly gmc?: string;
  readonly gmp?: string;
  readonly jobRole: { readonly code: string; readonly display: string };
  readonly kind: 'gp' | 'nurse' | 'pharmacist' | 'healthcare-assistant' | 'administrator' | 'historic';
}

export interface Site {
  readonly id: string;
  readonly siteCode: string;
  readonly name: string;
  readonly address: PostalAddress;
  readonly phone: string;
}

export interface Practice {
  readonly ods: string;
  readonly name: string;
  readonly supplier: ProviderSupplier['id'];
  readonly organisationId: string;
  readonly asid: string;
  readonly partyKey: string;
  /** First is the main surgery. */
  readonly sites: readonly Site[];
  readonly staff: readonly StaffMember[];
  /** How many ordinary (not named) people the practice holds, and the index in England of the first. */
  readonly listSize: number;
  readonly firstPerson: number;
}

export const PRACTICE_COUNT = 32;

const jobs = {
  gp: { code: 'R0260', display: 'General Medical Practitioner' },
  nurse: { code: 'R0600', display: 'Specialist Nurse Practitioner' },
  pharmacist: { code: 'R1290', display: 'Pharmacist' },
  'healthcare-assistant': { code: 'R1480', display: 'Healthcare Assistant' },
  administrator: { code: 'R8008', display: 'Admin/Clinical Support Access Role' },
  historic: { code: 'R0260', display: 'General Medical Practitioner' },
} as const satisfies Record<StaffMember['kind'], { code: string; display: string }>;

/** Every practice of England; sizes differ by a factor of about eight and sum to `patients`. */
export function makePractices(seed: number, patients: number): Practice[] {
  const weights = Array.from({ length: PRACTICE_COUNT }, (_, i) =>
    new Chance(`${seed}/practice-size/${i}`).integer(25, 200),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const practices: Practice[] = [];
  let before = 0;
  let weightBefore = 0;
  for (let index = 0; index < PRACTICE_COUNT; index++) {
    weightBefore += weights[index]!;
    const upTo = Math.round((patients * weightBefore) / total);
    practices.push(makePractice(seed, index, before, upTo - before));
    before = upTo;
  }
  return practices;
}

function makePractice(seed: number, index: number, firstPerson: number, listSize: number): Practice {
  const chance = new Chance(`${seed}/practice/${index}`);
  const ods = `A83${901 + index}`;
  // Later practices lean to Cedar, so that the two deployments hold about as many entries each.
  const supplier = supplierOf(index % 5 < (index < 10 ? 3 : 1) ? 'orchard' : 'cedar');
  const form = supplier.style.idForm;
  const town = towns[index % towns.length]!;
  const name = `${surnamesOfSurgeries[index]} ${index % 3 === 0 ? 'Medical Centre' : index % 3 === 1 ? 'Surgery' : 'Health Centre'}`;
  const site = (suffix: number, siteName: string): Site => ({
    id: nextId(chance, form),
    siteCode: suffix === 0 ? ods : `${ods}${String(suffix).padStart(3, '0')}`,
    name: siteName,
    address: {
      line: `${chance.integer(1, 90)} ${chance.pick(streets)}`,
      city: town.name,
      district: town.district,
      postcode: `${town.postcode}${chance.pick(['A', 'D', 'Q', 'X'])}`,
    },
    phone: `01632 960${String(index * 20 + suffix).padStart(3, '0')}`,
  });
  const sites = [site(0, name)];
  if (index % 4 === 1) sites.push(site(1, `${chance.pick(familyNames)} Branch Surgery`));
  return {
    ods,
    name,
    supplier: supplier.id,
    organisationId: nextId(chance, form),
    asid: asidOf(1, index),
    partyKey: partyKeyOf(ods, index),
    sites,
    staff: makeStaff(chance, index, form),
    listSize,
    firstPerson,
  };
}

function makeStaff(chance: Chance, practice: number, form: IdForm): StaffMember[] {
  const kinds: StaffMember['kind'][] = [
    'gp',
    'gp',
    'gp',
    'nurse',
    'healthcare-assistant',
    'pharmacist',
    'administrator',
    'historic',
  ];
  if (practice % 3 === 0) kinds.splice(2, 0, 'gp');
  return kinds.map((kind, position) => {
    const gender = chance.happens(0.55) ? 'female' : 'male';
    const number = practice * 20 + position;
    return {
      id: nextId(chance, form),
      roleId: nextId(chance, form),
      family: staffFamilyNames[(practice * 5 + position * 7) % staffFamilyNames.length]!,
      given: chance.pick(gender === 'female' ? femaleNames : maleNames),
      prefix: kind === 'gp' || kind === 'historic' ? 'Dr' : gender === 'female' ? 'Ms' : 'Mr',
      gender,
      jobRole: jobs[kind],
      kind,
      ...(kind === 'historic'
        ? {}
        : {
            sdsUserId: `7${String(10_000_000_000 + number * 37)}`,
            sdsRoleProfileId: `7${String(20_000_000_000 + number * 41)}`,
          }),
      ...(kind === 'gp' ? { gmc: `C${9_000_000 + number}`, gmp: `G9${String(900_000 + number)}` } : {}),
    };
  });
}
