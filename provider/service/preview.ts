// The record as a consumer would receive it now, for the practice's own eyes: the same use cases, filters and switches,
// and no request from outside. spec: national-service DCC-08
import { Writable } from 'node:stream';
import { contentTypeFor, serializeJson } from '@gp-connect/foundation/fhir';
import {
  type ClinicalArea,
  interactionRow,
  nhsProfile,
  operationOutcome,
  Refusal,
  system,
} from '@gp-connect/foundation/nhs';
import { auditClaims, checkAuditToken, encodeAuditToken } from '@gp-connect/foundation/trust';
import type { Controls } from '../controls/index.ts';
import { documentIncludes, documentRevInclude } from '../documents/index.ts';
import {
  addressOf,
  type CheckedRequest,
  checkEnabled,
  type RoutingSegments,
  resourceAnswer,
} from '../foundations/index.ts';
import type { Preview, PreviewSignal, PreviewView, RecordPreview } from '../inbox/index.ts';
import type { PatientEntry } from '../record/index.ts';
import type { UseCase } from './routes.ts';

export interface PreviewDependencies {
  readonly controls: Controls;
  readonly useCases: ReadonlyMap<string, UseCase>;
  readonly segments: RoutingSegments;
  /** `https://host:port` of the service roots. */
  readonly origin: string;
  readonly clock: () => number;
}

interface ViewRow extends PreviewView {
  /** Row of the master table of interactions. */
  readonly row: string;
  /** Under the service root, with its query. */
  readonly path: (patient: PatientEntry) => string;
  readonly body?: (patient: PatientEntry) => object;
}

const everyArea: Readonly<Record<ClinicalArea, object>> = {
  allergies: {
    name: 'includeAllergies',
    part: [{ name: 'includeResolvedAllergies', valueBoolean: true }],
  },
  medications: { name: 'includeMedication' },
  problems: { name: 'includeProblems' },
  consultations: { name: 'includeConsultations' },
  immunisations: { name: 'includeImmunisations' },
  uncategorised: { name: 'includeUncategorisedData' },
  investigations: { name: 'includeInvestigations' },
  referrals: { name: 'includeReferrals' },
  diary: { name: 'includeDiaryEntries' },
};

const documentQuery = new URLSearchParams([
  ...documentIncludes.map((include): [string, string] => ['_include', include]),
  ['_revinclude:recurse', documentRevInclude],
]);

/** What can be previewed, wherever this deployment has the use case for it. */
const rows: readonly ViewRow[] = [
  {
    view: 'structured',
    title: 'Care workers: structured record, every area',
    product: 'ar-structured',
    mediaType: contentTypeFor('json'),
    row: '19',
    path: () => '/Patient/$gpc.getstructuredrecord',
    body: ({ nhsNumber }) => ({
      resourceType: 'Parameters',
      parameter: [
        { name: 'patientNHSNumber', valueIdentifier: { system: system.nhsNumber, value: nhsNumber } },
        ...Object.values(everyArea),
      ],
    }),
  },
  {
    view: 'documents',
    title: 'Care workers: list of documents',
    product: 'ad',
    mediaType: contentTypeFor('json'),
    row: '23',
    path: ({ id }) => `/Patient/${id}/DocumentReference?${documentQuery}`,
  },
];

/** Longer answers are not shown whole in a page. */
const MOST_BYTES = 32 * 1024 * 1024;

export function openPreview(dependencies: PreviewDependencies): RecordPreview {
  const { useCases, controls } = dependencies;
  const available = rows.filter(({ row }) => useCases.has(interactionRow(row).id));
  return {
    views: available.map(({ view, title, product, mediaType }) => ({ view, title, product, mediaType })),
    async show(ods, patient, view) {
      const row = available.find((one) => one.view === view);
      const practice = await controls.of(ods);
      if (row === undefined || practice === undefined) return undefined;
      const request = requestFor(row, practice, patient, dependencies);
      const body = Buffer.from(row.body === undefined ? '' : serializeJson(row.body(patient) as never));
      try {
        checkEnabled(practice, request.interaction, request.address);
        const answer = await useCases.get(request.interaction.id)!(request, body, {});
        return await written(row, answer);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return written(row, resourceAnswer(operationOutcome(error) as never, error.status));
      }
    },
  };
}

