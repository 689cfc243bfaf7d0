// Pregnancy status: the miscoding that reached GP records by the thousand. spec: messaging §10.4 (PG-01 to PG-16)
import { words } from '../../terminology/index.ts';
import { code, service } from '../contract-tables.ts';
import { dateOf, type Facts, type ObservationFacts } from '../facts.ts';
import type { CodedEvent } from '../record-context.ts';
import type { Hit, RuleCheck, RuleParameters } from '../rule.ts';

const day = 86_400_000;
const week = 7 * day;

const pregnant = (facts: Facts): readonly ObservationFacts[] =>
  facts.observations.filter((observation) => observation.code === code.pregnant);
const notPregnant = (facts: Facts): readonly ObservationFacts[] =>
  facts.observations.filter((observation) => observation.code === code.notPregnant);
const saysPregnant = (facts: Facts): boolean => pregnant(facts).length > 0;
const saysNotPregnant = (facts: Facts): boolean => notPregnant(facts).length > 0;

const inSet = (facts: Facts, set: string, { code: sent }: { code: string }): boolean =>
  facts.terminology.inValueSet(set, sent) === 'yes';
const at = (facts: Facts): number => facts.encounterStart?.start ?? facts.now;

function each(
  list: readonly ObservationFacts[],
  message: string,
  parameters: Record<string, unknown>,
  as?: string,
): Hit[] {
  return list.map(({ ref }) => ({ itemRef: ref, message, parameters, ...(as === undefined ? {} : { as }) }));
}

const plain = (text: string): string => words(text).join(' ');

function* wrongWords(list: readonly ObservationFacts[], allowed: readonly string[]): Generator<Hit> {
  const known = new Set(allowed.map(plain));
  for (const observation of list) {
    const wrong = observation.words.find((text) => !known.has(plain(text)));
    if (wrong === undefined) continue;
    yield {
      itemRef: observation.ref,
      message: `${observation.code} is sent with words that do not say so`,
      parameters: { code: observation.code, sent: wrong, allowed },
    };
  }
}

function happened(facts: Facts, set: string, withinMs: number): CodedEvent | undefined {
  return facts.record.problems?.find((event) => {
    const date = dateOf(event.date);
    return (
      date !== undefined &&
      inSet(facts, set, event) &&
      at(facts) - date.start <= withinMs &&
      date.start <= at(facts)
    );
  });
}

/** A pregnancy the record holds as going on: booked, or with a delivery date still to come. */
function currentPregnancy(facts: Facts): boolean {
  const { pregnancy, problems } = facts.record;
  const due = dateOf(pregnancy?.expectedDelivery);
  if (due !== undefined && due.end > facts.now) return true;
  return (
    pregnancy?.state === 'pregnant' ||
    (problems ?? []).some((event) => event.status === 'active' && inSet(facts, 'pregnant-now', event))
  );
}

function* cannotBePregnant(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const list = pregnant(facts);
  const problems = facts.record.problems ?? [];
  const removed = problems.find((event) => inSet(facts, 'uterus-or-ovaries-removed', event));
  const isBilateral = (event: CodedEvent): boolean => /bilateral/i.test(event.display ?? '');
  const ovaries = problems.filter((event) => inSet(facts, 'oophorectomy', event));
  const menopause = problems.find((event) => {
    const date = dateOf(event.date);
    return (
      inSet(facts, 'menopause', event) &&
      date !== undefined &&
      at(facts) - date.start > parameters.number('menopauseYears') * 365.25 * day
    );
  });
  const reason = removed ?? ovaries.find(isBilateral) ?? menopause;
  if (reason !== undefined) {
    yield* each(list, 'The record holds a reason why a pregnancy is not possible', { recorded: reason.code });
  } else if (ovaries[0] !== undefined) {
    yield* each(
      list,
      'The record holds an oophorectomy whose side is not said',
      { recorded: ovaries[0].code },
      'sideNotSaid',
    );
  }
}

/** Free text without its negative statements, so that what remains can be read as positive. */
function textClaims(text: string, parameters: RuleParameters): { denies: boolean; affirms: boolean } {
  const denied = parameters.pattern('denials');
  const rest = text
    .replace(new RegExp(denied.source, 'giu'), ' ')
    .replace(new RegExp(parameters.pattern('asides').source, 'giu'), ' ');
  return { denies: denied.test(text), affirms: parameters.pattern('affirmations').test(rest) };
}

const agesNamed = (facts: Facts) => ({ age: facts.age });
const hormonal = (facts: Facts) =>
  facts.dispenses.filter(
    ({ isCompleted, groups }) =>
      isCompleted &&
      (facts.service === service.contraception ||
        groups.has('combined-contraceptive') ||
        groups.has('progestogen-contraceptive')),
  );

