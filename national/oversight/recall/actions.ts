// What an operator does to a recall: each checks the state it needs, and says what changes. spec: national-service INC-04…INC-08, INC-14
import type { z } from 'zod';
import { Problem } from '../../policy/index.ts';
import { completion, finalStates, practicesToAct, runFigures, totals } from './board.ts';
import type { closeBody, issueBody } from './bodies.ts';
import { type By, type OversightDatabase, type RecallCase, readSignOffs } from './cases.ts';
import type { CodeSets } from './code-sets.ts';
import { containmentsInForce } from './containment.ts';
import type { RecallPractice } from './ports.ts';
import { beginRun, newestRun, type RecallRun, type RecallStep } from './runs.ts';

export interface ActionContext {
  readonly db: OversightDatabase;
  readonly current: RecallCase;
  readonly by: By;
  readonly codeSets: CodeSets;
}

export type CaseChange = Partial<
  Pick<RecallCase, 'status' | 'title' | 'intake' | 'selector' | 'resolved' | 'closedAt' | 'closure'>
>;

/** What an action changed, what the evidence says of it, and the runs it began. */
export interface ActionResult {
  readonly change: CaseChange;
  readonly detail: object;
  readonly runs?: readonly RecallRun[];
}

const conflict = (detail: string, errors: { field: string; message: string }[] = []) =>
  new Problem(409, detail, {}, errors);

const begin = (
  { db, current, by }: ActionContext,
  step: RecallStep,
  asAt: string,
  practices: Practices,
  parts = {},
) =>
  beginRun(db, { recall: current.id, step, asAt, parts, createdAt: by.at, createdBy: by.actor }, practices);
type Practices = readonly RecallPractice[];

/** Asks every practice that can be asked how many hits it has. The same `asAt` counts the same (INC-04). */
export async function dryRun(
  context: ActionContext,
  asked: string | undefined,
  practices: readonly RecallPractice[],
): Promise<ActionResult> {
  const { by, current } = context;
  if (current.resolved.direction === 'outbound-read')
    throw conflict('Reads are not entries: contain them, and ask practices who was shown what');
  const asAt = asked ?? by.at;
  if (asAt > by.at)
    throw new Problem(422, 'The request is not complete', {}, [
      { field: 'asAt', message: 'must not lie in the future' },
    ]);
  const run = await begin(context, 'dry-run', asAt, practices);
  return {
    change: current.status === 'draft' ? { status: 'counting' } : {},
    detail: { run: run.run, asAt, practices: practices.length },
    runs: [run],
  };
}

/** Changes of the record are the practice's alone. spec: INC-08 */
const practiceOnly: ReadonlySet<string> = new Set(['mark-entered-in-error', 'confirm-correct']);

export async function issue(
  context: ActionContext,
  body: z.infer<typeof issueBody>,
  inTransit: number,
): Promise<ActionResult> {
  const { db, current, codeSets } = context;
  if (body.actions.some((action) => practiceOnly.has(action)))
    throw new Problem(403, 'Only the practice changes its record: it may be asked to, by flag-for-review');
  const counted = await newestRun(db, current.id, 'dry-run');
  if (!counted || current.status === 'draft')
    throw conflict(`A dry run comes first; the current state is ${current.status}`);
  const figures = await runFigures(db, counted);
  if (figures.untried > 0)
    throw conflict(`The dry run is under way: ${figures.untried} practices have not been asked yet`);
  const parts: { proposal?: { code: string; display: string }; safetyDecision?: string } = {};
  if (body.actions.includes('quarantine')) {
    const decision = (await readSignOffs(db, current.id)).findLast(({ kind }) => kind === 'quarantine');
    if (!decision) throw conflict('A quarantine needs a recorded safety decision: sign it off first');
    parts.safetyDecision = decision.reference;
  }
  if (body.actions.includes('correct') !== (body.proposal !== undefined))
    throw new Problem(422, 'The request is not complete', {}, [
      { field: 'proposal', message: 'goes with the action correct, and only with it' },
    ]);
  if (body.proposal && !(await codeSets.isKnown(body.proposal.code)))
    throw new Problem(422, 'The request is not complete', {}, [
      { field: 'proposal.code', message: 'is not known' },
    ]);
  if (body.proposal) parts.proposal = body.proposal;
  const practices = await practicesToAct(db, counted);
  const runs: RecallRun[] = [];
  for (const action of body.actions) {
    const needed = {
      ...(action === 'quarantine' ? { safetyDecision: parts.safetyDecision! } : {}),
      ...(action === 'correct' ? { proposal: parts.proposal! } : {}),
    };
    runs.push(await begin(context, action as RecallStep, counted.asAt, practices, needed));
  }
  return {
    change: { status: 'issued' },
    detail: {
      actions: body.actions,
      runs: runs.map(({ run }) => run),
      practices: practices.length,
      inTransit,
      ...(parts.safetyDecision === undefined ? {} : { safetyDecision: parts.safetyDecision }),
    },
    runs,
  };
}

