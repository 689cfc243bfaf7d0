// Blood pressure and pulse: shape, figures, limits. spec: messaging §6.4, §10.5 (BP-01 to BP-20)
import {
  bloodPressureUnit,
  code,
  diastolicCodes,
  homeKinds,
  service,
  systolicCodes,
} from '../contract-tables.ts';
import { dateOf, type Facts } from '../facts.ts';
import type { PressureReading } from '../pressure-reading.ts';
import type { Hit, RuleCheck, RuleParameters } from '../rule.ts';

const ucum = 'http://unitsofmeasure.org';
const day = 86_400_000;

type Figures = PressureReading & { readonly systolic: number; readonly diastolic: number };

const readings = (facts: Facts): Figures[] =>
  facts.pressures.filter(
    (reading): reading is Figures => reading.systolic !== undefined && reading.diastolic !== undefined,
  );

const figures = ({ systolic, diastolic }: Figures) => ({ systolic, diastolic });
const isHome = ({ kind }: PressureReading): boolean => kind !== undefined && homeKinds.has(kind);

/** The limits for a reading: stricter for home kinds, looser from the age the pack names. */
function limitsOf(facts: Facts, parameters: RuleParameters): { systolic: number; diastolic: number } {
  const isOld = facts.age !== undefined && facts.age >= parameters.number('olderFrom');
  return isOld
    ? { systolic: parameters.number('olderSystolic'), diastolic: parameters.number('olderDiastolic') }
    : { systolic: parameters.number('systolic'), diastolic: parameters.number('diastolic') };
}

const reaches = (reading: Figures, limit: { systolic: number; diastolic: number }): boolean =>
  reading.systolic >= limit.systolic || reading.diastolic >= limit.diastolic;

const aboveLimit = (isOfKind: (reading: Figures) => boolean): RuleCheck['check'] =>
  function* (facts, parameters) {
    const limit = limitsOf(facts, parameters);
    for (const reading of readings(facts).filter(isOfKind)) {
      if (!reaches(reading, limit)) continue;
      yield {
        itemRef: reading.ref,
        message: `Blood pressure ${reading.systolic}/${reading.diastolic} is at or above ${limit.systolic}/${limit.diastolic}`,
        parameters: { ...figures(reading), limit: `${limit.systolic}/${limit.diastolic}` },
      };
    }
  };

const declined = (facts: Facts) =>
  facts.observations.filter((observation) => observation.code === code.ambulatoryDeclined);
const reports = (facts: Facts) =>
  facts.observations.filter((observation) => observation.code === code.ambulatoryReport);
const pulses = (facts: Facts) => facts.observations.filter(({ quantity }) => quantity === 'pulse');
const serviceRef = (facts: Facts): string => facts.content.composition.fullUrl;
const isCombined = (facts: Facts) =>
  facts.dispenses.filter(({ isCompleted, groups }) => isCompleted && groups.has('combined-contraceptive'));

/** The latest reading of the record, not older than the pack allows. */
function recordedPressure(
  facts: Facts,
  withinDays: number,
): { systolic: number; diastolic: number; effective: string } | undefined {
  const found = (facts.record.observations ?? []).flatMap(({ components, effective }) => {
    const systolic = components?.find((part) => systolicCodes.has(part.code))?.value;
    const diastolic = components?.find((part) => diastolicCodes.has(part.code))?.value;
    const start = dateOf(effective)?.start;
    const latest = facts.encounterStart?.start ?? facts.now;
    if (systolic === undefined || diastolic === undefined || start === undefined || start > latest) return [];
    return latest - start > withinDays * day ? [] : [{ systolic, diastolic, effective, start }];
  });
  return found.sort((a, b) => b.start - a.start)[0];
}

function* withCombinedPill(facts: Facts, parameters: RuleParameters): Generator<Hit> {
  const sent = readings(facts);
  const used =
    sent.length > 0
      ? sent
      : [recordedPressure(facts, parameters.number('recordDays'))].filter((found) => found !== undefined);
  const limit = { systolic: parameters.number('systolic'), diastolic: parameters.number('diastolic') };
  const urgent = {
    systolic: parameters.number('urgentSystolic'),
    diastolic: parameters.number('urgentDiastolic'),
  };
  const high = used.filter(
    ({ systolic, diastolic }) => systolic >= limit.systolic || diastolic >= limit.diastolic,
  );
  if (high.length === 0) return;
  const isUrgent = high.some(
    ({ systolic, diastolic }) => systolic >= urgent.systolic || diastolic >= urgent.diastolic,
  );
  for (const { ref } of isCombined(facts)) {
    yield {
      itemRef: ref,
      message: 'A combined contraceptive is supplied with a raised blood pressure',
      parameters: { systolic: high[0]!.systolic, diastolic: high[0]!.diastolic },
      ...(isUrgent ? { as: 'urgent' } : {}),
    };
  }
}

