// A practice's recalls for its own users: what is listed, deciding it, and who had read it meanwhile.
// spec: national-service INC-07, INC-08, INC-12; docs/recall.md
import { parseJson } from '@gp-connect/foundation/fhir';
import type { FastifyInstance, FastifyRequest } from '@gp-connect/foundation/http';
import { sql } from '@gp-connect/foundation/store';
import { z } from 'zod';
import type { Records } from '../record/index.ts';
import type { Reviewer } from './decide.ts';
import type { RecallDesk } from './desk.ts';
import type { RecallItem } from './items.ts';
import { RecallRefusal } from './refusal.ts';

/** A signed-in user of a practice, as its staff sign-in says them. */
export interface PracticeUser {
  readonly id: string;
  readonly name: string;
  readonly practice: string;
  readonly roles: readonly string[];
}

export interface PracticeRecallRoutes {
  readonly desk: RecallDesk;
  readonly records: Records;
  /** Who a bearer token belongs to. */
  readonly staff: (authorization: string | undefined) => Promise<PracticeUser | undefined>;
  readonly isHosted: (ods: string) => Promise<boolean>;
}

/** What a role within the practice is in national-service §1; the first that a user has counts. */
const roles: readonly (readonly [string, string])[] = [
  ['clinician', 'practice.clinician'],
  ['lead', 'practice.admin'],
  ['privacy', 'practice.privacy-officer'],
];
/** Names of users who read are for these. */
const exposureReaders: readonly string[] = [
  'practice.clinician',
  'practice.admin',
  'practice.privacy-officer',
];

const decisions = z.strictObject({
  decisions: z
    .array(
      z.discriminatedUnion('decision', [
        z.strictObject({
          entry: z.string().min(1).max(100),
          decision: z.enum(['entered-in-error', 'confirm-correct']),
          reason: z.string().trim().min(1).max(500),
        }),
        z.strictObject({
          entry: z.string().min(1).max(100),
          decision: z.literal('correct'),
          correction: z.union([
            z.strictObject({ code: z.string().regex(/^\d{6,18}$/), display: z.string().min(1).max(300) }),
            z.strictObject({ textOnly: z.literal(true) }),
          ]),
          reason: z.string().trim().min(1).max(500),
        }),
      ]),
    )
    .min(1)
    .max(500),
});

type Asked = FastifyRequest<{
  Params: { ods: string; recall: string };
  Querystring: Record<string, string | undefined>;
}>;

/** Registers `/practice/v1/{ODS}/recalls…` on the practice listener. */
export async function practiceRecallRoutes(
  server: FastifyInstance,
  { desk, records, staff, isHosted }: PracticeRecallRoutes,
): Promise<void> {
  server.setErrorHandler((error, request, reply) => {
    const { status, code, message } = problemOf(error);
    if (status >= 500) request.log.error({ err: error }, 'a recall could not be worked');
    reply.code(status).send({ error: code, message });
  });

  /** @throws RecallRefusal 401; 404 for a practice that is not the user's own */
  const asked = async (request: Asked): Promise<{ practice: string; recall: string; by: Reviewer }> => {
    const user = await staff(request.headers.authorization);
    if (!user) throw new RecallRefusal(401, 'NOT_SIGNED_IN', 'Sign in first');
    const practice = request.params.ods.toUpperCase();
    if (user.practice.toUpperCase() !== practice || !(await isHosted(practice)))
      throw new RecallRefusal(404, 'NOT_FOUND', 'There is no such practice for you');
    const role = roles.find(([own]) => user.roles.includes(own))?.[1];
    if (!role) throw new RecallRefusal(403, 'ROLE', 'This needs a role in the practice');
    return { practice, recall: request.params.recall, by: { user: user.id, name: user.name, role } };
  };
  const base = '/practice/v1/:ods/recalls';

  server.get(base, async (request) => ({
    recalls: await desk.recalls((await asked(request as Asked)).practice),
  }));

  server.get(`${base}/:recall/entries`, async (request) => {
    const { query } = request as Asked;
    const { practice, recall } = await asked(request as Asked);
    const limit = Number(query.limit ?? 100);
    const items = await desk.workList(practice, {
      ...{ recall, openOnly: query.open !== 'false', after: query.after ?? '' },
      limit: Number.isInteger(limit) && limit > 0 ? limit : 100,
    });
    return { entries: await Promise.all(items.map((item) => shown(records, practice, item))) };
  });

  server.post(`${base}/:recall/decisions`, async (request) => {
    const { practice, recall, by } = await asked(request as Asked);
    const body = decisions.parse(request.body);
    return { entries: (await desk.decide(practice, recall, body.decisions, by)).map(outward) };
  });

  server.get(`${base}/:recall/exposure`, async (request) => {
    const { practice, recall, by } = await asked(request as Asked);
    if (!exposureReaders.includes(by.role))
      throw new RecallRefusal(403, 'ROLE', 'Who read a record is for clinicians and privacy roles');
    return desk.exposure(practice, recall, by);
  });
}

/** The internal key of the person never leaves the provider. */
const outward = ({ filedAs, ...item }: RecallItem) => ({
  ...item,
  filedAs: filedAs && { type: filedAs.type, id: filedAs.id },
});

/** An item with whom and what it is about: this stays within the practice. */
async function shown(records: Records, practice: string, item: RecallItem) {
  if (!item.filedAs) return { ...outward(item), patient: null, recorded: null };
  const { patientKey, type, id } = item.filedAs;
  const patient = await records.findPatientByKey(practice, patientKey);
  const known = (await records.patientResources(practice, [patientKey])).get(patientKey);
  const person = known === undefined ? undefined : (parseJson(known) as Person);
  const name = person?.name?.find(({ use }) => use === 'official') ?? person?.name?.[0];
  const stored = await sql<{ json: string }>`select json from resource where practice = ${practice}
    and patient_key = ${patientKey} and type = ${type} and id = ${id}`.execute(records.store.db);
  const json = stored.rows[0]?.json;
  const resource = json === undefined ? undefined : (parseJson(json) as Recorded);
  const coding = resource?.code?.coding?.[0];
  return {
    ...outward(item),
    patient: patient
      ? {
          nhsNumber: patient.nhsNumber,
          ...{ family: name?.family ?? null, given: name?.given ?? [], birthDate: person?.birthDate ?? null },
        }
      : null,
    recorded: resource
      ? {
          code: coding?.code ?? null,
          display: coding?.display ?? resource.code?.text ?? null,
          at: resource.effectiveDateTime ?? resource.issued ?? null,
        }
      : null,
  };
}

interface Person {
  readonly name?: { readonly use?: string; readonly family?: string; readonly given?: string[] }[];
  readonly birthDate?: string;
}

interface Recorded {
  readonly code?: { readonly text?: string; readonly coding?: { code?: string; display?: string }[] };
  readonly effectiveDateTime?: string;
  readonly issued?: string;
}

function problemOf(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof RecallRefusal) return error;
  if (error instanceof z.ZodError) {
    const { path, message } = error.issues[0]!;
    return { status: 400, code: 'INPUT', message: `${path.join('.') || 'body'}: ${message}` };
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return status < 500
    ? { status, code: 'INPUT', message: 'The request cannot be read' }
    : { status: 500, code: 'INTERNAL', message: 'The request could not be carried out; nothing was changed' };
}
