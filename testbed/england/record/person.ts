// The person while their life is being written: body, habits, conditions, and when things happened.
import { weekday, yearsBetween } from '../calendar.ts';
import type { NamedKey } from '../named.ts';
import { type ConditionKey, conditionKeys, conditionOf, shareAt } from './conditions.ts';
import type { Traits } from './investigations.ts';
import type { MedicineKey } from './medicines.ts';
import type { Problem } from './problems.ts';
import type { RecordWriter } from './writer.ts';

/** Which medicines an allergy rules out. */
const penicillins: MedicineKey[] = ['amoxicillin', 'flucloxacillin', 'penicillinV'];
const forbidden: Readonly<Record<string, readonly MedicineKey[]>> = {
  '91936005': penicillins,
  '294505008': penicillins,
  '196461000000101': penicillins,
  '293586001': ['aspirin', 'ibuprofen'],
  '293584003': ['paracetamol', 'cocodamol'],
  '91931000': ['clarithromycin'],
};

/** Allergies that the stories of named patients tell of. */
const allergiesOfStories: Readonly<Partial<Record<string, readonly string[]>>> = {
  rich: ['293586001'],
  'rich-cedar': ['293586001'],
  'anaphylaxis-warfarin': ['91936005'],
  'penicillin-child': ['91936005'],
  degraded: ['196461000000101'],
  'ten-thousand': ['293586001'],
};

export type Smoking = 'never' | 'ex' | 'light' | 'heavy';

/** A condition the person has, from its onset. */
export interface Having {
  readonly key: ConditionKey;
  readonly onset: number;
  problem?: Problem;
}

export class Person {
  readonly writer: RecordWriter;
  /** Whole years at the end of the record. */
  readonly age: number;
  readonly sex: 'female' | 'male';
  readonly birthDay: number;
  /** The last day anything can happen: today, or the day they died or left. */
  readonly lastDay: number;
  readonly adultHeight: number;
  readonly bodyMassIndex: number;
  readonly smoking: Smoking;
  readonly unitsOfAlcohol: number;
  readonly having: Having[];
  readonly traits: Traits;
  readonly problems: Problem[] = [];
  readonly special: NamedKey | undefined;
  /** Medicines that must not be given, for a known allergy. */
  readonly avoids = new Set<MedicineKey>();

  constructor(writer: RecordWriter) {
    const { chance, identity } = writer;
    this.writer = writer;
    this.special = identity.named?.key;
    this.sex = identity.sex;
    this.birthDay = identity.birthDay;
    this.lastDay = writer.today;
    this.age = yearsBetween(identity.birthDay, this.lastDay);
    this.adultHeight = Math.round(chance.around(identity.sex === 'male' ? 176 : 162, 6));
    this.smoking =
      this.age < 16
        ? 'never'
        : chance.pick<Smoking>(['never', 'never', 'never', 'ex', 'ex', 'light', 'heavy']);
    this.unitsOfAlcohol = this.age < 18 ? 0 : Math.max(0, Math.round(chance.around(9, 7)));
    this.having = this.#drawConditions();
    this.bodyMassIndex = chance.around(this.has('obesity') ? 34 : this.has('diabetes2') ? 30 : 25.5, 2.2);
    this.traits = this.#traits();
    for (const allergy of allergiesOfStories[this.special ?? ''] ?? []) this.avoid(allergy);
  }

  /** From now on nothing is prescribed that this allergy (concept id) forbids. */
  avoid(allergy: string): void {
    for (const medicine of forbidden[allergy] ?? []) this.avoids.add(medicine);
  }

  has(key: ConditionKey): boolean {
    return this.having.some((having) => having.key === key);
  }

  /** Which GP a visit is with: mostly the usual one. */
  usual(): number {
    return this.birthDay + (this.writer.chance.happens(0.25) ? this.writer.chance.integer(1, 2) : 0);
  }

  /** Age in years on a day. */
  ageOn(day: number): number {
    return yearsBetween(this.birthDay, day);
  }

  /** A weekday between so many and so many days before the end of the record, never before birth. */
  ago(least: number, most: number): number {
    const lived = this.lastDay - this.birthDay;
    const day = this.lastDay - this.writer.chance.integer(Math.min(least, lived), Math.min(most, lived));
    return Math.max(this.birthDay, weekday(day));
  }

  /** Height in cm and weight in kg on a day; children grow along a simple curve. */
  heightOn(day: number): number {
    const age = (day - this.birthDay) / 365.25;
    if (age >= 17) return this.adultHeight;
    const share = age < 2 ? 0.3 + age * 0.1 : 0.5 + (age - 2) * (0.5 / 15);
    return Math.round(this.adultHeight * share);
  }

  weightOn(day: number): number {
    const age = (day - this.birthDay) / 365.25;
    const metres = this.heightOn(day) / 100;
    const ago = (this.lastDay - day) / 365.25;
    const index = age < 17 ? 16 + age * 0.25 : this.bodyMassIndex - ago * 0.12 + ((day * 7) % 11) / 20;
    return Math.round(index * metres * metres * 10) / 10;
  }

  systolicOn(day: number): number {
    const base = 104 + Math.min(80, this.ageOn(day)) * 0.38 + (this.has('hypertension') ? 9 : 0);
    return Math.round(this.writer.chance.around(base, 7));
  }

  diastolicOn(systolic: number): number {
    return Math.round(systolic * 0.6 + this.writer.chance.around(-2, 4));
  }

  #drawConditions(): Having[] {
    const { chance, identity } = this.writer;
    const wanted = new Set<string>(identity.named?.conditions ?? []);
    const drawn: Having[] = [];
    for (const key of conditionKeys) {
      const condition = conditionOf(key);
      const luck = chance.fraction();
      const when = chance.fraction();
      if (condition.sex !== undefined && condition.sex !== this.sex) continue;
      if (this.age < condition.from + 1) continue;
      if (identity.named !== undefined ? !wanted.has(key) : luck >= shareAt(condition, this.age)) continue;
      const oldest = Math.min(this.age - 0.3, condition.until ?? 200);
      const youngest = Math.max(condition.from, Math.min(this.age - 14, oldest - 1));
      const onset = this.birthDay + Math.floor((youngest + when * (oldest - youngest)) * 365.25);
      drawn.push({ key, onset: weekday(Math.min(onset, this.lastDay - 40)) });
    }
    return drawn.sort((one, other) => one.onset - other.onset);
  }

  #traits(): Traits {
    const traits: Record<string, number> = { haemoglobin: this.sex === 'male' ? 149 : 134 };
    for (const { key } of this.having) Object.assign(traits, conditionOf(key).traits);
    if (this.special === 'anaphylaxis-warfarin') traits.inr = 2.6;
    return traits;
  }
}