function* severalReadings(facts: Facts): Generator<Hit> {
  const groups = Map.groupBy(
    readings(facts),
    ({ kind, header, effectiveText }) => `${kind ?? header} ${effectiveText?.slice(0, 10)}`,
  );
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const inOrder = group.toSorted((a, b) => (a.effective?.start ?? 0) - (b.effective?.start ?? 0));
    const suggested = inOrder
      .slice(-2)
      .toSorted((a, b) => a.systolic - b.systolic || a.diastolic - b.diastolic)[0]!;
    for (const reading of inOrder) {
      yield {
        itemRef: reading.ref,
        message: `${group.length} readings of one kind on one day; the lower of the last two is ${suggested.systolic}/${suggested.diastolic}`,
        parameters: { readings: inOrder.map(figures), suggested: suggested.ref },
      };
    }
  }
}

/** The rules of the family. */
export const bloodPressureRules: readonly RuleCheck[] = [
  {
    id: 'BP-01',
    *check(facts) {
      for (const reading of facts.pressures) {
        const codes = reading.parts.map((part) => part.code);
        const isWhole = codes.length === 2 && reading.isAllowedTriple;
        // Parts that are missing or doubled are BP-02's to name, where the codes themselves are right.
        const isIncomplete =
          codes.length !== 2 ||
          codes.every((part) => systolicCodes.has(part)) ||
          codes.every((part) => diastolicCodes.has(part));
        const isKnown = codes.every((part) => systolicCodes.has(part) || diastolicCodes.has(part));
        if (isWhole || (isIncomplete && isKnown)) continue;
        yield {
          itemRef: reading.ref,
          message: 'Header, systolic and diastolic do not belong together',
          parameters: { header: reading.header, components: codes },
        };
      }
    },
  },
  {
    id: 'BP-02',
    *check(facts) {
      for (const { ref, parts } of facts.pressures) {
        const systolics = parts.filter((part) => systolicCodes.has(part.code)).length;
        const diastolics = parts.filter((part) => diastolicCodes.has(part.code)).length;
        const others = parts.length - systolics - diastolics;
        if (
          (systolics === 1 && diastolics === 1) ||
          (others > 0 && systolics + diastolics < 2 && parts.length === 2)
        )
          continue;
        yield {
          itemRef: ref,
          message: 'A blood pressure needs one systolic and one diastolic value',
          parameters: { systolics, diastolics },
        };
      }
    },
  },
  {
    id: 'BP-03',
    *check(facts) {
      for (const reading of readings(facts)) {
        if (reading.systolic <= reading.diastolic)
          yield {
            itemRef: reading.ref,
            message: 'Systolic is not above diastolic',
            parameters: figures(reading),
          };
      }
    },
  },
  {
    id: 'BP-04',
    *check(facts, parameters) {
      for (const { ref, systolic, diastolic } of facts.pressures) {
        const isOutside = (value: number | undefined, name: string): boolean =>
          value !== undefined &&
          (value < parameters.number(`${name}Min`) || value > parameters.number(`${name}Max`));
        if (isOutside(systolic, 'systolic') || isOutside(diastolic, 'diastolic')) {
          yield {
            itemRef: ref,
            message: 'The figures are outside what is possible',
            parameters: { systolic, diastolic },
          };
        }
      }
    },
  },
  {
    id: 'BP-05',
    *check(facts, parameters) {
      for (const reading of readings(facts)) {
        const pulsePressure = reading.systolic - reading.diastolic;
        if (pulsePressure >= parameters.number('min') && pulsePressure <= parameters.number('max')) continue;
        yield {
          itemRef: reading.ref,
          message: `A pulse pressure of ${pulsePressure} is doubtful`,
          parameters: { ...figures(reading), pulsePressure },
        };
      }
    },
  },
  {
    id: 'BP-06',
    *check(facts) {
      for (const { ref, parts } of facts.pressures) {
        const wrong = parts.find((part) => part.unit !== bloodPressureUnit || part.unitSystem !== ucum);
        if (wrong !== undefined)
          yield {
            itemRef: ref,
            message: `The unit is not ${bloodPressureUnit}`,
            parameters: { unit: wrong.unit, system: wrong.unitSystem },
          };
      }
    },
  },
  {
    id: 'BP-07',
    *check(facts, parameters) {
      const limit = { systolic: parameters.number('systolic'), diastolic: parameters.number('diastolic') };
      for (const reading of readings(facts).filter((found) => reaches(found, limit))) {
        yield {
          itemRef: reading.ref,
          message: `Blood pressure ${reading.systolic}/${reading.diastolic}: same day`,
          parameters: { ...figures(reading), limit: `${limit.systolic}/${limit.diastolic}` },
        };
      }
    },
  },
  { id: 'BP-08', check: aboveLimit((reading) => !isHome(reading)) },
  { id: 'BP-09', check: aboveLimit(isHome) },
  {
    id: 'BP-10',
    needs: ['bloodPressureTarget'],
    applies: (facts) => facts.pressures.length > 0,
    *check(facts) {
      const target = facts.record.bloodPressureTarget;
      if (target === null || target === undefined) return;
      for (const reading of readings(facts)) {
        const { systolic = Number.POSITIVE_INFINITY, diastolic = Number.POSITIVE_INFINITY } = target;
        if (reading.systolic <= systolic && reading.diastolic <= diastolic) continue;
        const words = `${target.systolic ?? '–'}/${target.diastolic ?? '–'}`;
        yield {
          itemRef: reading.ref,
          message: `Above the patient's own target ${words}`,
          parameters: { ...figures(reading), target: words },
        };
      }
    },
  },
  {
    id: 'BP-11',
    *check(facts, parameters) {
      const symptoms = parameters.pattern('symptoms');
      const hasSymptoms = facts.texts.some(({ text }) => symptoms.test(text));
      for (const reading of readings(facts)) {
        if (
          reading.systolic >= parameters.number('systolic') &&
          reading.diastolic >= parameters.number('diastolic')
        )
          continue;
        const isGrave = hasSymptoms || reading.systolic < parameters.number('graveSystolic');
        yield {
          itemRef: reading.ref,
          message: 'Low blood pressure',
          parameters: { ...figures(reading), withSymptoms: hasSymptoms },
          ...(isGrave ? { as: 'grave' } : {}),
        };
      }
    },
  },
  {
    id: 'BP-12',
    applies: (facts) => facts.service === service.bloodPressure,
    *check(facts) {
      if (facts.pressures.length === 0 && reports(facts).length === 0) {
        yield { itemRef: serviceRef(facts), message: 'A blood pressure check without a blood pressure' };
      }
    },
  },
  {
    id: 'BP-13',
    applies: (facts) => declined(facts).length > 0,
    *check(facts, parameters) {
      const limit = limitsOf(facts, parameters);
      const high = readings(facts).find((reading) => !isHome(reading) && reaches(reading, limit));
      if (high === undefined) return;
      for (const { ref } of declined(facts)) {
        yield {
          itemRef: ref,
          message: 'High clinic reading, and ambulatory monitoring declined',
          parameters: figures(high),
        };
      }
    },
  },
  { id: 'BP-14', check: severalReadings },
  {
    id: 'BP-15',
    *check(facts) {
      const averages = facts.pressures.filter(({ kind }) => kind === 'averageAmbulatory');
      if (averages.length > 0 && reports(facts).length === 0)
        yield { itemRef: averages[0]!.ref, message: 'An ambulatory average without its report' };
      if (averages.length === 0 && reports(facts).length > 0)
        yield { itemRef: reports(facts)[0]!.ref, message: 'An ambulatory report without its average' };
    },
  },
  {
    id: 'BP-16',
    uses: ['observations'],
    applies: (facts) => isCombined(facts).length > 0,
    check: withCombinedPill,
  },
  {
    id: 'BP-17',
    needs: ['observations'],
    applies: (facts) => facts.pressures.length > 0,
    *check(facts, parameters) {
      const last = recordedPressure(facts, parameters.number('recordDays'));
      if (last === undefined) return;
      for (const reading of readings(facts)) {
        const change = Math.abs(reading.systolic - last.systolic);
        if (change > parameters.number('change'))
          yield {
            itemRef: reading.ref,
            message: `Systolic differs by ${change} from the last record`,
            parameters: {
              ...figures(reading),
              last: `${last.systolic}/${last.diastolic}`,
              on: last.effective,
            },
          };
      }
    },
  },
  {
    id: 'BP-18',
    *check(facts, parameters) {
      for (const { ref, value } of pulses(facts)) {
        if (value !== undefined && (value < parameters.number('min') || value > parameters.number('max'))) {
          yield { itemRef: ref, message: `Pulse ${value}`, parameters: { pulse: value } };
        }
      }
      for (const observation of facts.observations) {
        if (observation.code === code.irregularPulse)
          yield {
            itemRef: observation.ref,
            message: 'Irregular pulse',
            parameters: { code: observation.code },
          };
      }
    },
  },
  {
    id: 'BP-19',
    *check(facts, parameters) {
      for (const { ref, value } of pulses(facts)) {
        if (value !== undefined && (value < parameters.number('min') || value > parameters.number('max'))) {
          yield {
            itemRef: ref,
            message: `A pulse of ${value} is outside what is possible`,
            parameters: { pulse: value },
          };
        }
      }
    },
  },
  {
    id: 'BP-20',
    *check(facts) {
      for (const { ref, bodySites } of facts.pressures) {
        for (const site of bodySites) {
          const answer = facts.terminology.inValueSet('limb-site', site);
          if (answer === 'yes') continue;
          yield {
            itemRef: ref,
            message: `${site} is not known as a place to measure blood pressure`,
            parameters: { bodySite: site },
          };
        }
      }
    },
  },
];