/** The request a care worker's system would send, as it stands after every check. */
function requestFor(
  { row, path }: ViewRow,
  practice: CheckedRequest['practice'],
  patient: PatientEntry,
  { segments, origin, clock }: PreviewDependencies,
): CheckedRequest {
  const interaction = interactionRow(row);
  const { ods, name } = practice.practice;
  const root = `/${ods}/STU3/1/${segments[interaction.server as keyof RoutingSegments]}`;
  const address = addressOf(root + path(patient), segments)!;
  const serviceRoot = origin + root;
  const claims = auditClaims({
    issuer: origin,
    audience: serviceRoot,
    scope: interaction.scope,
    now: clock(),
    requester: {
      device: { identifier: { system: origin, value: 'preview' }, model: 'Preview', version: '1' },
      organisation: { ods, name },
      practitioner: { id: 'preview', name: { family: 'Preview', given: ['Practice'] } },
    },
  });
  const authorization = `Bearer ${encodeAuditToken(claims)}`;
  return {
    address,
    interaction,
    id: interaction.path.includes('{id}') ? patient.id : undefined,
    practice,
    trace: 'preview',
    from: practice.practice.asid,
    format: 'json',
    bodyFormat: interaction.method === 'GET' ? undefined : 'json',
    token: checkAuditToken(authorization, { interaction, now: clock(), serviceRoot }),
    serviceRoot,
  };
}

async function written(
  { view, title, mediaType }: ViewRow,
  answer: { status: number; write(sink: Writable, format: 'json'): Promise<void> },
): Promise<Preview> {
  const pieces: Buffer[] = [];
  let size = 0;
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      size += piece.length;
      if (size > MOST_BYTES) return done(new RangeError('the answer is too long to be shown here'));
      pieces.push(piece);
      done();
    },
  });
  const failed = new Promise<never>((_resolve, reject) => sink.once('error', reject));
  await Promise.race([answer.write(sink, 'json'), failed]);
  const body = Buffer.concat(pieces).toString('utf8');
  return { view, title, status: answer.status, mediaType, body, signals: signalsOf(JSON.parse(body)) };
}

const warningCode = nhsProfile('Extension-CareConnect-GPC-ListWarningCode-1');

interface Shown {
  resourceType?: string;
  title?: string;
  extension?: { url?: string; valueCode?: string }[];
  note?: { text?: string }[];
  issue?: { diagnostics?: string; details?: { coding?: { code?: string }[]; text?: string } }[];
  entry?: { resource?: Shown }[];
}

/** What an answer says of items that are withheld, waiting or not understood. spec: access-record-structured §9 */
function signalsOf(answer: Shown): PreviewSignal[] {
  const own: PreviewSignal[] = [];
  if (answer.resourceType === 'List') {
    const notes = (answer.note ?? []).map(({ text }) => text ?? '').join(' ');
    for (const { url, valueCode } of answer.extension ?? []) {
      if (url === warningCode && valueCode) {
        own.push({ where: answer.title ?? 'List', code: valueCode, text: notes });
      }
    }
  }
  if (answer.resourceType === 'OperationOutcome') {
    for (const { diagnostics, details } of answer.issue ?? []) {
      const [coding] = details?.coding ?? [];
      own.push({
        where: 'OperationOutcome',
        code: coding?.code ?? '',
        text: diagnostics ?? details?.text ?? '',
      });
    }
  }
  return [...own, ...(answer.entry ?? []).flatMap(({ resource }) => (resource ? signalsOf(resource) : []))];
}
