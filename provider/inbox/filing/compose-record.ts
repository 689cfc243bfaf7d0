// From the decisions on an item to the resources that enter the record, with where each came from.
// spec: messaging SG-05…SG-08; UPD-09, UPD-11; access-record-structured §11
import { londonDateTime } from '@gp-connect/foundation/fhir';
import { type EntryKind, entryKinds } from '../entries.ts';
import type { DecisionRow } from '../review/rows.ts';
import { documentOf } from './documents.ts';
import {
  complaintOf,
  encounterOf,
  type FiledEntry,
  immunisationOf,
  noteOf,
  observationOf,
  supplyOf,
} from './resources.ts';
import type { Amended, Filing, Made } from './source.ts';

/** One resource in the record and the entry it stands for. */
export interface FiledResource {
  readonly ref: string;
  readonly type: string;
  readonly id: string;
  readonly code: string | null;
  readonly as: 'coded' | 'text' | 'document';
}

export interface ComposedRecord {
  readonly resources: readonly Made[];
  readonly filed: readonly FiledResource[];
}

/** How each kind is filed when accepted as coded. Kinds that are not here are only ever words or documents. */
const codedFilers: Readonly<Partial<Record<EntryKind, (filing: Filing, entry: FiledEntry) => Made[]>>> = {
  observation: (filing, entry) => [observationOf(filing, entry)],
  condition: (filing, entry) => [complaintOf(filing, entry)],
  medicine: supplyOf,
  immunisation: immunisationOf,
};

export interface DecidedEntry extends FiledEntry {
  readonly decision: Pick<DecisionRow, 'decision' | 'reason'>;
}

/** The resource that stands for an entry where several are made: what the record lists. */
const standsFor: ReadonlySet<string> = new Set(['Observation', 'MedicationStatement', 'Immunization']);

/** Resources of everything that was not refused. `replacesDocument`: the DocumentReference of the version before. */
export function composeRecord(
  filing: Filing,
  entries: readonly DecidedEntry[],
  replacesDocument?: string,
): ComposedRecord {
  const taken = entries.filter(({ decision }) => decision.decision !== 'refuse');
  const resources: Made[] = [...filing.actors.resources];
  const filed: FiledResource[] = [];
  if (taken.length === 0) return { resources: [], filed: [] };
  resources.push(encounterOf(filing));

  const documents = taken.filter(({ row }) => row.kind === 'document');
  const description = filing.item.title;
  if (documents.length > 0) {
    const type = filing.document.composition?.type ?? { text: description };
    const made = documentOf(filing, documents, { type, description, replaces: replacesDocument });
    resources.push(...made);
    for (const { row } of documents) {
      filed.push({ ref: row.ref, type: 'DocumentReference', id: made[0]!.id, code: null, as: 'document' });
    }
  }
  for (const report of taken.filter(({ row }) => row.kind === 'report')) {
    const type = report.resource.code;
    const made = documentOf(filing, [report], { type, description: report.row.words });
    resources.push(...made);
    filed.push({
      ref: report.row.ref,
      type: 'DocumentReference',
      id: made[0]!.id,
      code: report.row.code,
      as: 'document',
    });
  }
  const inWords: DecidedEntry[] = [];
  for (const entry of taken) {
    if (entry.row.kind === 'document' || entry.row.kind === 'report') continue;
    const filer = entry.decision.decision === 'text-only' ? undefined : codedFilers[entry.row.kind];
    if (filer === undefined) {
      inWords.push(entry);
      continue;
    }
    const made = filer(filing, entry);
    resources.push(...made);
    for (const { resourceType, id } of made) {
      const code = standsFor.has(resourceType) ? entry.row.code : null;
      filed.push({ ref: entry.row.ref, type: resourceType, id, code, as: 'coded' });
    }
  }
  if (inWords.length > 0) {
    const note = noteOf(filing, ...wordsOf(filing, inWords));
    resources.push(note);
    for (const { row } of inWords) {
      filed.push({ ref: row.ref, type: 'Observation', id: note.id, code: row.code, as: 'text' });
    }
  }
  resources.push(provenanceOf(filing, filed));
  for (const { row, amended } of taken) {
    if (amended === undefined) continue;
    const made = filed.filter(({ ref }) => ref === row.ref);
    resources.push(amendmentOf(filing, made, amended));
  }
  return { resources, filed };
}

/** Summary first, then each heading, then what was not filed as coded. Text is never turned into a task (SG-16). */
function wordsOf(filing: Filing, entries: readonly DecidedEntry[]): [summary: string, rest: string[]] {
  const summary = entries.find(({ row }) => row.heading === 'clinical-summary');
  const texts = entries.filter(({ row }) => row.kind === 'text' && row !== summary?.row);
  const notCoded = entries.filter(({ row }) => row.kind !== 'text');
  return [
    summary?.row.words ?? filing.item.title,
    [
      ...texts.map(({ row }) => `${headingText(row.heading)}: ${row.words}`),
      ...notCoded.map(({ row }) => `Not coded. ${entryKinds[row.kind].label}: ${row.words}`),
    ],
  ];
}

const headingText = (heading: string | null): string => {
  const text = (heading ?? 'Text').replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Who changed what of an entry; that the sender is its author is said in the message's own Provenance. spec: UPD-09 */
function amendmentOf(filing: Filing, filed: readonly FiledResource[], { words, by, at }: Amended): Made {
  return {
    resourceType: 'Provenance',
    id: filing.newId(),
    target: filed.map(({ type, id }) => ({ reference: `${type}/${id}` })),
    recorded: londonDateTime(at),
    reason: [{ display: words }],
    activity: {
      system: 'http://hl7.org/fhir/v3/DataOperation',
      code: 'UPDATE',
      display: 'revise',
    },
    agent: [
      {
        role: [
          {
            coding: [{ system: 'http://hl7.org/fhir/provenance-participant-role', code: 'enterer' }],
            text: 'amended by',
          },
        ],
        whoReference: { display: `${by.name}, ${by.role}` },
        onBehalfOfReference: { reference: `Organization/${filing.practice.organizationId}` },
      },
    ],
    entity: [
      {
        role: 'revision',
        whatIdentifier: {
          system: filing.document.identifier?.system || 'https://tools.ietf.org/html/rfc4122',
          value: filing.document.identifier?.value ?? `item ${filing.item.item_key}`,
        },
      },
    ],
  };
}

/** The link from the filed entries to the message, its author and the one who accepted. spec: SG-06 */
function provenanceOf(filing: Filing, filed: readonly FiledResource[]): Made {
  const { item, actors, by, document } = filing;
  const targets = new Set([
    `Encounter/${filing.encounterId}`,
    ...filed.map(({ type, id }) => `${type}/${id}`),
  ]);
  const role = (code: string) => ({
    role: [{ coding: [{ system: 'http://hl7.org/fhir/provenance-participant-role', code }] }],
  });
  return {
    resourceType: 'Provenance',
    id: filing.newId(),
    target: [...targets].map((reference) => ({ reference })),
    recorded: londonDateTime(filing.now),
    agent: [
      {
        ...role('author'),
        whoReference: actors.author ?? actors.organisation ?? { display: item.sender_name },
        ...(actors.organisation === undefined ? {} : { onBehalfOfReference: actors.organisation }),
      },
      { ...role('verifier'), whoReference: { display: `${by.name}, ${by.role}` } },
    ],
    entity: [
      {
        role: 'source',
        whatIdentifier: {
          system: document.identifier?.system || 'https://tools.ietf.org/html/rfc4122',
          value: document.identifier?.value ?? `item ${item.item_key}`,
        },
      },
    ],
  };
}
