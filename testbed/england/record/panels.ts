// Laboratory panels: which analytes make a report, their units and reference ranges.
// spec: access-record-structured §11.9

export interface Analyte {
  readonly conceptId: string;
  readonly unit: string;
  readonly low?: number;
  readonly high?: number;
  /** A range the laboratory writes as text. */
  readonly rangeText?: string;
  readonly decimals: number;
  /** The usual value of a healthy adult and how it spreads. */
  readonly usual: number;
  readonly spread: number;
  /** The trait of the person that replaces `usual`, where there is one. */
  readonly trait?: string;
}

export interface Panel {
  /** The group header; absent for a standalone result. */
  readonly group?: string;
  readonly title: string;
  readonly analytes: readonly Analyte[];
}

const a = (
  conceptId: string,
  unit: string,
  low: number | undefined,
  high: number | undefined,
  decimals: number,
  usual: number,
  spread: number,
  trait?: string,
): Analyte => ({
  conceptId,
  unit,
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
  decimals,
  usual,
  spread,
  ...(trait === undefined ? {} : { trait }),
});

export const panels = {
  fullBloodCount: {
    group: '1022441000000101',
    title: 'Full blood count',
    analytes: [
      a('1022431000000105', 'g/L', 120, 170, 0, 141, 9, 'haemoglobin'),
      a('1022541000000102', '10*9/L', 4, 11, 1, 6.8, 1.4),
      a('1022651000000100', '10*9/L', 150, 410, 0, 262, 45),
      a('1022491000000106', 'fL', 83, 101, 0, 91, 3.5, 'mcv'),
      a('1022551000000104', '10*9/L', 2, 7, 1, 4.1, 1),
    ],
  },
  renal: {
    group: '1000971000000107',
    title: 'Urea and electrolytes',
    analytes: [
      a('1000661000000107', 'mmol/L', 133, 146, 0, 140, 2.2),
      a('1000651000000109', 'mmol/L', 3.5, 5.3, 1, 4.4, 0.3),
      a('1000731000000107', 'umol/L', 50, 110, 0, 78, 8, 'creatinine'),
      {
        ...a('1011481000000105', 'mL/min/{1.73_m2}', undefined, undefined, 0, 84, 3, 'egfr'),
        rangeText: '>60',
      },
    ],
  },
  liver: {
    group: '997531000000108',
    title: 'Liver function test',
    analytes: [
      a('1018251000000107', 'U/L', 5, 45, 0, 24, 7),
      a('1000621000000104', 'U/L', 30, 130, 0, 72, 14),
      a('999691000000104', 'umol/L', 0, 21, 0, 9, 3),
      a('1000821000000103', 'g/L', 35, 50, 0, 43, 2.4),
    ],
  },
  lipids: {
    group: '1005661000000103',
    title: 'Serum lipids',
    analytes: [
      a('1005671000000105', 'mmol/L', undefined, 5, 1, 5.1, 0.5, 'cholesterol'),
      a('1005681000000107', 'mmol/L', 1, undefined, 1, 1.4, 0.2),
      a('1028551000000102', '1', undefined, 4, 1, 3.6, 0.4),
    ],
  },
  thyroid: {
    group: undefined,
    title: 'Thyroid stimulating hormone',
    analytes: [a('1022791000000101', 'm[IU]/L', 0.3, 4.2, 1, 1.9, 0.5, 'tsh')],
  },
  hba1c: {
    group: undefined,
    title: 'HbA1c',
    analytes: [a('999791000000106', 'mmol/mol', 20, 41, 0, 36, 2, 'hba1c')],
  },
  crp: {
    group: undefined,
    title: 'C reactive protein',
    analytes: [a('1001371000000100', 'mg/L', 0, 5, 0, 3, 1.2)],
  },
  ferritin: {
    group: undefined,
    title: 'Ferritin',
    analytes: [a('993381000000106', 'ug/L', 15, 200, 0, 80, 25, 'ferritin')],
  },
  inr: {
    group: undefined,
    title: 'International normalised ratio',
    analytes: [{ ...a('165581004', '1', undefined, undefined, 1, 2.5, 0.4), rangeText: 'Target 2.0 to 3.0' }],
  },
  albuminCreatinine: {
    group: undefined,
    title: 'Urine albumin:creatinine ratio',
    analytes: [
      { ...a('1023491000000104', 'mg/mmol', undefined, undefined, 1, 1.6, 0.6, 'acr'), rangeText: '<3' },
    ],
  },
} as const satisfies Record<
  string,
  { group: string | undefined; title: string; analytes: readonly Analyte[] }
>;

export type PanelKey = keyof typeof panels;
