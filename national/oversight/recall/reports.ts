// What the recall routes answer: the case, the dry run, the board, published figures and the evidence pack.
// spec: national-service INC-04, INC-12, INC-13, INC-16, ANL-09, API-12
import {
  completion,
  countsBy,
  oldestOpen,
  practiceFigures,
  published,
  publishedCounts,
  readsByOrganisation,
  runFigures,
  totals,
} from './board.ts';
import { isHssi, type OversightDatabase, type RecallCase, readEvents, readSignOffs } from './cases.ts';
import { containmentsInForce } from './containment.ts';
import type { RecallPorts } from './ports.ts';
import { recipientFigures } from './recipients.ts';
import { newestRun, readRuns } from './runs.ts';

export function describeCase({ intake, resolved, version, ...told }: RecallCase) {
  return {
    ...told,
    case: intake,
    hssi: isHssi(intake),
    codes: resolved.codes.length,
    etag: String(version),
  };
}

/** spec: §22.9 */
export async function dryRunReport(db: OversightDatabase, recall: string) {
  const run = await newestRun(db, recall, 'dry-run');
  if (!run) return undefined;
  const figures = await runFigures(db, run);
  const found = await totals(db, run);
  const zeroHits = figures.answered - found.practices;
  return { ...figures, ...found, zeroHits };
}

export async function progressReport(db: OversightDatabase, recall: string) {
  const runs = await readRuns(db, recall);
  const newest = runs.findLast(({ step }) => step === 'progress');
  // Until a newer look is complete, the last complete one is what is known.
  const run = runs.findLast(({ step, finishedAt }) => step === 'progress' && finishedAt !== null) ?? newest;
  const figures = await Promise.all(
    runs.filter(({ step }) => step !== 'dry-run' && step !== 'progress').map((each) => runFigures(db, each)),
  );
  if (!run) return { asAt: null, complete: false, orders: figures };
  const found = await totals(db, run);
  return {
    ...(await runFigures(db, run)),
    ...found,
    completion: completion(found.byState),
    oldestOpen: await oldestOpen(db, run),
    byIcb: await countsBy(db, run, 'icb'),
    bySender: await countsBy(db, run, 'sender'),
    orders: figures,
  };
}

export async function exposureReport(db: OversightDatabase, recall: string) {
  const run = await newestRun(db, recall, 'exposure');
  if (!run) return undefined;
  return { ...(await runFigures(db, run)), organisations: await readsByOrganisation(db, run) };
}

/** What senders answered of their messages so far, by sender. spec: INC-09 */
export async function authorsReport(db: OversightDatabase, recall: string) {
  const run = await newestRun(db, recall, 'notify-senders');
  if (!run) return undefined;
  const { byState, hits: messages } = await totals(db, run);
  const bySender = await countsBy(db, run, 'sender');
  return { ...(await runFigures(db, run)), messages, byAnswer: byState, bySender };
}

/** The newest figures there are: progress where something was issued, else the dry run. */
const newestFigures = async (db: OversightDatabase, recall: string) =>
  (await newestRun(db, recall, 'progress')) ?? (await newestRun(db, recall, 'dry-run'));

/** For anyone: small numbers are not told. spec: ANL-09 */
export async function publicReport(db: OversightDatabase, recall: RecallCase) {
  const run = await newestFigures(db, recall.id);
  const { id, title, status, createdAt, closedAt } = recall;
  const about = { id, title, status, product: recall.selector.product, createdAt, closedAt };
  if (!run) return { ...about, asAt: null };
  const { hits, byState, practices, senders } = await totals(db, run);
  return {
    ...about,
    asAt: run.asAt,
    hits: published(hits),
    byState: publishedCounts(byState),
    practices: published(practices),
    senders: published(senders),
  };
}

/** For the boards: figures of each ICB; small numbers are not told, since reports travel. */
export async function icbReport(db: OversightDatabase, recall: RecallCase) {
  const run = await newestFigures(db, recall.id);
  if (!run) return { id: recall.id, asAt: null, icbs: [] };
  const groups = await countsBy(db, run, 'icb');
  return {
    id: recall.id,
    asAt: run.asAt,
    icbs: groups.map(({ icb, byState }) => ({
      icb,
      byState: publishedCounts(byState as Record<string, number>),
    })),
  };
}

/** Everything about a recall, in one piece that can be handed over. spec: INC-16 */
export async function evidencePack(
  db: OversightDatabase,
  ports: RecallPorts,
  recall: RecallCase,
  at: string,
) {
  const runs = await readRuns(db, recall.id);
  const all = { limit: 100_000, start: 0 };
  return {
    producedAt: at,
    recall: { ...describeCase(recall), resolved: recall.resolved },
    signOffs: await readSignOffs(db, recall.id),
    containment: await containmentsInForce(db, recall.id),
    events: await readEvents(db, recall.id),
    runs: await Promise.all(
      runs.map(async (run) => ({
        ...(await runFigures(db, run)),
        ...(await totals(db, run)),
        byPractice: await practiceFigures(db, run, all),
      })),
    ),
    exposure: (await exposureReport(db, recall.id)) ?? null,
    senders: (await authorsReport(db, recall.id)) ?? null,
    recipients: await recipientFigures(ports, recall.resolved),
  };
}
