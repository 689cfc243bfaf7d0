// The caller's side of the administration listener.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PackView } from '../inbox/index.ts';
import type { ImportEvent, ImportReport } from '../record/index.ts';
import { type FileToArchive, writeTar } from './write-tar.ts';

export interface HostedPracticeSummary {
  readonly ods: string;
  readonly name: string;
  readonly asid: string;
  /** People on the practice's list. */
  readonly patients: number;
}

export interface SwitchState {
  readonly name: string;
  readonly enabled: boolean;
}

export type ImportedFile = FileToArchive;
export type ImportStep = ImportEvent | { kind: 'report'; report: ImportReport };

/** The provider refused, could not be reached, or the import failed. */
export class AdministrationError extends Error {
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.name = 'AdministrationError';
    this.status = status;
  }
}

export interface Administration {
  practices(): Promise<HostedPracticeSummary[]>;
  switches(ods: string): Promise<SwitchState[]>;
  setSwitch(
    ods: string,
    name: string,
    change: { enabled: boolean; reason: string; actor: string },
  ): Promise<SwitchState[]>;
  /** National rule packs, newest first. */
  rulePacks(): Promise<PackView[]>;
  /** Hands in a signed pack (compact JWS). @throws AdministrationError 422 for one that is not accepted */
  loadRulePack(signed: string): Promise<PackView>;
  /** Streams the files and yields what happens; the last is the report. @throws AdministrationError */
  import(
    ods: string,
    files: Iterable<ImportedFile> | AsyncIterable<ImportedFile>,
    options?: { dryRun?: boolean; actor?: string },
  ): AsyncGenerator<ImportStep>;
}

/** @example const administration = openAdministration({ url: 'http://127.0.0.1:8430', token }); */
export function openAdministration({ url, token }: { url: string; token: string }): Administration {
  const send = (
    method: string,
    path: string,
    contentType: string | undefined,
    body: AsyncIterable<Uint8Array>,
  ) =>
    exchange(
      new URL(path, url),
      { method, authorization: `Bearer ${token.trim()}`, ...(contentType ? { contentType } : {}) },
      body,
    );
  const askJson = async (method: string, path: string, body?: object): Promise<unknown> => {
    const pieces = body ? [Buffer.from(JSON.stringify(body))] : [];
    const answer = await send(method, path, body && 'application/json', Readable.from(pieces));
    return JSON.parse(await textOf(answer));
  };
  const at = (ods: string) => `/practices/${encodeURIComponent(ods)}`;
  const switchesIn = (answer: unknown) => (answer as { switches: SwitchState[] }).switches;
  return {
    practices: async () =>
      ((await askJson('GET', '/practices')) as { practices: HostedPracticeSummary[] }).practices,
    switches: async (ods) => switchesIn(await askJson('GET', `${at(ods)}/switches`)),
    setSwitch: async (ods, name, change) =>
      switchesIn(await askJson('PUT', `${at(ods)}/switches/${encodeURIComponent(name)}`, change)),
    rulePacks: async () => ((await askJson('GET', '/rule-packs')) as { packs: PackView[] }).packs,
    async loadRulePack(signed) {
      const body = Readable.from([Buffer.from(signed)]);
      const answer = await send('PUT', '/rule-packs/national', 'application/jose', body);
      return JSON.parse(await textOf(answer)) as PackView;
    },
    async *import(ods, files, { dryRun = false, actor } = {}) {
      const query = new URLSearchParams({ dryRun: String(dryRun), ...(actor ? { actor } : {}) });
      const answer = await send('POST', `${at(ods)}/import?${query}`, 'application/x-tar', writeTar(files));
      try {
        for await (const line of linesOf(answer)) {
          const step = JSON.parse(line) as ImportStep | { kind: 'failed'; reason: string };
          if (step.kind === 'failed') throw new AdministrationError(step.reason);
          yield step;
          if (step.kind === 'report') return;
        }
      } finally {
        answer.destroy();
      }
      throw new AdministrationError('the provider stopped answering before the import was done');
    },
  };
}

interface Head {
  readonly method: string;
  readonly authorization: string;
  readonly contentType?: string;
}

/** Resolves with the answer's head, while the body may still be on its way. */
function exchange(
  url: URL,
  { method, authorization, contentType }: Head,
  body: AsyncIterable<Uint8Array>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      agent: false,
      headers: { authorization, ...(contentType ? { 'content-type': contentType } : {}) },
    });
    const fail = (error: Error) => reject(new AdministrationError(`${url.origin}: ${error.message}`));
    let answer: IncomingMessage | undefined;
    request.once('error', fail);
    request.once('response', (response) => {
      answer = response;
      if (response.statusCode === 200) resolve(response);
      else refusedWith(response).then(reject, fail);
    });
    pipeline(body, request).catch((error: Error) => {
      answer?.destroy(error);
      fail(error);
    });
  });
}

async function refusedWith(response: IncomingMessage): Promise<AdministrationError> {
  const text = await textOf(response);
  try {
    const { error } = JSON.parse(text) as { error: string };
    return new AdministrationError(error, response.statusCode);
  } catch {
    return new AdministrationError(`the provider answered ${response.statusCode}`, response.statusCode);
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let held = '';
  for await (const piece of response.setEncoding('utf8')) {
    const lines = (held + (piece as string)).split('\n');
    held = lines.pop()!;
    yield* lines;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece as string;
  return text;
}
