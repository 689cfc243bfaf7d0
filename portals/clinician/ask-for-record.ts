// Asks for one patient's record through the gateway (mode C) and reads it; all of it, or an error.
// spec: national-service §3.2–3.3; access-record-structured §3, §15
import {
  byPatient,
  demographicDifferences,
  readRecord,
  recordAnswer,
  structuredParameters,
  type TracedPatient,
  trends,
} from '@gp-connect/consumer';
import { type ClinicalArea, clinicalAreaNames } from '@gp-connect/foundation/nhs';
import type { Desk } from './desk.ts';
import type { OpenRecord } from './record-shelf.ts';
import type { StaffSession } from './staff-session.ts';

/**
 * `trace` names the exchange for the support desks of everyone involved.
 * @throws RequestRefusedError, UnusableAnswerError, ServiceUnavailableError, or a timeout of the whole exchange
 */
export async function askForRecord(
  desk: Desk,
  session: StaffSession,
  patient: { readonly handle: string; readonly traced: TracedPatient },
  areas: readonly ClinicalArea[] | null,
  trace: string,
): Promise<OpenRecord> {
  const { identity, accessToken } = session.state;
  const { traced, handle } = patient;
  const asked = areas ?? clinicalAreaNames;
  const answer = await byPatient(desk.connections, desk.settings.gateway, {
    operation: '$gpc.getstructuredrecord',
    organisation: identity.organisation.ods,
    accessToken,
    trace,
    body: structuredParameters({ nhsNumber: traced.nhsNumber, areas: asked }),
    signal: AbortSignal.timeout(desk.settings.recordTimeoutSeconds * 1000),
  });
  const largestBytes = desk.settings.largestRecordMegabytes * 1024 * 1024;
  const { bundle, bytes } = await recordAnswer(answer, { nhsNumber: traced.nhsNumber, largestBytes });
  const view = readRecord(bundle);
  return {
    handle,
    view,
    trends: trends(view),
    asked,
    differences: demographicDifferences(view, traced.patient, traced.practice),
    retrievedAt: desk.clock(),
    trace,
    bytes,
    acknowledged: false,
  };
}
