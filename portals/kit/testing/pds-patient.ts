// For tests: what PDS answers about a made-up person. spec: foundations §17

/** A patient as PDS answers. */
export function pdsPatient(
  person: {
    readonly nhsNumber: string;
    readonly family: string;
    readonly given: readonly string[];
    readonly gender: string;
    readonly birthDate: string;
    readonly practice?: string;
  },
  extra: object = {},
): { body: object } {
  const { nhsNumber, family, given, gender, birthDate, practice } = person;
  return {
    body: {
      resourceType: 'Patient',
      id: nhsNumber,
      meta: { security: [{ code: 'U', display: 'unrestricted' }] },
      name: [{ use: 'usual', family, given: [...given] }],
      gender,
      birthDate,
      address: [{ use: 'home', line: ['4 Fell View', 'Northmoor'], postalCode: 'NM1 4ZZ' }],
      ...(practice
        ? {
            generalPractitioner: [
              { type: 'Organization', identifier: { value: practice, period: { start: '2010-01-01' } } },
            ],
          }
        : {}),
      ...extra,
    },
  };
}
