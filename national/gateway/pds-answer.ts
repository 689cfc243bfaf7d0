// What PDS said about a patient, as far as routing needs it. spec: national-service §3.4 steps 4–5, RTE-12a…12g; foundations §17.3, §17.7
import { system } from '@gp-connect/foundation/nhs';
import { DirectoryUnavailable } from './directory-access.ts';

export type PdsFinding =
  /** Unknown, invalidated, superseded, restricted: one and the same to the client. */
  | { readonly kind: 'not-available'; readonly why: 'unknown' | 'superseded' | 'restricted' }
  | {
      readonly kind: 'patient';
      readonly practices: readonly RegisteredPractice[];
      /** `yyyy-mm-dd`, or null while alive. */
      readonly deceasedOn: string | null;
    };

export interface RegisteredPractice {
  readonly ods: string;
  readonly start: string | null;
  readonly end: string | null;
}

interface PdsPatient {
  resourceType?: unknown;
  id?: unknown;
  meta?: { security?: { code?: unknown }[] };
  deceasedDateTime?: unknown;
  generalPractitioner?: {
    identifier?: { system?: unknown; value?: unknown; period?: { start?: unknown; end?: unknown } };
  }[];
}

/** @throws DirectoryUnavailable for an answer PDS should not give */
export function readPdsAnswer(answer: { status: number; body: unknown }, asked: string): PdsFinding {
  if (answer.status === 404) return { kind: 'not-available', why: 'unknown' };
  if (answer.status === 400) {
    // Older prototypes answer so for an unknown number; its form was checked before.
    if (codeOf(answer.body) === 'INVALID_RESOURCE_ID') return { kind: 'not-available', why: 'unknown' };
    throw new DirectoryUnavailable('PDS', 'status 400');
  }
  const patient = answer.body as PdsPatient;
  if (patient.resourceType !== 'Patient')
    throw new DirectoryUnavailable('PDS', 'an answer that is not a Patient');
  if (patient.id !== asked) return { kind: 'not-available', why: 'superseded' };
  const restricted = (patient.meta?.security ?? []).some(({ code }) => code === 'R' || code === 'V');
  if (restricted) return { kind: 'not-available', why: 'restricted' };
  return {
    kind: 'patient',
    practices: (patient.generalPractitioner ?? []).flatMap(({ identifier }) => {
      const ods = typeof identifier?.value === 'string' ? identifier.value.trim().toUpperCase() : '';
      if (identifier?.system !== system.odsOrganisation || ods === '') return [];
      return [{ ods, start: dayOf(identifier.period?.start), end: dayOf(identifier.period?.end) }];
    }),
    deceasedOn: dayOf(patient.deceasedDateTime),
  };
}

/** The practice registered with today, `yyyy-mm-dd`; where several cover the day, the latest begun. */
export function currentPractice(practices: readonly RegisteredPractice[], today: string): string | null {
  const covering = practices.filter(({ start, end }) => (start ?? '') <= today && (end ?? '9999') >= today);
  return latest(covering);
}

/** The practice last registered with, for the statutory review of a death (RTE-12g). */
export function lastPractice(practices: readonly RegisteredPractice[], today: string): string | null {
  return currentPractice(practices, today) ?? latest(practices);
}

function latest(practices: readonly RegisteredPractice[]): string | null {
  return practices.toSorted((a, b) => (b.start ?? '').localeCompare(a.start ?? ''))[0]?.ods ?? null;
}

function dayOf(value: unknown): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null;
}

function codeOf(body: unknown): unknown {
  const issue = (body as { issue?: { details?: { coding?: { code?: unknown }[] } }[] }).issue?.[0];
  return issue?.details?.coding?.[0]?.code;
}
