// Documents: the DocumentReference and, where the file is held, its Binary.
// spec: access-document §4.5, §4.6, §5; access-record-structured §11.13
// Stored form: `attachment.url` is relative (`Binary/{id}`); the server that answers puts its own root before it.

import type { Binary, DocumentReference, Reference } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import { isoDay, isoInstant } from '../calendar.ts';
import type { OutsideKey } from './actors.ts';
import { codeable } from './codes.ts';
import { type MadeFile, pdfFile, rtfFile, textFile, tiffFile } from './files.ts';
import { type Occasion, type RecordWriter, restricted } from './writer.ts';

export type FileKind = 'pdf' | 'tiff' | 'rtf' | 'text';

export interface DocumentFacts {
  /** SNOMED code of the record composition, or its name as text. */
  readonly type: string | { readonly text: string };
  readonly description: string;
  readonly from?: OutsideKey;
  readonly lines?: readonly string[];
  readonly file?: FileKind;
  /** A PDF of exactly so many bytes, made when it is read. */
  readonly bytes?: number;
  /** No file: the placeholder's reason, size and type. */
  readonly placeholder?: { readonly reason: string; readonly size: number; readonly contentType: string };
  readonly setting?: string;
  readonly related?: Reference;
  readonly notForPatient?: true;
}

const notForPatient = {
  system: system.actCode,
  code: 'NOPAT',
  display: "no disclosure to patient, family or caregivers without attending provider's authorization",
};

function fileOf(facts: DocumentFacts): MadeFile {
  const lines = facts.lines ?? [facts.description];
  if (facts.bytes !== undefined) return pdfFile(lines, facts.bytes);
  if (facts.file === 'tiff') return tiffFile();
  if (facts.file === 'rtf') return rtfFile(lines);
  return facts.file === 'text' ? textFile(lines) : pdfFile(lines);
}

/** Files a document; the Binary's content is produced when the resource is serialised. */
export function fileDocument(writer: RecordWriter, at: Occasion, facts: DocumentFacts): Reference {
  const id = writer.newId();
  const meta = writer.meta('DocumentReference');
  const file = facts.placeholder === undefined ? fileOf(facts) : undefined;
  const attachment = file
    ? {
        contentType: file.contentType,
        url: `Binary/${fileBinary(writer, file, meta.security !== undefined)}`,
        size: file.size,
      }
    : {
        contentType: facts.placeholder!.contentType,
        size: facts.placeholder!.size,
        title: facts.placeholder!.reason,
      };
  const context = {
    ...(at.encounter === undefined ? {} : { encounter: at.encounter }),
    ...(facts.setting === undefined ? {} : { practiceSetting: { text: facts.setting } }),
    ...(facts.related === undefined ? {} : { related: [{ ref: facts.related }] }),
  };
  const made: DocumentReference = {
    resourceType: 'DocumentReference',
    id,
    meta,
    masterIdentifier: { system: writer.identifier(id)[0]!.system!, value: `${id}-1` },
    identifier: writer.identifier(id),
    status: 'current',
    type: typeof facts.type === 'string' ? codeable(writer.style, facts.type) : facts.type,
    subject: writer.patient,
    created: isoDay(at.day - 2),
    indexed: isoInstant(at.day, at.minute),
    author: [facts.from === undefined ? at.clinician.reference : writer.outside(facts.from).reference],
    custodian: writer.actors.organizationReference,
    ...(facts.notForPatient ? { securityLabel: [{ coding: [notForPatient] }] } : {}),
    description: facts.description,
    content: [{ attachment }],
    ...(Object.keys(context).length === 0 ? {} : { context }),
  };
  return writer.add(made);
}

function fileBinary(writer: RecordWriter, file: MadeFile, confidential: boolean): string {
  const id = writer.newId();
  const binary: Binary = {
    resourceType: 'Binary',
    id,
    ...(confidential ? { meta: { security: [restricted] } } : {}),
    contentType: file.contentType,
    get content() {
      return file.base64();
    },
  };
  writer.binaries.push(binary);
  return id;
}
