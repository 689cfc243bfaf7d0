// The files `gpc send report`, `update`, `vaccination` and `emergency-supply` take: what a system knows, as JSON, without patient
// and organisation. Unknown names are faults: a misspelt one would be left out silently. spec: messaging §5.3, §6.2, §7
import { z } from 'zod';

const words = z.string().min(1);
const code = z.strictObject({ code: z.string().regex(/^[\w-]+$/), display: words });
const moment = words.describe('date, or date and time with zone');

const practitioner = z.strictObject({
  family: words,
  given: z.array(words).optional(),
  title: words.optional(),
  sdsUserId: words.optional(),
  gphcNumber: words.optional(),
  phone: words.optional(),
  role: code.optional(),
});

const common = {
  patient: words.optional(),
  practitioners: z.array(practitioner).min(1).optional(),
  /** Today where left out. */
  seen: moment.optional(),
};

const unitQuantity = z.strictObject({ value: z.number(), unit: words, code: words });

const bloodPressure = z.strictObject({
  kind: z.enum([
    'examination',
    'lying',
    'standing',
    'sitting',
    'baseline',
    'average-ambulatory',
    'self-measured',
  ]),
  systolic: z.number(),
  diastolic: z.number(),
  bodySite: code.optional(),
  at: moment.optional(),
});

const measurement = z.strictObject({
  kind: z.enum(['pulse', 'temperature', 'height', 'height-self', 'weight', 'weight-self', 'bmi']),
  value: z.number(),
  unit: words.optional(),
  at: moment.optional(),
});

const supply = z.strictObject({
  status: z.enum(['completed', 'stopped']).default('completed'),
  medicine: code,
  supplyType: code.default({ code: 'patient-group-direction', display: 'Patient group direction' }),
  quantity: unitQuantity,
  daysSupply: z.number().optional(),
  handedOver: moment.optional(),
  dose: words,
  patientInstruction: words.optional(),
});

export const services = ['blood-pressure', 'contraception', 'minor-illness', 'urgent-supply'] as const;

export const consultationInput = z.strictObject({
  ...common,
  service: z.enum(services).optional(),
  encounterType: code.optional(),
  outcomeOfAttendance: code.optional(),
  clinicalSummary: words,
  headings: z
    .partialRecord(
      z.enum([
        'history',
        'red-flags',
        'information-and-advice-given',
        'plan-and-requested-actions',
        'signpost-details',
      ]),
      words,
    )
    .optional(),
  presentingComplaints: z
    .array(code.extend({ status: z.enum(['active', 'resolved']).optional() }))
    .optional(),
  bloodPressures: z.array(bloodPressure).optional(),
  measurements: z.array(measurement).optional(),
  irregularPulse: z.boolean().optional(),
  ambulatoryReport: z.strictObject({ title: words, file: words }).optional(),
  ambulatoryDeclined: z.boolean().optional(),
  pregnancy: z
    .strictObject({ status: z.enum(['pregnant', 'not-pregnant']), confirmedTerm: words })
    .optional(),
  supplies: z.array(supply).optional(),
  consentToShare: z.boolean().optional(),
});

export const vaccinationInput = z.strictObject({
  ...common,
  vaccinations: z.array(
    z.strictObject({
      given: z.boolean(),
      procedure: code,
      vaccine: code,
      date: moment.optional(),
      manufacturer: words.optional(),
      batch: words.optional(),
      expires: words.optional(),
      site: code.optional(),
      route: code.optional(),
      dose: unitQuantity.optional(),
      reason: code.optional(),
    }),
  ),
  consent: words.optional(),
  eligibility: words.optional(),
});

export const emergencySupplyInput = z.strictObject({
  ...common,
  supplies: z.array(
    z.strictObject({
      medicine: code,
      quantity: z.strictObject({ value: z.number(), unit: words, text: words }),
      handedOver: moment.optional(),
      dose: words,
      note: words.optional(),
    }),
  ),
  allergies: words.optional(),
  noKnownDrugAllergy: z.boolean().optional(),
  headings: z
    .partialRecord(
      z.enum(['referral', 'contacts', 'history', 'advice', 'plan', 'legal', 'distribution']),
      words,
    )
    .optional(),
});

const reportEntry = z.union([
  z.strictObject({ text: words }),
  z.strictObject({
    terminology: z.enum(['SNOMED CT', 'dm+d']),
    code: words,
    display: words,
    detail: words.optional(),
  }),
]);

export const reportInput = z.strictObject({
  ...common,
  /** It is printed with its time. */
  seen: z.iso.datetime({ offset: true, error: 'date and time with zone' }).optional(),
  title: words,
  sections: z.array(z.strictObject({ heading: words, entries: z.array(reportEntry).min(1) })).min(1),
});
