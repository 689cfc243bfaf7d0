// Height, weight, temperature, body mass index. spec: messaging §10.5 (MS-01 to MS-07)
import { decimalText } from '../../fhir/index.ts';
import { type Quantity, quantityOf, selfReported, unitsOf } from '../contract-tables.ts';
import { dateOf, type Facts, type ObservationFacts, refersTo } from '../facts.ts';
import type { Hit, RuleCheck, RuleParameters } from '../rule.ts';

const day = 86_400_000;
const adult = 18;

type Measured = ObservationFacts & { readonly quantity: Quantity; readonly standardValue: number };

const measured = (facts: Facts, quantity?: Quantity): Measured[] =>
  facts.observations.filter(
    (found): found is Measured =>
      found.quantity !== undefined &&
      found.standardValue !== undefined &&
      (quantity === undefined || found.quantity === quantity),
  );

/** The latest value of the record in the unit rules reckon in. */
function recorded(
  facts: Facts,
  quantity: Quantity,
  withinDays: number,
): { value: number; effective: string } | undefined {
  const latest = facts.encounterStart?.start ?? facts.now;
  const found = (facts.record.observations ?? []).flatMap((event) => {
    const start = dateOf(event.effective)?.start;
    if (
      quantityOf[event.code] !== quantity ||
      event.value === undefined ||
      start === undefined ||
      start > latest
    )
      return [];
    if (latest - start > withinDays * day) return [];
    const convert = event.unit === undefined ? undefined : unitsOf[quantity][event.unit];
    return [{ value: convert?.(event.value) ?? event.value, effective: event.effective, start }];
  });
  return found.sort((a, b) => b.start - a.start)[0];
}

/** Whether a number is another one in a wrong unit, give or take the rounding of scales. */
const isAbout = (value: number, expected: number, part: number): boolean =>
  Math.abs(value - expected) <= expected * part;

function mixUp(found: Measured, facts: Facts, parameters: RuleParameters): string | undefined {
  const { quantity, unit } = found;
  const value = found.value!;
  const isWithin = (name: string): boolean =>
    value >= parameters.number(`${name}From`) && value <= parameters.number(`${name}To`);
  if (quantity === 'temperature') {
    if (unit === 'Cel' && isWithin('fahrenheit')) return '[degF] sent as Cel';
    if (unit === '[degF]' && isWithin('celsius')) return 'Cel sent as [degF]';
    return undefined;
  }
  if (facts.age === undefined || facts.age < adult) return undefined;
  if (quantity === 'height') {
    if (unit === 'cm' && isWithin('inches')) return '[in_i] sent as cm';
    if (unit === '[in_i]' && isWithin('centimetres')) return 'cm sent as [in_i]';
    return undefined;
  }
  if (quantity !== 'weight') return undefined;
  if (unit === 'g' && isWithin('kilograms')) return 'kg sent as g';
  const last = recorded(facts, 'weight', parameters.number('weightRecordDays'))?.value;
  if (last === undefined) return undefined;
  const near = parameters.number('nearPart');
  if (unit === 'kg' && isAbout(value, last / 0.45359237, near)) return '[lb_av] sent as kg';
  if (unit === '[lb_av]' && isAbout(value, last, near)) return 'kg sent as [lb_av]';
  return undefined;
}

/** Whether the patient gave the figure: by its code or as the only performer. */
function isSelfReported(found: ObservationFacts, facts: Facts): boolean {
  const performers = [found.resource.performer ?? []].flat();
  return (
    selfReported.has(found.code) ||
    (performers.length > 0 && performers.every((performer) => refersTo(performer, facts.content.patient)))
  );
}

function* bodyMassDiffers(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const height = measured(facts, 'height').at(-1)?.standardValue;
  const weight = measured(facts, 'weight').at(-1)?.standardValue;
  if (height === undefined || weight === undefined || height <= 0) return;
  const reckoned = weight / (height / 100) ** 2;
  for (const found of measured(facts, 'bodyMassIndex')) {
    if (Math.abs(found.standardValue - reckoned) <= parameters.number('difference')) continue;
    yield {
      itemRef: found.ref,
      message: `Body mass index ${found.standardValue} does not follow from height and weight (${reckoned.toFixed(1)})`,
      parameters: { bodyMassIndex: found.standardValue, reckoned: Number(reckoned.toFixed(1)) },
    };
  }
}

