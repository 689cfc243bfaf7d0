// One import over the wire: files in, events out, memory constant on the way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@gp-connect/foundation/http';
import type { PracticeAudit } from '../audit/index.ts';
import { drained } from '../foundations/index.ts';
import { type ImportReport, importEvents, type Records } from '../record/index.ts';
import { ArchiveError, readTar } from './read-tar.ts';

interface Order {
  readonly practice: string;
  readonly dryRun: boolean;
  readonly actor: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Means {
  readonly records: Records;
  readonly audit: PracticeAudit;
  readonly logger: Logger;
}

/** Answers every event as a line; the last line is the report, or why there is none. Never rejects. */
export async function runImport({ records, audit, logger }: Means, order: Order): Promise<void> {
  const { practice, dryRun, actor, request, response } = order;
  const say = async (line: object): Promise<void> => {
    response.write(`${JSON.stringify(line)}\n`);
    await drained(response);
  };
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const told = (to: string | null) =>
    audit.administrative({
      practice,
      actor,
      action: 'import',
      subject: 'records',
      from: null,
      to,
      reason: null,
    });
  try {
    if (!dryRun) await told(null);
    const run = importEvents(records, { practice, dryRun, files: readTar(request) });
    let step = await run.next();
    for (; !step.done; step = await run.next()) await say(step.value);
    if (!dryRun) await told(outcomeOf(step.value));
    await say({ kind: 'report', report: step.value });
    response.end();
  } catch (error) {
    logger.error({ err: error }, 'an import failed');
    if (response.destroyed) return;
    const reason =
      error instanceof ArchiveError ? error.message : 'the import failed: see the log of the provider';
    response.end(`${JSON.stringify({ kind: 'failed', reason })}\n`);
  }
}

const outcomeOf = ({ run, stored, refused }: ImportReport): string =>
  `run ${run}: stored ${stored}, refused ${refused.length}`;
