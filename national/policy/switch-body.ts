// Parses what the operator API is sent. spec: national-service §20, §21 row 40
import { z } from 'zod';
import { Problem } from './problem.ts';
import { requestedStates, type SwitchRequest } from './switch.ts';

const body = z.strictObject({
  state: z.enum(requestedStates),
  reasonCode: z.string().min(1).max(64),
  reasonText: z.string().max(500).nullish(),
  incident: z.string().min(1).max(64).nullish(),
  asOf: z.iso.datetime({ offset: true }).nullish(),
});

/** @throws Problem 400 for no JSON, 422 with one entry per wrong field. */
export function parseSwitchBody(text: unknown, now: Date): SwitchRequest {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : '');
  } catch {
    throw new Problem(400, 'The body is not JSON');
  }
  const parsed = body.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.') || 'body',
      message: issue.message,
    }));
    throw new Problem(422, 'The change is not complete', {}, errors);
  }
  const { state, reasonCode, reasonText, incident, asOf } = parsed.data;
  if (asOf && Date.parse(asOf) > now.getTime()) {
    throw new Problem(422, 'The change is not complete', {}, [
      { field: 'asOf', message: 'A switch takes effect at once, never later' },
    ]);
  }
  return { state, reasonCode, reasonText: reasonText ?? null, incident: incident ?? null };
}

/** `?limit=1..500&cursor=` and `?at=`. @throws Problem 422 */
export function parsePage(query: Record<string, string>): { limit: number; start: number; at: Date | null } {
  const wrong = (field: string, message: string) =>
    new Problem(422, 'A parameter is not usable', {}, [{ field, message }]);
  const limit = query.limit === undefined ? 500 : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw wrong('limit', 'a number from 1 to 500');
  const start = query.cursor === undefined ? 0 : Number(query.cursor);
  if (!Number.isInteger(start) || start < 0) throw wrong('cursor', 'as given by the page before');
  const at = query.at === undefined ? null : new Date(query.at);
  if (at && Number.isNaN(at.getTime())) throw wrong('at', 'an ISO 8601 instant');
  return { limit, start, at };
}
