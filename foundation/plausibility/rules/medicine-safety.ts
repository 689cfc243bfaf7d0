// Medicines against the patient: allergies, interactions, duplicates, contraindications. spec: messaging §10.7 (MD-01 to MD-03, MD-08 to MD-11, MD-13)
import { words } from '../../terminology/index.ts';
import { service, supplyUnder } from '../contract-tables.ts';
import { type DispenseFacts, groupsOf } from '../dispense-facts.ts';
import type { Facts } from '../facts.ts';
import type { KnownAllergy } from '../record-context.ts';
import type { Hit, RuleCheck, RuleParameters, Undecided } from '../rule.ts';

const supplied = (facts: Facts): DispenseFacts[] => facts.dispenses.filter(({ isCompleted }) => isCompleted);
const hasSupply = (facts: Facts): boolean => supplied(facts).length > 0;
const inSet = (facts: Facts, set: string, code: string): boolean =>
  facts.terminology.inValueSet(set, code) === 'yes';
const isHormonal = ({ groups }: DispenseFacts): boolean =>
  groups.has('combined-contraceptive') || groups.has('progestogen-contraceptive');
const combined = (facts: Facts): DispenseFacts[] =>
  supplied(facts).filter(({ groups }) => groups.has('combined-contraceptive'));

interface AllergyClass {
  readonly name: string;
  readonly words: readonly string[];
}

/** What an allergy is to, as its words say: "Allergy to amoxicillin" → `amoxicillin`. */
function allergenWords(display: string): string[] {
  return words(display).filter(
    (word) =>
      word.length > 3 &&
      !/^(?:allerg|adverse|reaction|intoleran|hypersensitiv|drug|history|caus|induced|with|medic)/.test(word),
  );
}

/** By name, where codes cannot tell: the allergen's own name, or one of its class, in the name of the product. */
function matchByName(
  allergy: KnownAllergy,
  dispense: DispenseFacts,
  classes: readonly AllergyClass[],
): string | undefined {
  const own = allergenWords(allergy.display);
  const name = words(dispense.names.replaceAll('|', ' ')).join(' ');
  const said = own.find((word) => new RegExp(`\\b${word.replace(/s$/, '')}`).test(name));
  if (said !== undefined) return said;
  return classes.find(({ words: members }) => {
    const starts = members.map((member) => words(member).join(' '));
    return (
      own.some((word) => starts.some((start) => word.startsWith(start))) &&
      starts.some((start) => name.includes(start))
    );
  })?.name;
}

function* allergies(facts: Facts, parameters: RuleParameters): Generator<Hit | Undecided> {
  const active = (facts.record.allergies ?? []).filter(({ status }) => status === 'active');
  const classes = parameters.rows<AllergyClass>('classes');
  for (const dispense of supplied(facts)) {
    for (const allergy of active) {
      const product = dispense.coding?.code;
      const match =
        allergy.code === undefined || product === undefined
          ? undefined
          : facts.terminology.allergenMatch(allergy.code, product);
      const itemRef = dispense.ref;
      const parameters = { allergy: allergy.code, product };
      if (match?.outcome === 'match' || match?.outcome === 'classMatch') {
        yield {
          itemRef,
          message: `The record holds an active allergy to this medicine or its class`,
          parameters: { ...parameters, outcome: match.outcome, reasons: match.reasons },
        };
        continue;
      }
      const byName = match?.outcome === 'none' ? undefined : matchByName(allergy, dispense, classes);
      if (byName !== undefined)
        yield {
          itemRef,
          message: 'The record holds an active allergy to this medicine or its class',
          parameters: { ...parameters, outcome: 'byName', name: byName },
        };
      else if (match?.reasons.includes('degradedAllergy') === true)
        yield {
          itemRef,
          message: 'The record holds a drug allergy that lost its code in transfer',
          parameters,
          as: 'degraded',
        };
      else if (match?.outcome !== 'none')
        yield {
          itemRef,
          undecided: `allergy ${allergy.code ?? 'without a code'}: ${match?.reasons.join(', ') ?? 'no code'}`,
        };
    }
  }
}

/** The groups of the medicines the patient takes now. */
function currentMedicines(facts: Facts) {
  return (facts.record.medicines ?? [])
    .filter(({ status }) => status === 'active')
    .map((medicine) => {
      const product = medicine.code === undefined ? undefined : facts.terminology.product(medicine.code);
      const names = `${medicine.display} ${product?.name ?? ''}`.toLowerCase();
      return {
        medicine,
        product,
        names,
        groups: groupsOf([medicine.code, product?.vmp, product?.vtm], names, facts.groups),
      };
    });
}

function* interactions(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const pairs = parameters.rows<readonly [string, string]>('pairs');
  const current = currentMedicines(facts);
  for (const dispense of supplied(facts)) {
    for (const [a, b] of pairs) {
      const other = dispense.groups.has(a) ? b : dispense.groups.has(b) ? a : undefined;
      const found = other === undefined ? undefined : current.find(({ groups }) => groups.has(other));
      if (found !== undefined)
        yield {
          itemRef: dispense.ref,
          message: `Serious interaction: ${a} with ${b}`,
          parameters: { with: found.medicine.code, pair: [a, b] },
        };
    }
  }
}

const firstWord = (names: string): string => words(names)[0] ?? '';

