// The practice state machine: who may move a switch from where to where, and why. spec: national-service §4.1, ENB-03
import type { PracticeProduct, PracticeState } from './types.ts';

/** `lifted`: the operator ends its hold, and the practice's own choice stands again. */
export type RequestedState = 'enabled' | 'disabled' | 'held' | 'lifted';
export const requestedStates: readonly RequestedState[] = ['enabled', 'disabled', 'held', 'lifted'];

export const practiceReasons = [
  'safety-concern',
  'collective-action',
  'technical',
  'patient-request-cluster',
  'merger',
  'other',
] as const;
const enablingReasons = [...practiceReasons, 'practice-decision'] as const;
const operatorReasons = ['incident', 'safety-concern', 'technical', 'other'] as const;

interface Move {
  readonly roles: readonly string[];
  readonly from: readonly PracticeState[];
  readonly reasons: readonly string[];
}

const practiceRoles = ['practice.admin', 'practice.caldicott'];
const holdRoles = ['op.safety', 'op.service'];

const moves: Readonly<Record<RequestedState, Move>> = {
  enabled: { roles: practiceRoles, from: ['undecided', 'disabled'], reasons: enablingReasons },
  disabled: { roles: practiceRoles, from: ['undecided', 'enabled'], reasons: practiceReasons },
  held: { roles: holdRoles, from: ['undecided', 'enabled', 'disabled'], reasons: operatorReasons },
  lifted: { roles: holdRoles, from: ['held'], reasons: operatorReasons },
};

/** Who asks: a verified person with the operator or practice roles of national-service §1. */
export interface Actor {
  id: string;
  roles: readonly string[];
  /** ODS code of the practice its practice roles are for. */
  practice: string | null;
}

export interface SwitchRequest {
  state: RequestedState;
  reasonCode: string;
  reasonText: string | null;
  /** Reference of the incident; needed for a hold. */
  incident: string | null;
}

/** Why a switch cannot be moved, as an HTTP status of national-service §21 rows 39–41. */
export class SwitchRefusal extends Error {
  readonly status: 403 | 409 | 422;
  readonly field: string | null;

  constructor(status: 403 | 409 | 422, message: string, field: string | null = null) {
    super(message);
    this.name = 'SwitchRefusal';
    this.status = status;
    this.field = field;
  }
}

/**
 * The role of the actor that may ask for the state.
 * @throws SwitchRefusal 403, also for an operator that would loosen a practice's control (DCC-12).
 */
export function roleFor(actor: Actor, practice: string, state: RequestedState): string {
  const role = moves[state].roles.find(
    (candidate) =>
      actor.roles.includes(candidate) && (candidate.startsWith('op.') || actor.practice === practice),
  );
  if (role) return role;
  const operator = actor.roles.some((held) => held.startsWith('op.'));
  throw new SwitchRefusal(
    403,
    operator && state === 'enabled'
      ? 'The operator can never loosen a control of the practice'
      : `This needs one of the roles ${moves[state].roles.join(', ')}`,
  );
}

/**
 * The switch after the move. @throws SwitchRefusal 422 for a reason that is missing or not in the list, 409 for
 * a move the state machine does not have.
 */
export function moveSwitch(current: PracticeProduct, request: SwitchRequest, now: Date): PracticeProduct {
  const move = moves[request.state];
  if (!move.reasons.includes(request.reasonCode)) {
    throw new SwitchRefusal(422, `reasonCode must be one of ${move.reasons.join(', ')}`, 'reasonCode');
  }
  if (request.state === 'held' && !request.incident) {
    throw new SwitchRefusal(422, 'A hold needs the reference of its incident', 'incident');
  }
  if (!move.from.includes(current.state)) {
    throw new SwitchRefusal(409, `The current state is ${current.state}; it cannot become ${request.state}`);
  }
  const held = request.state === 'held';
  return {
    ...current,
    state: request.state === 'lifted' ? (current.ownChoice ?? 'undecided') : request.state,
    ownChoice: held ? current.state : null,
    incident: held ? request.incident : null,
    reasonCode: request.reasonCode,
    since: now.toISOString(),
    version: (current.version ?? 0) + 1,
  };
}
