// The observations an Update Record message may carry: codes, terms, units. spec: messaging §6.4
import type { BloodPressureKind, CodeInput, MeasurementKind } from './input.ts';

export interface BloodPressureCodes {
  readonly header: CodeInput;
  readonly systolic: CodeInput;
  readonly diastolic: CodeInput;
}

const code = (of: string, display: string): CodeInput => ({ code: of, display });
const pressure = (
  header: readonly [string, string],
  systolic: readonly [string, string],
  diastolic: readonly [string, string],
): BloodPressureCodes => ({
  header: code(...header),
  systolic: code(...systolic),
  diastolic: code(...diastolic),
});

export const bloodPressureCodes: Readonly<Record<BloodPressureKind, BloodPressureCodes>> = {
  examination: pressure(
    ['163020007', 'O/E - blood pressure reading'],
    ['72313002', 'Systolic arterial pressure'],
    ['1091811000000102', 'Diastolic arterial pressure'],
  ),
  lying: pressure(
    ['163033001', 'Lying blood pressure reading'],
    ['407556006', 'Lying systolic blood pressure'],
    ['407557002', 'Lying diastolic blood pressure'],
  ),
  standing: pressure(
    ['163034007', 'Standing blood pressure reading'],
    ['400974009', 'Standing systolic blood pressure'],
    ['400975005', 'Standing diastolic blood pressure'],
  ),
  sitting: pressure(
    ['163035008', 'Sitting blood pressure reading'],
    ['407554009', 'Sitting systolic blood pressure'],
    ['407555005', 'Sitting diastolic blood pressure'],
  ),
  baseline: pressure(
    ['928021000000108', 'Baseline blood pressure'],
    ['716579001', 'Baseline systolic blood pressure'],
    ['716632005', 'Baseline diastolic blood pressure'],
  ),
  'average-ambulatory': pressure(
    ['2181371000000107', 'Average ambulatory blood pressure'],
    ['2181381000000109', 'Average ambulatory systolic blood pressure'],
    ['2181391000000106', 'Average ambulatory diastolic blood pressure'],
  ),
  'self-measured': pressure(
    ['335661000000109', 'Self measured blood pressure reading'],
    ['1162737008', 'Self reported systolic blood pressure'],
    ['1162735000', 'Self reported diastolic blood pressure'],
  ),
};

export interface MeasurementCodes extends CodeInput {
  /** UCUM code and written unit; the first is the default. */
  readonly units: readonly (readonly [code: string, unit: string])[];
}

const centimetre = ['cm', 'centimeter'] as const;
const inch = ['[in_i]', 'inch'] as const;
const masses = [
  ['kg', 'kilogram'],
  ['g', 'gram'],
  ['[lb_av]', 'pound'],
] as const;

export const measurementCodes: Readonly<Record<MeasurementKind, MeasurementCodes>> = {
  pulse: { ...code('78564009', 'Pulse rate'), units: [['{beats}/min', 'per minute']] },
  temperature: {
    ...code('703421000', 'Temperature'),
    units: [
      ['Cel', 'degree Celsius'],
      ['[degF]', 'degree Fahrenheit'],
    ],
  },
  height: { ...code('50373000', 'Body height measure'), units: [centimetre, inch] },
  'height-self': { ...code('1162419008', 'Self reported body height'), units: [centimetre, inch] },
  weight: { ...code('27113001', 'Body weight'), units: masses },
  'weight-self': { ...code('784399000', 'Self reported body weight'), units: masses },
  bmi: { ...code('60621009', 'Body mass index'), units: [['kg/m2', 'kilogram per square meter']] },
};

/** Findings without a value, and the report of an ambulatory measurement. */
export const findingCodes = {
  irregularPulse: code('61086009', 'Pulse irregular'),
  ambulatoryDeclined: code('861231000000105', 'Ambulatory blood pressure monitoring declined'),
  ambulatoryReport: code('725956001', 'Ambulatory blood pressure monitoring report'),
} as const;

/** The two pregnancy statuses, each with the only term that may stand beside its code. spec: messaging §10.4 PG-01 */
export const pregnancyCodes = {
  pregnant: code('77386006', 'Patient currently pregnant'),
  'not-pregnant': code('60001007', 'Not pregnant'),
} as const;

export const millimetreOfMercury = ['mm[Hg]', 'millimeter of mercury'] as const;