function* duplicateTherapy(facts: Facts): Generator<Hit> {
  const current = currentMedicines(facts);
  for (const [at, dispense] of supplied(facts).entries()) {
    const isAlike = (other: {
      product?: DispenseFacts['product'];
      names: string;
      groups: ReadonlySet<string>;
    }): boolean => {
      const own = dispense.product;
      if (own?.vmp !== undefined && own.vmp === other.product?.vmp) return true;
      const shared = own?.ingredients?.some((substance) => other.product?.ingredients?.includes(substance));
      const isSameGroup = ['combined-contraceptive', 'progestogen-contraceptive'].some(
        (group) => dispense.groups.has(group) && other.groups.has(group),
      );
      return (
        shared === true ||
        isSameGroup ||
        (firstWord(dispense.names).length > 4 && firstWord(dispense.names) === firstWord(other.names))
      );
    };
    // The same supply already noted in the record is DU-03's to name.
    const taken = current.find((other) => other.medicine.handedOver === undefined && isAlike(other));
    const twice = supplied(facts).slice(0, at).find(isAlike);
    if (taken !== undefined || twice !== undefined)
      yield {
        itemRef: dispense.ref,
        message: 'The patient already takes the same or a like medicine',
        parameters: { with: taken?.medicine.code ?? twice?.coding?.code },
      };
  }
}

interface Pathway {
  readonly set: string;
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
  readonly sex?: string;
}

function* outsidePathway(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const pathway = parameters
    .rows<Pathway>('pathways')
    .find(({ set }) => facts.conditionCodes.some(({ code }) => inSet(facts, set, code)));
  if (pathway === undefined) return;
  const { age } = facts;
  const isOutsideAge =
    age !== undefined && (age < (pathway.from ?? 0) || age > (pathway.to ?? Number.POSITIVE_INFINITY));
  const isOtherSex =
    pathway.sex !== undefined &&
    [...facts.sexes].some((sex) => (sex === 'male' || sex === 'female') && sex !== pathway.sex);
  if (!isOutsideAge && !isOtherSex) return;
  for (const { ref, supplyType } of supplied(facts)) {
    if (supplyType === supplyUnder.groupDirection)
      yield {
        itemRef: ref,
        message: `Supplied under group direction outside the pathway ${pathway.name}`,
        parameters: { pathway: pathway.name, age },
      };
  }
}

function contraindication(facts: Facts, parameters: RuleParameters): string | undefined {
  const problems = facts.record.problems ?? [];
  const coded = parameters
    .texts('sets')
    .find((set) =>
      problems.some(
        ({ code, status }) => inSet(facts, set, code) && (set !== 'breast-cancer' || status === 'active'),
      ),
    );
  if (coded !== undefined) return coded;
  const latest = (facts.record.observations ?? [])
    .filter(
      ({ code }) =>
        inSet(facts, 'smoker', code) ||
        ['8517006', '266919005', '8392000', '160617001', '281018007'].includes(code),
    )
    .sort((a, b) => (a.effective < b.effective ? 1 : -1))[0];
  const isSmoker =
    (latest !== undefined && inSet(facts, 'smoker', latest.code)) ||
    problems.some(({ code, status }) => status === 'active' && inSet(facts, 'smoker', code));
  return isSmoker && (facts.age ?? 0) >= parameters.number('smokerAge') ? 'smoker' : undefined;
}

/** The rules of the family that look at the patient. */
export const medicineSafetyRules: readonly RuleCheck[] = [
  { id: 'MD-01', needs: ['allergies'], applies: hasSupply, check: allergies },
  { id: 'MD-02', needs: ['medicines'], applies: hasSupply, check: interactions },
  { id: 'MD-03', uses: ['medicines'], applies: hasSupply, check: duplicateTherapy },
  {
    id: 'MD-08',
    uses: ['problems'],
    applies: (facts) => facts.service === service.urgentSupply && hasSupply(facts),
    *check(facts, parameters) {
      const controlled = parameters.texts('groups');
      const epilepsy = parameters.pattern('exceptFor');
      const isEpileptic =
        facts.texts.some(({ text }) => epilepsy.test(text)) ||
        [...(facts.record.problems ?? []), ...facts.conditionCodes].some(({ code }) =>
          inSet(facts, 'epilepsy', code),
        );
      for (const { ref, groups, coding } of supplied(facts)) {
        const found = controlled.find((group) => groups.has(group));
        if (found === undefined || (groups.has('phenobarbital') && isEpileptic)) continue;
        yield {
          itemRef: ref,
          message: 'A controlled drug in an urgent supply',
          parameters: { code: coding?.code, group: found },
        };
      }
    },
  },
  {
    id: 'MD-09',
    uses: ['demographics'],
    applies: (facts) => supplied(facts).some(isHormonal),
    *check(facts) {
      if (!facts.sexes.has('male')) return;
      for (const { ref } of supplied(facts).filter(isHormonal))
        yield {
          itemRef: ref,
          message: 'A hormonal contraceptive for a patient recorded as male',
          parameters: { recorded: [...facts.sexes] },
        };
    },
  },
  {
    id: 'MD-10',
    applies: (facts) => supplied(facts).some(isHormonal),
    *check(facts, parameters) {
      const { age } = facts;
      if (age === undefined) return;
      for (const dispense of supplied(facts).filter(isHormonal)) {
        const oldest = dispense.groups.has('combined-contraceptive')
          ? parameters.number('combinedFrom')
          : parameters.number('progestogenFrom');
        if (age >= oldest || age < parameters.number('youngest'))
          yield {
            itemRef: dispense.ref,
            message: `Contraception supplied at the age of ${age}`,
            parameters: { age },
          };
      }
    },
  },
  {
    id: 'MD-11',
    needs: ['problems'],
    uses: ['observations'],
    applies: (facts) => combined(facts).length > 0,
    *check(facts, parameters) {
      const reason = contraindication(facts, parameters);
      if (reason === undefined) return;
      for (const { ref } of combined(facts))
        yield {
          itemRef: ref,
          message: `A combined contraceptive against a contraindication: ${reason}`,
          parameters: { reason },
        };
    },
  },
  { id: 'MD-13', applies: hasSupply, check: outsidePathway },
];
