// What stands in words. Requests in text never become tasks by themselves; they are put on top. spec: messaging §10.8 (TX-01 to TX-08), SG-16
import { isNhsNumber } from '../../nhs/index.ts';
import { type Facts, type FreeText, snomedCoding } from '../facts.ts';
import { hasMarkup } from '../plain-text.ts';
import type { Hit, RuleCheck, RuleParameters } from '../rule.ts';

const nhsNumberSystem = 'https://fhir.nhs.uk/Id/nhs-number';
/** Not part of a date or a longer run: `120/80`, not `12/10/2026`. */
const pressure = /(?<![\d/.])(\d{2,3})\s?\/\s?(\d{2,3})(?![\d/])/g;

const isEmpty = (text: string): boolean => text.trim() === '';

interface WrittenPressure {
  readonly systolic: number;
  readonly diastolic: number;
}

/** Blood pressures in words: plausible ones only, so that dates and fractions are left out. */
function writtenPressures(text: string): WrittenPressure[] {
  return [...text.matchAll(pressure)]
    .map(([, systolic, diastolic]) => ({ systolic: Number(systolic), diastolic: Number(diastolic) }))
    .filter(
      ({ systolic, diastolic }) =>
        systolic >= 60 && systolic <= 300 && diastolic >= 30 && diastolic <= 200 && systolic > diastolic,
    );
}

const isCoded = (facts: Facts, written: WrittenPressure): boolean =>
  facts.pressures.some(
    ({ systolic, diastolic }) => systolic === written.systolic && diastolic === written.diastolic,
  );

interface TextNumber {
  readonly name: string;
  /** Finds the number in its first group. */
  readonly pattern: string;
  readonly below?: number;
  readonly from?: number;
}

function* abnormalOnlyInText(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const limit = { systolic: parameters.number('systolic'), diastolic: parameters.number('diastolic') };
  const coded = facts.observations.flatMap(({ value }) => value ?? []);
  for (const { ref, text } of facts.texts) {
    const found = writtenPressures(text).find(
      (written) =>
        (written.systolic >= limit.systolic || written.diastolic >= limit.diastolic) &&
        !isCoded(facts, written),
    );
    if (found !== undefined)
      yield {
        itemRef: ref,
        message: `A raised blood pressure stands only in the text`,
        parameters: { ...found },
      };
    for (const { name, pattern, below, from } of parameters.rows<TextNumber>('numbers')) {
      for (const [, digits] of text.matchAll(new RegExp(pattern, 'giu'))) {
        const value = Number(digits);
        const isAbnormal = (below !== undefined && value < below) || (from !== undefined && value >= from);
        if (!isAbnormal || coded.includes(value)) continue;
        yield {
          itemRef: ref,
          message: `An abnormal ${name} stands only in the text`,
          parameters: { name, value },
        };
        break;
      }
    }
  }
}

/** Names in the message that are no third person: the patient's and those of the staff. */
function ownNames(facts: Facts): Set<string> {
  const names = [
    ...(facts.content.patient.resource.name ?? []),
    ...facts.content.practitioners.flatMap(({ resource }) => resource.name ?? []),
  ];
  return new Set(
    names
      .flatMap(({ family, given }) => [family, ...(given ?? [])])
      .flatMap((name) => name?.toLowerCase() ?? []),
  );
}

function thirdParty(facts: Facts, text: string, parameters: RuleParameters): string | undefined {
  const own = facts.content.patient.resource.identifier?.find(
    ({ system }) => system === nhsNumberSystem,
  )?.value;
  for (const [run] of text.matchAll(/(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)/g)) {
    const digits = run.replace(/\D/g, '');
    if (isNhsNumber(digits) && digits !== own) return 'nhsNumber';
  }
  const known = ownNames(facts);
  for (const source of parameters.texts('namePatterns')) {
    for (const { groups } of text.matchAll(new RegExp(source, 'gu'))) {
      const name = groups?.name;
      if (name !== undefined && !name.split(/\s+/).some((part) => known.has(part.toLowerCase())))
        return 'name';
    }
  }
  return undefined;
}

function withHeading(facts: Facts, heading: string): FreeText[] {
  return facts.texts.filter((text) => text.heading === heading);
}

/** The rules of the family. */
export const freeTextRules: readonly RuleCheck[] = [
  {
    id: 'TX-01',
    *check(facts, parameters) {
      for (const { ref, text } of withHeading(facts, 'red-flags')) {
        if (!isEmpty(text) && !parameters.pattern('negatives').test(text.trim()))
          yield { itemRef: ref, message: 'Red flags are reported' };
      }
    },
  },
  {
    id: 'TX-02',
    *check(facts, parameters) {
      for (const { ref, text } of withHeading(facts, 'plan-and-requested-actions')) {
        if (!isEmpty(text) && !parameters.pattern('negatives').test(text.trim()))
          yield { itemRef: ref, message: 'A plan or a request stands in the text' };
      }
    },
  },
  {
    id: 'TX-03',
    *check(facts, parameters) {
      const request = parameters.pattern('requests');
      for (const { ref, text } of facts.texts) {
        const found = request.exec(text);
        if (found !== null)
          yield {
            itemRef: ref,
            message: 'The text asks for something to be done',
            parameters: { words: found[0] },
          };
      }
    },
  },
  {
    id: 'TX-04',
    *check(facts, parameters) {
      const type = facts.content.composition.resource.type;
      const titles = [
        type?.text,
        snomedCoding(type)?.display,
        facts.service === undefined ? undefined : facts.terminology.preferredTerm(facts.service),
      ].map((title) => title?.trim().toLowerCase());
      for (const { ref, text } of withHeading(facts, 'clinical-summary')) {
        if (isEmpty(text))
          yield { itemRef: ref, message: '20009: the clinical summary is empty', as: 'empty' };
        else if (
          text.trim().length < parameters.number('letters') ||
          titles.includes(text.trim().toLowerCase())
        ) {
          yield {
            itemRef: ref,
            message: 'The clinical summary says nothing',
            parameters: { letters: text.trim().length },
          };
        }
      }
    },
  },
  {
    id: 'TX-05',
    *check(facts) {
      for (const { ref, text } of facts.texts)
        if (hasMarkup(text)) yield { itemRef: ref, message: 'The text holds mark-up: it is shown without' };
    },
  },
  {
    id: 'TX-06',
    applies: (facts) => facts.pressures.length > 0,
    *check(facts) {
      for (const { ref, text } of facts.texts) {
        const other = writtenPressures(text).find((written) => !isCoded(facts, written));
        if (other !== undefined)
          yield {
            itemRef: ref,
            message: 'The text states a blood pressure that differs from the coded one',
            parameters: { ...other },
          };
      }
    },
  },
  {
    id: 'TX-07',
    *check(facts, parameters) {
      for (const { ref, text } of facts.texts) {
        const found = thirdParty(facts, text, parameters);
        if (found !== undefined)
          yield { itemRef: ref, message: 'Third-party data in the text', parameters: { kind: found } };
      }
    },
  },
  { id: 'TX-08', check: abnormalOnlyInText },
];
