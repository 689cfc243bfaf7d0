// OperationOutcome bodies in each dialect the estate speaks. spec: foundations §6.4, §10.1, §16, §17.6
import { randomUUID } from 'node:crypto';
import type { Refusal } from './errors.ts';
import { dstu2OperationOutcomeProfile, dstu2System, operationOutcomeProfile, system } from './systems.ts';

interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  code: string;
  details: { coding: { system: string; version?: string; code: string; display: string }[]; text?: string };
  diagnostics?: string;
}

export interface OutcomeBody {
  resourceType: 'OperationOutcome';
  id?: string;
  meta?: { profile: string[] };
  issue: Issue[];
}

/** A provider's error in STU3 (1.x) or DSTU2 (0.x) form. spec: foundations §10.1 */
export function operationOutcome(refusal: Refusal, dialect: 'stu3' | 'dstu2' = 'stu3'): OutcomeBody {
  const stu3 = dialect === 'stu3';
  return {
    resourceType: 'OperationOutcome',
    meta: { profile: [stu3 ? operationOutcomeProfile : dstu2OperationOutcomeProfile] },
    issue: [
      {
        severity: 'error',
        code: refusal.issueType,
        details: {
          coding: [
            {
              system: stu3 ? system.spineError : dstu2System.error,
              code: refusal.code,
              display: refusal.display,
            },
          ],
        },
        diagnostics: refusal.diagnostics,
      },
    ],
  };
}

/** Something the answer could not do, inside a 200. spec: access-record-structured §3.3, §9.3 */
export function notImplementedWarning(text: string, diagnostics: string): Issue {
  return {
    severity: 'warning',
    code: 'not-supported',
    details: {
      coding: [{ system: system.spineError, code: 'NOT_IMPLEMENTED', display: 'Not implemented' }],
      text,
    },
    diagnostics,
  };
}

/** An error the national proxy made itself: no profile, the status as code. spec: foundations §6.4 */
export function proxyOutcome(status: number, issueType: string, text: string): OutcomeBody {
  if (status === 405) {
    return {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'fatal',
          code: 'forbidden',
          details: {
            coding: [
              {
                system: 'https://fhir.nhs.uk/StructureDefinition/spine-operationoutcome-1',
                code: '405',
                display: '405: Method Not Allowed',
              },
            ],
          },
        },
      ],
    };
  }
  return {
    resourceType: 'OperationOutcome',
    id: randomUUID(),
    issue: [
      {
        severity: 'error',
        code: issueType,
        details: { coding: [{ system: system.sspError, code: String(status), display: text }] },
        diagnostics: text,
      },
    ],
  };
}

/** The directory's own errors (PDS and SDS FHIR R4). spec: foundations §16, §17.6 */
export function directoryOutcome(issue: {
  id?: string;
  severity?: Issue['severity'];
  issueType: string;
  system: string;
  version?: string;
  code: string;
  display: string;
  diagnostics?: string;
}): OutcomeBody {
  return {
    resourceType: 'OperationOutcome',
    ...(issue.id ? { id: issue.id } : {}),
    issue: [
      {
        severity: issue.severity ?? 'error',
        code: issue.issueType,
        details: {
          coding: [
            {
              system: issue.system,
              ...(issue.version ? { version: issue.version } : {}),
              code: issue.code,
              display: issue.display,
            },
          ],
        },
        ...(issue.diagnostics ? { diagnostics: issue.diagnostics } : {}),
      },
    ],
  };
}