const orderSteps = ['flag-for-review', 'quarantine', 'correct'] as const;

/** A step for every practice that was sent an order. */
export async function followUp(
  context: ActionContext,
  step: 'release' | 'progress' | 'exposure' | 'notify-senders',
): Promise<ActionResult> {
  const { db, current, by } = context;
  const counted = await newestRun(db, current.id, 'dry-run');
  const issued = await newestRun(db, current.id, ...orderSteps);
  if (!counted || !issued) throw conflict(`Nothing was issued yet; the current state is ${current.status}`);
  if (step === 'release' && !(await newestRun(db, current.id, 'quarantine')))
    throw conflict('Nothing was quarantined');
  const parts = step === 'notify-senders' ? { title: current.title } : {};
  const run = await begin(context, step, by.at, await practicesOfRun(db, issued), parts);
  return { change: {}, detail: { run: run.run }, runs: [run] };
}

async function practicesOfRun(db: OversightDatabase, { recall, run }: RecallRun): Promise<Practices> {
  return db
    .selectFrom('recall_work')
    .select(['practice as ods', 'icb', 'supplier'])
    .where('recall', '=', recall)
    .where('run', '=', run)
    .orderBy('practice')
    .execute() as Promise<Practices>;
}

/** @throws Problem 409 with everything that is missing */
export async function close(context: ActionContext, body: z.infer<typeof closeBody>): Promise<ActionResult> {
  const { db, current, by } = context;
  const missing: { field: string; message: string }[] = [];
  const signOffs = await readSignOffs(db, current.id);
  const has = (kind: string) => signOffs.some((signOff) => signOff.kind === kind);
  const issued = await newestRun(db, current.id, ...orderSteps, 'release');
  const seen = await newestRun(db, current.id, 'progress');
  const contained = await containmentsInForce(db, current.id);
  if (contained.length > 0 && !has('residual'))
    missing.push({
      field: 'containment',
      message: `${contained.length} pauses and holds are in force: lift or accept them`,
    });
  if (!current.intake) missing.push({ field: 'case', message: 'the intake was never recorded' });
  if (!has('closure')) missing.push({ field: 'signOffs', message: 'the safety sign-off is missing' });
  const isOfReads = current.resolved.direction === 'outbound-read';
  let residual = 0;
  if (isOfReads) residual = 0;
  else if (!issued) missing.push({ field: 'issue', message: 'nothing was issued' });
  else if (!seen || seen.run < issued.run || seen.finishedAt === null)
    missing.push({ field: 'progress', message: 'no complete progress since the last order' });
  else {
    const { byState } = await totals(db, seen);
    const figures = await runFigures(db, seen);
    residual = Object.entries(byState).reduce(
      (sum, [state, count]) => sum + (finalStates.has(state) ? 0 : count),
      0,
    );
    if ((residual > 0 || figures.refused > 0) && !has('residual'))
      missing.push({
        field: 'progress',
        message: `${residual} entries are open and ${figures.refused} practices did not answer: settle or accept them`,
      });
  }
  if (missing.length > 0) throw conflict('The recall cannot be closed yet', missing);
  const byState = seen ? (await totals(db, seen)).byState : {};
  const closure = { ...body, residual, byState, completion: completion(byState), by: by.actor };
  return { change: { status: 'closed', closedAt: by.at, closure }, detail: closure };
}
