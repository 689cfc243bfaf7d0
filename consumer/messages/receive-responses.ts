// Collects reports and acknowledgements and merges them, in either order. spec: messaging §3.2, §3.5; mesh §5, §8 C6
import {
  answeredWorkflow,
  bareId,
  type ItkResponse,
  productOf,
  readResponse,
  unreadable,
} from '@gp-connect/foundation/itk3';
import type { Store } from '@gp-connect/foundation/store';
import type { RestVault } from '@gp-connect/foundation/trust';
import { type Following, follow } from './follow.ts';
import { sealedAnswer } from './kept-copies.ts';
import type { InboxMessage, SenderMailbox } from './ports.ts';
import type { MessageEvent } from './states.ts';
import { correlated, type Db, openTask, recordEvent, reported } from './store.ts';
import type { SenderDatabase, SenderEventRow, TaskKind } from './tables.ts';

export interface ResponseDesk {
  readonly store: Store<SenderDatabase>;
  readonly vault: RestVault;
  readonly mesh: SenderMailbox;
  readonly mailbox: string;
  readonly now: () => Date;
  readonly newId: () => string;
}

export interface Collected {
  readonly reports: number;
  readonly acknowledgements: number;
  /** Responses that belong to nothing we sent, or could not be read: a task was opened for each. */
  readonly alerts: number;
  /** Messages of other workflows, left in the inbox for whoever receives them. */
  readonly left: number;
}

type Handled = 'report' | 'acknowledgement' | 'alert' | 'repeated';

const eventOf = ({ acknowledgement, positive }: ItkResponse): MessageEvent =>
  acknowledgement === 'infrastructure'
    ? positive
      ? 'inf-positive'
      : 'inf-negative'
    : positive
      ? 'bus-positive'
      : 'bus-negative';

/** Why, where it is negative; what, where it is positive, and what the receiver adds (its rule set). */
function wordsOf({ positive, display, diagnostics, notes }: ItkResponse): string {
  const said = positive ? [display, diagnostics] : [diagnostics || display];
  return [...said.filter(Boolean), ...notes].join('; ');
}

/**
 * Empties the inbox of reports and responses: each is stored with what follows from it in one transaction, and
 * acknowledged after. A crash between the two gives a second download, which changes nothing.
 */
export async function receiveResponses(desk: ResponseDesk): Promise<Collected> {
  const counts = { reports: 0, acknowledgements: 0, alerts: 0, left: 0 };
  for (const meshId of await desk.mesh.waiting()) {
    const message = await desk.mesh.download(meshId);
    if (message === undefined) continue;
    const { workflowId: workflow, body } = message;
    const isReport = message.type === 'REPORT';
    if (!isReport && answeredWorkflow(workflow) === undefined && productOf(workflow) !== undefined) {
      counts.left += 1;
      continue;
    }
    const handled = await desk.store.db.transaction().execute((db) => {
      if (isReport) return takeReport(desk, db, meshId, message);
      return answeredWorkflow(workflow) === undefined
        ? quarantine(desk, db, meshId, workflow, body)
        : takeResponse(desk, db, meshId, workflow, body);
    });
    if (handled === 'report') counts.reports += 1;
    else if (handled === 'acknowledgement') counts.acknowledgements += 1;
    else if (handled === 'alert') counts.alerts += 1;
    await desk.mesh.acknowledge(meshId);
  }
  return counts;
}

const following = ({ mailbox, newId }: ResponseDesk, db: Db): Following => ({ db, mailbox, newId });

async function takeReport(
  desk: ResponseDesk,
  db: Db,
  meshId: string,
  { workflowId, subject, report }: InboxMessage,
): Promise<Handled> {
  const { code = 'unknown', text = 'MESH could not deliver it', linkedMeshId: linked = '' } = report ?? {};
  const found = await reported(db, desk.vault, desk.mailbox, { meshId: linked, workflowId, subject });
  if (found === undefined) {
    return alert(desk, db, 'unknown-response', {
      meshId,
      code,
      text: `A MESH report (${code}: ${text}) speaks of a message that was never sent from here`,
      raw: '',
    });
  }
  const step = {
    event: 'report',
    at: desk.now(),
    code,
    detail: text,
    sourceId: meshId,
    ...(found.mesh_id === null && linked !== '' ? { meshId: linked } : {}),
  } as const;
  return (await follow(following(desk, db), found, step)) ? 'report' : 'repeated';
}

async function takeResponse(
  desk: ResponseDesk,
  db: Db,
  meshId: string,
  workflow: string,
  body: Uint8Array,
): Promise<Handled> {
  const read = readResponse(body);
  const raw = sealedAnswer(desk.vault, desk.mailbox, meshId, body);
  if ('unreadable' in read) {
    const text = `A response of ${workflow} could not be read: ${read.unreadable}`;
    return alert(desk, db, 'unreadable-response', { meshId, code: undefined, text, raw });
  }
  const { response } = read;
  const found = await correlated(db, desk.mailbox, {
    answers: bareId(response.answers),
    senderReference: bareId(response.senderReference),
  });
  if (found === undefined) {
    const text =
      response.answers === unreadable
        ? `A practice could not read a message of ${workflow} (${response.code}): find out which from the times of sending`
        : `A response (${response.code}) answers a message that was never sent from here`;
    return alert(desk, db, 'unknown-response', { meshId, code: response.code, text, raw });
  }
  const step = {
    event: eventOf(response),
    at: desk.now(),
    code: response.code,
    detail: wordsOf(response),
    sourceId: meshId,
    raw,
  };
  return (await follow(following(desk, db), found, step)) ? 'acknowledgement' : 'repeated';
}

function quarantine(
  desk: ResponseDesk,
  db: Db,
  meshId: string,
  workflow: string,
  body: Uint8Array,
): Promise<Handled> {
  const text = `A message of an unknown workflow (${workflow || 'none'}) was put aside`;
  return alert(desk, db, 'quarantined', {
    meshId,
    code: undefined,
    text,
    raw: sealedAnswer(desk.vault, desk.mailbox, meshId, body),
  });
}

/** Stores what belongs to no message and tells a person. A response is never answered. */
async function alert(
  desk: ResponseDesk,
  db: Db,
  event: SenderEventRow['event'] & TaskKind,
  { meshId, code, text, raw }: { meshId: string; code: string | undefined; text: string; raw: string },
): Promise<Handled> {
  const at = desk.now();
  const step = { event, at, code, detail: text, sourceId: meshId, raw };
  if (!(await recordEvent(db, desk.mailbox, null, step))) return 'repeated';
  const { mailbox } = desk;
  await openTask(db, { id: desk.newId(), mailbox, messageId: null, kind: event, code, text, at });
  return 'alert';
}
