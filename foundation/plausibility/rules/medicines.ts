// Medicines as written: quantity, status, reasons. spec: messaging §10.7 (MD-04 to MD-06, MD-12, MD-14)
import { service } from '../contract-tables.ts';
import type { DispenseFacts } from '../dispense-facts.ts';
import type { Facts } from '../facts.ts';
import type { Hit, RuleCheck, RuleParameters } from '../rule.ts';

const countable = /^(?:capsule|tablet|caplet|sachet|lozenge|pastille|suppositor|pessar|patch)/i;

/** Whether a quantity is the expected one, or that rounded to a whole pack. */
function isRounded(quantity: number, expected: number, packs: readonly number[]): boolean {
  return (
    Math.abs(quantity - expected) < 0.01 ||
    packs.some(
      (pack) =>
        quantity % pack === 0 && Math.abs(quantity - expected) < pack && quantity > expected - pack / 2,
    )
  );
}

/** Pieces a dispense should hold, by dose, times a day and days; regimens with breaks count their active days. */
function expectedQuantities(
  { written, structured, days, groups, doseText }: DispenseFacts,
  parameters: RuleParameters,
): number[] {
  const perDose = structured.perDose ?? written.perDose;
  const perDay = structured.perDay ?? written.perDay;
  if (perDose === undefined || perDay === undefined || days === undefined) return [];
  const whole = perDose * perDay * days;
  const hasBreak = groups.has('combined-contraceptive') || parameters.pattern('breakWords').test(doseText);
  return hasBreak
    ? [whole, (whole * parameters.number('activeDays')) / parameters.number('cycleDays')]
    : [whole];
}

function* quantityDiffers(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const packs = parameters.rows<number>('packSizes');
  for (const dispense of facts.dispenses) {
    const { ref, quantity, quantityUnit, isCompleted } = dispense;
    const expected = expectedQuantities(dispense, parameters);
    if (
      !isCompleted ||
      quantity === undefined ||
      expected.length === 0 ||
      !countable.test(quantityUnit ?? '')
    )
      continue;
    if (expected.some((value) => isRounded(quantity, value, packs))) continue;
    yield {
      itemRef: ref,
      message: `${quantity} supplied, ${expected[0]} expected from dose and days`,
      parameters: { quantity, expected: expected[0] },
    };
  }
}

function* statusAndDates(facts: Facts): Generator<Hit> {
  for (const { ref, isCompleted, isStopped, quantity, handedOver } of facts.dispenses) {
    if (isCompleted && (quantity === undefined || handedOver === undefined)) {
      yield {
        itemRef: ref,
        message: 'Completed without quantity or without the day it was handed over',
        parameters: { hasQuantity: quantity !== undefined, hasDate: handedOver !== undefined },
      };
    }
    if (isStopped && handedOver !== undefined)
      yield { itemRef: ref, message: 'Not supplied, and yet handed over' };
  }
}

/** The rules of the family that need no more than the message; MD-07 and MD-15 are behaviours (see behaviours.ts). */
export const medicineRules: readonly RuleCheck[] = [
  { id: 'MD-04', check: quantityDiffers },
  {
    id: 'MD-05',
    *check(facts, parameters) {
      for (const { ref, quantity, days } of facts.dispenses) {
        if ((days ?? 0) > parameters.number('days') || (quantity ?? 0) > parameters.number('quantity')) {
          yield {
            itemRef: ref,
            message: 'The supply is larger than any that is meant',
            parameters: { quantity, days },
          };
        }
      }
    },
  },
  { id: 'MD-06', check: statusAndDates },
  {
    id: 'MD-12',
    applies: (facts) => facts.service === service.contraception,
    *check(facts, parameters) {
      const reason = parameters.pattern('reasons');
      if (facts.dispenses.length > 0 || facts.texts.some(({ text }) => reason.test(text))) return;
      yield {
        itemRef: facts.content.composition.fullUrl,
        message: 'A contraception service with no supply and no reason',
      };
    },
  },
  {
    id: 'MD-14',
    *check(facts) {
      for (const { ref, written, structured } of facts.dispenses) {
        const differs = (['perDose', 'perDay', 'days'] as const).filter(
          (part) =>
            written[part] !== undefined &&
            structured[part] !== undefined &&
            Math.abs(written[part] - structured[part]) > 0.01,
        );
        if (differs.length > 0)
          yield {
            itemRef: ref,
            message: 'The structured dose disagrees with the words: the words hold',
            parameters: { differs, written, structured },
          };
      }
    },
  },
];
