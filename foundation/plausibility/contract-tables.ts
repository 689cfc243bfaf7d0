// The code tables of Update Record that rules compare with: not thresholds, but what the interface allows.
// spec: messaging §6.1, §6.3, §6.4

export const service = {
  bloodPressure: '1659111000000107',
  contraception: '1659121000000101',
  minorIllness: '1577041000000109',
  urgentSupply: '1577321000000100',
} as const;

export const code = {
  pregnant: '77386006',
  notPregnant: '60001007',
  ambulatoryDeclined: '861231000000105',
  ambulatoryReport: '725956001',
  pulse: '78564009',
  heartRate: '364075005',
  irregularPulse: '61086009',
  temperature: '703421000',
  height: '50373000',
  standingHeight: '248333004',
  selfReportedHeight: '1162419008',
  weight: '27113001',
  selfReportedWeight: '784399000',
  bodyMassIndex: '60621009',
} as const;

/** What an observation measures, and the UCUM units allowed for it. */
export type Quantity = 'pulse' | 'temperature' | 'height' | 'weight' | 'bodyMassIndex';

export const quantityOf: Readonly<Record<string, Quantity>> = {
  [code.pulse]: 'pulse',
  [code.heartRate]: 'pulse',
  [code.temperature]: 'temperature',
  [code.height]: 'height',
  [code.standingHeight]: 'height',
  [code.selfReportedHeight]: 'height',
  [code.weight]: 'weight',
  [code.selfReportedWeight]: 'weight',
  [code.bodyMassIndex]: 'bodyMassIndex',
};

/** Allowed units with the factor and offset to the unit rules reckon in: /min, °C, cm, kg, kg/m². */
export const unitsOf: Readonly<Record<Quantity, Readonly<Record<string, (value: number) => number>>>> = {
  pulse: { '{beats}/min': (value) => value },
  temperature: { Cel: (value) => value, '[degF]': (value) => ((value - 32) * 5) / 9 },
  height: { cm: (value) => value, '[in_i]': (value) => value * 2.54 },
  weight: { kg: (value) => value, g: (value) => value / 1000, '[lb_av]': (value) => value * 0.45359237 },
  bodyMassIndex: { 'kg/m2': (value) => value },
};

export const bloodPressureUnit = 'mm[Hg]';
export const selfReported: ReadonlySet<string> = new Set([code.selfReportedHeight, code.selfReportedWeight]);

export type PressureKind =
  | 'examination'
  | 'lying'
  | 'standing'
  | 'sitting'
  | 'baseline'
  | 'averageAmbulatory'
  | 'selfMeasured';

export interface PressureRow {
  readonly kind: PressureKind;
  readonly header: string;
  readonly systolic: string;
  readonly diastolic: string;
}

const row = (kind: PressureKind, header: string, systolic: string, diastolic: string): PressureRow => ({
  kind,
  header,
  systolic,
  diastolic,
});

/** The allowed triples of header, systolic and diastolic. */
export const pressureRows: readonly PressureRow[] = [
  row('examination', '163020007', '72313002', '1091811000000102'),
  row('examination', '163020007', '72313002', '271650006'),
  row('examination', '163020007', '271649006', '271650006'),
  row('lying', '163033001', '407556006', '407557002'),
  row('standing', '163034007', '400974009', '400975005'),
  row('sitting', '163035008', '407554009', '407555005'),
  row('baseline', '928021000000108', '716579001', '716632005'),
  row('averageAmbulatory', '2181371000000107', '2181381000000109', '2181391000000106'),
  row('selfMeasured', '335661000000109', '1162737008', '1162735000'),
];

/** The older header: any pair may stand under it. */
export const genericPressureHeader = '75367002';
export const pressureHeaders: ReadonlySet<string> = new Set([
  genericPressureHeader,
  ...pressureRows.map(({ header }) => header),
]);
export const systolicCodes: ReadonlySet<string> = new Set(pressureRows.map(({ systolic }) => systolic));
export const diastolicCodes: ReadonlySet<string> = new Set(pressureRows.map(({ diastolic }) => diastolic));
/** Day and night values of an ambulatory measurement: kept in the raw message, never judged. */
export const ignoredComponents: ReadonlySet<string> = new Set([
  '2181401000000109',
  '2181411000000106',
  '2181421000000100',
  '2181431000000103',
]);
/** Kinds measured by the patient or over a day: other limits hold for them. */
export const homeKinds: ReadonlySet<PressureKind> = new Set(['averageAmbulatory', 'selfMeasured']);

export const headingSystem = 'https://fhir.nhs.uk/CodeSystem/RecordStandardHeadings';
export const supplyUnder = { groupDirection: 'patient-group-direction' } as const;
