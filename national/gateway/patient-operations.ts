// The operations of mode C, and what each wants of its body: data, walked by patient-based.ts. spec: national-service §3.2, §21 rows 1–5
import {
  FhirSyntaxError,
  fromXml,
  parseJson,
  type ReadParameter,
  readParameters,
} from '@gp-connect/foundation/fhir';
import {
  dstu2System,
  type ErrorCode,
  type Interaction,
  interactionById,
  interactionId,
  isNhsNumber,
  refusal,
  system,
} from '@gp-connect/foundation/nhs';
import { type Answer, fhirAnswer } from './answers.ts';

export interface PatientOperation {
  /** What follows `/patient/`. */
  readonly name: string;
  readonly interaction: Interaction;
  /** Path under the service root. */
  readonly forwardedAs: string;
  readonly dialect: 'stu3' | 'dstu2';
  readonly nhsNumberSystem: string;
  readonly errors: {
    readonly missing: ErrorCode;
    readonly repeated: ErrorCode;
    readonly wrongSystem: ErrorCode;
    readonly mediaType: ErrorCode;
  };
}

const stu3 = {
  dialect: 'stu3',
  nhsNumberSystem: system.nhsNumber,
  errors: {
    missing: 'INVALID_PARAMETER',
    repeated: 'INVALID_PARAMETER',
    wrongSystem: 'INVALID_PARAMETER',
    mediaType: 'UNSUPPORTED_MEDIA_TYPE',
  },
} as const;

const dstu2 = {
  dialect: 'dstu2',
  nhsNumberSystem: dstu2System.nhsNumber,
  errors: {
    missing: 'BAD_REQUEST',
    repeated: 'BAD_REQUEST',
    wrongSystem: 'INVALID_IDENTIFIER_SYSTEM',
    mediaType: 'BAD_REQUEST',
  },
} as const;

/** Migration is not among them: the requester is the practice PDS shows now, the record lies at the one before. */
export const patientOperations: readonly PatientOperation[] = [
  {
    name: '$gpc.getstructuredrecord',
    interaction: interactionById(interactionId.structuredRecord)!,
    forwardedAs: '/Patient/$gpc.getstructuredrecord',
    ...stu3,
  },
  {
    name: '$gpc.getcarerecord',
    interaction: interactionById(interactionId.careRecordHtml)!,
    forwardedAs: '/Patient/$gpc.getcarerecord',
    ...dstu2,
  },
];

/** Rows 1 to 5: the NHS number of a Parameters body, or the first refusal. Nothing else in it is judged. */
export function nhsNumberOf(
  operation: PatientOperation,
  body: Buffer,
  format: 'json' | 'xml',
): { nhsNumber: string } | { answer: Answer } {
  const { dialect, errors, nhsNumberSystem } = operation;
  const refuse = (row: string, code: ErrorCode, diagnostics: string) => ({
    answer: fhirAnswer(row, refusal(code, diagnostics), dialect),
  });

  const parameters = readBody(body, format, operation.interaction.fhir);
  if (!parameters) return refuse('1', 'BAD_REQUEST', 'Invalid JSON body sent in request');
  const named = parameters.filter(({ name }) => name === 'patientNHSNumber');
  const [only] = named;
  if (!only) return refuse('2', errors.missing, 'The parameter patientNHSNumber is missing');
  if (named.length > 1)
    return refuse('5', errors.repeated, 'The parameter patientNHSNumber stands more than once');
  const identifier = only.value?.key === 'valueIdentifier' ? only.value.value : undefined;
  if (typeof identifier !== 'object' || identifier === null) {
    return refuse('2', errors.missing, 'The parameter patientNHSNumber has no valueIdentifier');
  }
  const { system: of, value } = identifier as { system?: unknown; value?: unknown };
  if (of !== nhsNumberSystem) {
    return refuse(
      '4',
      errors.wrongSystem,
      `The identifier system of patientNHSNumber must be ${nhsNumberSystem}`,
    );
  }
  if (!isNhsNumber(value)) {
    return refuse('3', 'INVALID_NHS_NUMBER', 'The value of patientNHSNumber is not a valid NHS number');
  }
  return { nhsNumber: value };
}

function readBody(body: Buffer, format: 'json' | 'xml', fhir: 'STU3' | 'DSTU2'): ReadParameter[] | null {
  try {
    return [...readParameters(format === 'xml' ? fromXml(body, fhir) : parseJson(body))];
  } catch (error) {
    if (error instanceof FhirSyntaxError) return null;
    throw error;
  }
}
