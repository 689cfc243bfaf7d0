// The patient of a message as PDS holds them: a script gives the NHS number and nothing else. spec: messaging §5.1 S2
import type { TracedPatient } from '../client/index.ts';
import type { PatientInput } from '../messages/index.ts';

const genders: readonly string[] = ['male', 'female', 'other', 'unknown'];

export function patientFromPds({ patient, nhsNumber }: TracedPatient): PatientInput {
  const name = patient.name?.find(({ use }) => use === 'usual') ?? patient.name?.[0];
  const postcode = patient.address?.find(({ use }) => use === 'home')?.postalCode;
  const title = name?.prefix?.[0];
  return {
    nhsNumber,
    family: name?.family ?? '',
    given: name?.given ?? [],
    ...(title ? { title } : {}),
    birthDate: patient.birthDate ?? '',
    gender: (genders.includes(patient.gender ?? '') ? patient.gender : 'unknown') as PatientInput['gender'],
    ...(postcode ? { postcode } : {}),
  };
}
