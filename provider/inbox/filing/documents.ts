// Accepted documents: one DocumentReference with every attachment kept together, each content a Binary.
// spec: messaging §5.5, access-document §4.5, access-record-structured §11.13
import { londonDateTime } from '@gp-connect/foundation/fhir';
import { attachmentType, base64Bytes } from '@gp-connect/foundation/itk3';
import { resourceProfile } from '@gp-connect/foundation/nhs';
import type { FiledEntry } from './resources.ts';
import { type Filing, filedIdentity, filedMeta, type Made, sourceWords } from './source.ts';

interface Content {
  readonly contentType: string;
  readonly base64: string;
}

function contentsOf(entry: FiledEntry): Content {
  const { resource } = entry;
  const attachment = (resource.valueAttachment ?? resource) as {
    contentType?: string;
    content?: string;
    data?: string;
  };
  const sent = String(attachment.contentType ?? 'application/octet-stream');
  return {
    contentType: attachmentType(sent)?.mime ?? sent,
    base64: String(attachment.content ?? attachment.data ?? '').replace(/\s+/g, ''),
  };
}

/** The document of some attachments, and their contents; `replaces` is the id of the DocumentReference before. */
export function documentOf(
  filing: Filing,
  entries: readonly FiledEntry[],
  fields: { readonly type: unknown; readonly description: string; readonly replaces?: string | undefined },
): Made[] {
  const { item, actors, document, practice } = filing;
  const contents = entries.map((entry) => ({ id: filing.newId(), ...contentsOf(entry) }));
  const created = document.composition?.date ?? item.encounter_at ?? londonDateTime(filing.now);
  const author = actors.organisation ?? actors.author;
  const identity = filedIdentity(filing);
  const documentId = document.identifier;
  const sent = documentId === undefined || documentId.system === '' ? [] : [documentId];
  return [
    {
      resourceType: 'DocumentReference',
      ...identity,
      meta: filedMeta(filing, resourceProfile.DocumentReference),
      identifier: [...identity.identifier, ...sent],
      status: 'current',
      type: fields.type,
      subject: { reference: `Patient/${item.patient_id}` },
      created,
      indexed: londonDateTime(filing.now),
      ...(author === undefined ? {} : { author: [author] }),
      custodian: { reference: `Organization/${practice.organizationId}` },
      ...(fields.replaces === undefined
        ? {}
        : {
            relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${fields.replaces}` } }],
          }),
      description: `${fields.description}. ${sourceWords(item, filing.by, filing.now)}`,
      content: contents.map(({ id, contentType, base64 }) => ({
        attachment: { contentType, url: `Binary/${id}`, size: base64Bytes(base64)?.length ?? 0 },
      })),
      context: { encounter: { reference: `Encounter/${filing.encounterId}` } },
    },
    ...contents.map(({ id, contentType, base64 }) => ({
      resourceType: 'Binary',
      id,
      contentType,
      content: base64,
    })),
  ];
}