const sent = (found: ObservationFacts) => ({
  code: found.code,
  value: decimalText(found.resource.valueQuantity?.value),
  unit: found.unit,
});

/** The rules of the family. */
export const measurementRules: readonly RuleCheck[] = [
  {
    id: 'MS-01',
    *check(facts, parameters) {
      for (const found of measured(facts)) {
        if (found.quantity === 'pulse') continue;
        const [min, max] = [
          parameters.number(`${found.quantity}Min`),
          parameters.number(`${found.quantity}Max`),
        ];
        if (found.standardValue >= min && found.standardValue <= max) continue;
        yield {
          itemRef: found.ref,
          message: `The ${found.quantity} is outside what is possible`,
          parameters: { ...sent(found), min, max },
        };
      }
    },
  },
  {
    id: 'MS-02',
    needs: ['observations'],
    applies: (facts) =>
      (facts.age ?? 0) >= adult &&
      (measured(facts, 'height').length > 0 || measured(facts, 'weight').length > 0),
    *check(facts, parameters) {
      const height = recorded(facts, 'height', parameters.number('heightRecordDays'));
      for (const found of measured(facts, 'height')) {
        if (
          height !== undefined &&
          Math.abs(found.standardValue - height.value) > parameters.number('heightCm')
        ) {
          yield {
            itemRef: found.ref,
            message: 'The height differs from the record',
            parameters: { ...sent(found), last: height.value, on: height.effective },
          };
        }
      }
      const weight = recorded(facts, 'weight', parameters.number('weightDays'));
      for (const found of measured(facts, 'weight')) {
        if (
          weight !== undefined &&
          Math.abs(found.standardValue - weight.value) > weight.value * parameters.number('weightPart')
        ) {
          yield {
            itemRef: found.ref,
            message: 'The weight differs much from the record',
            parameters: { ...sent(found), last: weight.value, on: weight.effective },
          };
        }
      }
    },
  },
  { id: 'MS-03', check: bodyMassDiffers },
  {
    id: 'MS-04',
    *check(facts) {
      const from = [...measured(facts, 'height'), ...measured(facts, 'weight')].filter((found) =>
        isSelfReported(found, facts),
      );
      if (from.length === 0) return;
      for (const found of measured(facts, 'bodyMassIndex')) {
        yield {
          itemRef: found.ref,
          message: 'The body mass index rests on self-reported figures: mark it so',
          parameters: { from: from.map((part) => part.code) },
        };
      }
    },
  },
  {
    id: 'MS-05',
    *check(facts, parameters) {
      const isInfant =
        facts.ageInMonths !== undefined && facts.ageInMonths < parameters.number('infantMonths');
      const high = isInfant ? parameters.number('infantHigh') : parameters.number('high');
      for (const found of measured(facts, 'temperature')) {
        if (found.standardValue < high && found.standardValue >= parameters.number('low')) continue;
        yield {
          itemRef: found.ref,
          message: `Temperature ${found.standardValue.toFixed(1)} °C`,
          parameters: { ...sent(found), celsius: Number(found.standardValue.toFixed(1)) },
        };
      }
    },
  },
  {
    id: 'MS-06',
    uses: ['observations'],
    applies: (facts) =>
      measured(facts).some(({ quantity }) => quantity !== 'pulse' && quantity !== 'bodyMassIndex'),
    *check(facts, parameters) {
      for (const found of measured(facts)) {
        const confusion = mixUp(found, facts, parameters);
        if (confusion !== undefined)
          yield {
            itemRef: found.ref,
            message: `The unit looks wrong: ${confusion}`,
            parameters: { ...sent(found), confusion },
          };
      }
    },
  },
  {
    id: 'MS-07',
    applies: (facts) => facts.dispenses.some(({ groups }) => groups.has('combined-contraceptive')),
    *check(facts, parameters) {
      const high = measured(facts, 'bodyMassIndex').find(
        ({ standardValue }) => standardValue >= parameters.number('bodyMassIndex'),
      );
      if (high === undefined) return;
      for (const { ref, isCompleted, groups } of facts.dispenses) {
        if (isCompleted && groups.has('combined-contraceptive')) {
          yield {
            itemRef: ref,
            message: 'A combined contraceptive is supplied at a high body mass index',
            parameters: { bodyMassIndex: high.standardValue },
          };
        }
      }
    },
  },
];
