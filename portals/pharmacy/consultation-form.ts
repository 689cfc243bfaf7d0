// What was typed into the consultation form, read into a message's input or into faults a person can put right.
// spec: messaging §6.2–§6.4; sender checks of the consumer's composer come after these
import {
  type CodeInput,
  pregnancyCodes,
  type SupplyInput,
  type TracedPatient,
  type UpdateRecordInput,
} from '@gp-connect/consumer';
import type { StaffIdentity } from '@gp-connect/foundation/trust';
import type { Fields, FormFault } from '../kit/index.ts';
import { complaints, jobRoles, services, units } from './choices.ts';

type Name = keyof typeof measurements;

/** Fields of the form that are measurements. */
export const measurements = {
  pulse: { label: 'Pulse (beats a minute)', unit: '{beats}/min' },
  temperature: { label: 'Temperature (°C)', unit: 'Cel' },
} as const;

export interface FormContext {
  readonly identity: StaffIdentity;
  readonly pharmacy: { readonly ods: string; readonly name: string; readonly phone?: string | undefined };
  readonly traced: TracedPatient;
  readonly medicines: readonly CodeInput[];
}

export type Consultation = { readonly input: UpdateRecordInput } | { readonly faults: readonly FormFault[] };

/** Faults name the field of the form they belong to. */
export function parseConsultation(fields: Fields, context: FormContext): Consultation {
  const faults: FormFault[] = [];
  const fault = (field: string, text: string) => {
    faults.push({ field, text });
  };
  const given = (name: string) => (fields[name] ?? '').trim();
  const number = (name: string, what: string): number | undefined => {
    const typed = given(name);
    if (typed === '') return undefined;
    if (!/^\d{1,4}(\.\d{1,2})?$/.test(typed)) fault(name, `${what} must be a number`);
    return Number(typed);
  };
  const chosen = (name: string, list: readonly CodeInput[]) => list.find(({ code }) => code === given(name));
  const need = <Value>(name: string, value: Value | undefined, text: string): Value | undefined => {
    if (value === undefined || value === '') fault(name, text);
    return value;
  };

  const service = need(
    'service',
    services.find(({ value }) => value === given('service'))?.value,
    'Choose the service',
  );
  const role = need('role', chosen('role', jobRoles), 'Choose your role');
  if (!/^\d{7}$/.test(given('gphc'))) fault('gphc', 'Enter your GPhC number: seven digits');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(given('seen')))
    fault('seen', 'Enter the date as year-month-day, such as 2026-03-31');
  need('summary', given('summary') || undefined, 'Enter the clinical summary: reason, findings, outcome');
  const complaint = chosen('complaint', complaints);

  const systolic = number('systolic', 'The systolic pressure');
  const diastolic = number('diastolic', 'The diastolic pressure');
  if ((systolic === undefined) !== (diastolic === undefined))
    fault(systolic === undefined ? 'systolic' : 'diastolic', 'Enter both blood pressures, or none');
  const measured = (Object.keys(measurements) as Name[]).flatMap((kind) => {
    const value = number(kind, measurements[kind].label);
    return value === undefined ? [] : [{ kind, value, unit: measurements[kind].unit }];
  });
  const status = pregnancyStatus(given('pregnancy'));
  if (given('pregnancy') === '') fault('pregnancy', 'Choose what you record about pregnancy');
  const supply = parseSupply();
  if (faults.length > 0) return { faults };

  const headings = Object.fromEntries(
    (['history', 'red-flags', 'information-and-advice-given'] as const).flatMap((name) =>
      given(name) ? [[name, given(name)]] : [],
    ),
  );
  return {
    input: {
      patient: patientOf(context.traced),
      organisation: {
        ods: context.pharmacy.ods,
        name: context.pharmacy.name,
        ...(context.pharmacy.phone ? { phone: context.pharmacy.phone } : {}),
      },
      practitioners: [
        {
          family: context.identity.name.family,
          given: context.identity.name.given,
          sdsUserId: context.identity.userId,
          gphcNumber: given('gphc'),
          role: role!,
        },
      ],
      service: service!,
      seen: given('seen'),
      clinicalSummary: given('summary'),
      headings,
      ...(complaint ? { presentingComplaints: [complaint] } : {}),
      ...(systolic !== undefined && diastolic !== undefined
        ? { bloodPressures: [{ kind: 'sitting' as const, systolic, diastolic }] }
        : {}),
      ...(measured.length > 0 ? { measurements: measured } : {}),
      // The term was chosen by its words; the words are confirmed once more before sending. spec: SG-20
      ...(status ? { pregnancy: { status, confirmedTerm: pregnancyCodes[status].display } } : {}),
      ...(supply ? { supplies: [supply] } : {}),
    },
  };

  function parseSupply(): SupplyInput | undefined {
    if (given('medicine') === '') return undefined;
    const medicine = need('medicine', chosen('medicine', context.medicines), 'Choose the medicine');
    const unit = need('unit', chosen('unit', units), 'Choose what was counted');
    const value = number('quantity', 'The quantity');
    if (!value) fault('quantity', 'Enter how many were supplied');
    const days = number('days', 'The days of supply');
    need('dose', given('dose') || undefined, 'Enter the dose in words');
    return {
      status: 'completed',
      medicine: medicine ?? { code: '', display: '' },
      supplyType: { code: 'patient-group-direction', display: 'Patient group direction' },
      quantity: { value: value ?? 0, unit: unit?.display ?? '', code: unit?.code ?? '' },
      ...(days ? { daysSupply: days } : {}),
      handedOver: given('seen'),
      dose: given('dose'),
    };
  }
}

export const pregnancyStatus = (chosen: string): 'pregnant' | 'not-pregnant' | undefined =>
  chosen === 'pregnant' || chosen === 'not-pregnant' ? chosen : undefined;

const genders: readonly string[] = ['male', 'female', 'other', 'unknown'];

/** The patient as PDS holds them. */
function patientOf({ patient, nhsNumber }: TracedPatient): UpdateRecordInput['patient'] {
  const name = patient.name?.find(({ use }) => use === 'usual') ?? patient.name?.[0];
  const postcode = patient.address?.find(({ use }) => use === 'home')?.postalCode;
  const gender = genders.includes(patient.gender ?? '') ? patient.gender : 'unknown';
  return {
    nhsNumber,
    family: name?.family ?? '',
    given: name?.given ?? [],
    birthDate: patient.birthDate ?? '',
    gender: gender as UpdateRecordInput['patient']['gender'],
    ...(postcode ? { postcode } : {}),
  };
}

const formFields: readonly (readonly [pattern: RegExp, field: string])[] = [
  [/^practitioners\[0\]\.gphcNumber/, 'gphc'],
  [/^practitioners/, 'role'],
  [/^seen/, 'seen'],
  [/^clinicalSummary/, 'summary'],
  [/^presentingComplaints/, 'complaint'],
  [/^bloodPressures.*diastolic/, 'diastolic'],
  [/^bloodPressures/, 'systolic'],
  [/^supplies\[0\]\.handedOver/, 'seen'],
  [/^supplies\[0\]\.quantity/, 'quantity'],
  [/^supplies\[0\]\.days/, 'days'],
  [/^supplies\[0\]\.dose/, 'dose'],
  [/^supplies/, 'medicine'],
  [/^pregnancy/, 'pregnancy'],
];

/** A problem the sender found, at the field of the form it is about. */
export const atField = ({ field, message }: { field: string; message: string }): FormFault => ({
  field: formFields.find(([pattern]) => pattern.test(field))?.[1] ?? 'form',
  text: message,
});