/** The rules of the family; PG-12 and PG-13 are behaviours of the inbox (see behaviours.ts). */
export const pregnancyRules: readonly RuleCheck[] = [
  {
    id: 'PG-01',
    *check(facts, parameters) {
      yield* wrongWords(pregnant(facts), parameters.texts('pregnantWords'));
      yield* wrongWords(notPregnant(facts), parameters.texts('notPregnantWords'));
    },
  },
  {
    id: 'PG-02',
    *check(facts) {
      if (!saysPregnant(facts) || !saysNotPregnant(facts)) return;
      yield* each(
        [...pregnant(facts), ...notPregnant(facts)],
        'The message says both pregnant and not pregnant',
        {},
      );
    },
  },
  {
    id: 'PG-03',
    uses: ['demographics'],
    applies: saysPregnant,
    *check(facts) {
      if (facts.sexes.has('male'))
        yield* each(pregnant(facts), 'Pregnant, and recorded as male', { recorded: [...facts.sexes] });
    },
  },
  {
    id: 'PG-04',
    applies: saysPregnant,
    *check(facts, parameters) {
      const { age } = facts;
      if (age === undefined) return;
      if (age < parameters.number('youngest') || age > parameters.number('oldest')) {
        yield* each(pregnant(facts), `Pregnant at the age of ${age}`, agesNamed(facts));
      }
    },
  },
  {
    id: 'PG-05',
    applies: saysPregnant,
    *check(facts, parameters) {
      const age = facts.age ?? -1;
      const isChild = age >= parameters.number('childFrom') && age < parameters.number('childBelow');
      const isOlder = age > parameters.number('olderThan') && age <= parameters.number('oldest');
      if (isChild)
        yield* each(
          pregnant(facts),
          `Pregnant at the age of ${age}: safeguarding`,
          agesNamed(facts),
          'child',
        );
      else if (isOlder) yield* each(pregnant(facts), `Pregnant at the age of ${age}`, agesNamed(facts));
    },
  },
  { id: 'PG-06', needs: ['problems'], applies: saysPregnant, check: cannotBePregnant },
  {
    id: 'PG-07',
    needs: ['problems'],
    applies: saysPregnant,
    *check(facts, parameters) {
      const ended = happened(facts, 'pregnancy-ended', parameters.number('days') * day);
      if (ended !== undefined)
        yield* each(pregnant(facts), 'A pregnancy ended a short time before', {
          recorded: ended.code,
          date: ended.date,
        });
    },
  },
  {
    id: 'PG-08',
    needs: ['pregnancy', 'problems'],
    applies: saysPregnant,
    *check(facts, parameters) {
      const recorded = (facts.record.observations ?? []).some(
        (event) =>
          event.code !== code.pregnant &&
          inSet(facts, 'pregnant-now', event) &&
          at(facts) - (dateOf(event.effective)?.start ?? 0) < parameters.number('weeks') * week,
      );
      if (!recorded && !currentPregnancy(facts))
        yield* each(pregnant(facts), 'New pregnancy — confirm with patient', {});
    },
  },
  {
    id: 'PG-09',
    applies: saysPregnant,
    *check(facts) {
      const [supplied] = hormonal(facts);
      if (supplied !== undefined)
        yield* each(pregnant(facts), 'Pregnant, and contraception supplied in the same message', {
          supplied: supplied.coding?.code,
        });
    },
  },
  {
    id: 'PG-10',
    applies: saysPregnant,
    *check(facts, parameters) {
      const pathway = facts.conditionCodes.find((condition) =>
        inSet(facts, 'uncomplicated-urinary-infection', condition),
      );
      const supplied = facts.dispenses.find(
        ({ isCompleted, groups }) =>
          isCompleted && parameters.texts('groups').some((group) => groups.has(group)),
      );
      if (pathway !== undefined)
        yield* each(pregnant(facts), 'Pregnant, on a pathway for women who are not', {
          condition: pathway.code,
        });
      else if (supplied !== undefined)
        yield* each(pregnant(facts), 'Pregnant, and supplied a medicine to be careful with', {
          supplied: supplied.coding?.code,
        });
    },
  },
  {
    id: 'PG-11',
    needs: ['pregnancy'],
    uses: ['problems'],
    applies: saysNotPregnant,
    *check(facts) {
      if (currentPregnancy(facts))
        yield* each(notPregnant(facts), 'The record holds a current pregnancy: it is not ended by this', {
          expectedDelivery: facts.record.pregnancy?.expectedDelivery,
        });
    },
  },
  {
    id: 'PG-14',
    applies: (facts) => saysPregnant(facts) || saysNotPregnant(facts),
    *check(facts, parameters) {
      for (const { ref, text } of facts.texts) {
        const { denies, affirms } = textClaims(text, parameters);
        if (denies && saysPregnant(facts))
          yield* each(pregnant(facts), 'The free text says not pregnant', { text: ref });
        if (affirms && !denies && saysNotPregnant(facts))
          yield* each(notPregnant(facts), 'The free text says pregnant', { text: ref });
      }
    },
  },
  {
    id: 'PG-15',
    needs: ['observations', 'problems'],
    applies: saysPregnant,
    *check(facts, parameters) {
      const earliest = at(facts) - parameters.number('weeks') * week;
      const since = (text: string | undefined): number => dateOf(text)?.start ?? Number.NEGATIVE_INFINITY;
      const ended = Math.max(
        Number.NEGATIVE_INFINITY,
        ...(facts.record.problems ?? [])
          .filter((event) => inSet(facts, 'pregnancy-ended', event))
          .map(({ date }) => since(date)),
        ...(facts.record.observations ?? [])
          .filter((event) => event.code === code.notPregnant)
          .map(({ effective }) => since(effective)),
      );
      const repeated = (facts.record.observations ?? []).find(
        (event) =>
          event.code === code.pregnant &&
          since(event.effective) < earliest &&
          since(event.effective) > ended &&
          since(event.effective) > earliest - parameters.number('lookBackWeeks') * week,
      );
      if (repeated !== undefined)
        yield* each(pregnant(facts), 'Pregnant again and again, with no delivery between', {
          first: repeated.effective,
        });
    },
  },
  {
    id: 'PG-16',
    applies: saysNotPregnant,
    *check(facts, parameters) {
      const { age } = facts;
      const isOutside =
        age !== undefined && (age < parameters.number('youngest') || age > parameters.number('oldest'));
      if (facts.sexes.has('male') || isOutside)
        yield* each(notPregnant(facts), 'Not pregnant says nothing here: offer to refuse', agesNamed(facts));
    },
  },
];
