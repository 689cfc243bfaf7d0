// R11 to R16: the document bundle, its profiles, attachments, confidentiality and what it replaces. spec: messaging §4
import { forEachReference } from '../fhir/index.ts';
import { isNhsNumber, system } from '../nhs/index.ts';
import { readPatientAddress, sameSurname } from './addresses.ts';
import { checkAttachment } from './attachments.ts';
import { documentModel } from './document-model.ts';
import { attachmentEntries } from './document-send.ts';
import { type ElementFault, elementFaults } from './element-rules.ts';
import type { ItkDocument, MessageEntry } from './message.ts';
import {
  type Attachment,
  type Fault,
  fault,
  type ReceiveStep,
  type Run,
  type Verdict,
} from './receive-run.ts';
import { itkProfile } from './systems.ts';

const documentOf = (run: Run): ItkDocument => run.message!.document!;
const payload = ({ path, issue, reason }: ElementFault): Fault => fault('20009', issue, path, reason);

function documentStructure(run: Run): Verdict {
  const { document, header } = run.message!;
  const structure = (path: string, reason: string) => fault('20009', 'structure', path, reason);
  if (document === undefined)
    return structure(`${header.path}.focus`, 'does not resolve to a document bundle');
  const { bundle, path } = document;
  if (bundle.type !== 'document') return structure(`${path}.type`, 'is not document');
  const profiles = bundle.meta?.profile;
  if (profiles === undefined && documentModel(run.product.id).profiled?.includes('Bundle')) {
    return fault('20009', 'required', `${path}.meta.profile`, 'is missing');
  }
  if (profiles !== undefined && !profiles.includes(itkProfile.documentBundle)) {
    return fault('20009', 'not-supported', `${path}.meta.profile`, 'is not the ITK document bundle');
  }
  if (!bundle.identifier?.value) return fault('20009', 'required', `${path}.identifier`, 'is missing');
  for (const name of ['total', 'link', 'signature'] as const) {
    if (bundle[name] !== undefined) return structure(`${path}.${name}`, 'is not allowed here');
  }
  if (!document.compositionFirst) return structure(`${path}.entry[0]`, 'is not the Composition');
  return unresolvedReference(document);
}

function unresolvedReference(document: ItkDocument): Fault | undefined {
  for (const entry of document.entries) {
    let broken: string | undefined;
    forEachReference(entry.resource, ({ reference }, where) => {
      if (reference !== undefined && document.resolve(reference) === undefined) broken ??= where;
    });
    if (broken !== undefined) {
      const inside = broken.slice(entry.resource.resourceType.length);
      return fault('20009', 'structure', entry.path + inside, 'does not resolve inside the document');
    }
  }
  return undefined;
}

async function duplicateDocument(run: Run): Promise<Verdict> {
  const { identifier, replaces, path } = documentOf(run);
  if (identifier === undefined || identifier.value === replaces?.value) return undefined;
  return (await run.ports.documentSeen?.(identifier))
    ? fault('20008', 'duplicate', `${path}.identifier`, 'this document was received before')
    : undefined;
}

/** Types first: one that is not supported refuses the whole message, whatever else is wrong. */
function unsupportedResource(run: Run): Fault | undefined {
  const model = documentModel(run.product.id);
  for (const { resource, path } of documentOf(run).entries) {
    const known = model.resources[resource.resourceType];
    if (known === undefined) {
      if (model.open === true) continue;
      return fault('20009', 'not-supported', path, `${resource.resourceType} is not supported here`);
    }
    if (known.profiles.length === 0) continue;
    const profiles = (resource.meta as { profile?: string[] } | undefined)?.profile;
    if (profiles === undefined) {
      if (model.profiled?.includes(resource.resourceType)) {
        return fault('20009', 'required', `${path}.meta.profile`, 'is missing');
      }
      run.notes.push({ path: `${path}.meta.profile`, issue: 'required', reason: 'is missing' });
    } else if (!profiles.some((profile) => known.profiles.includes(profile))) {
      return fault('20009', 'not-supported', `${path}.meta.profile`, 'is not a supported profile');
    }
  }
  return undefined;
}

function cardinalityFault(run: Run): Fault | undefined {
  const document = documentOf(run);
  for (const [type, { min, max }] of Object.entries(documentModel(run.product.id).resources)) {
    const count = document.ofType(type).length;
    if (count < min) return fault('20009', 'required', document.path, `${type} is missing`);
    if (count > max) return fault('20009', 'structure', document.path, `${type} is there ${count} times`);
  }
  return undefined;
}

function formatFaultOf(run: Run): Fault | undefined {
  // Base64 of attachments is judged at R14.
  const problem = run.problems.find(({ reason }) => reason !== 'is not base64');
  return problem && fault('20009', 'value', problem.path, problem.reason);
}

function elementFault(run: Run): Fault | undefined {
  const model = documentModel(run.product.id);
  const document = documentOf(run);
  let first: ElementFault | undefined;
  for (const entry of document.entries) {
    const rules = model.resources[entry.resource.resourceType]?.rules ?? [];
    const { faults, notes } = elementFaults(rules, entry, document, run.ports.now());
    run.notes.push(...notes);
    first ??= faults[0];
  }
  for (const whole of model.wholes) first ??= whole(document);
  return first && payload(first);
}

/** Patient of the document equals the address, where the receiver still sees one. spec: messaging §2.5 */
function addressFault(run: Run): Fault | undefined {
  const { to } = run.arrival;
  const patient: MessageEntry | undefined = documentOf(run).ofType('Patient')[0];
  if (to === undefined || patient === undefined || !/^GPPROVIDER_/i.test(to)) return undefined;
  const addressed = readPatientAddress(to);
  const { identifier, birthDate, name } = patient.resource as {
    identifier?: { system?: string; value?: string }[];
    birthDate?: string;
    name?: { family?: string }[];
  };
  const number = identifier?.find((known) => known.system === system.nhsNumber)?.value?.replaceAll(' ', '');
  if (!isNhsNumber(number) || addressed?.nhsNumber !== number) {
    return fault('20009', 'value', `${patient.path}.identifier`, 'differs from the address of the message');
  }
  if (addressed.birthDate !== birthDate) {
    return fault('20009', 'value', `${patient.path}.birthDate`, 'differs from the address of the message');
  }
  return name?.some(({ family }) => family !== undefined && sameSurname(family, addressed.family))
    ? undefined
    : fault('20009', 'value', `${patient.path}.name`, 'differs from the address of the message');
}

function profileFault(run: Run): Verdict {
  return (
    unsupportedResource(run) ??
    cardinalityFault(run) ??
    formatFaultOf(run) ??
    elementFault(run) ??
    addressFault(run)
  );
}

async function attachmentFault(run: Run): Promise<Verdict> {
  for (const { resource, path } of attachmentEntries(documentOf(run))) {
    const { contentType, content } = resource as { contentType?: string; content?: string };
    const checked = await checkedFile(run, { path, contentType, content, contentName: 'content' });
    if (!('attachment' in checked)) return checked;
    run.attachments.push(checked.attachment);
  }
  return embeddedFault(run);
}

interface SentFile {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly content: string | undefined;
  /** Name of the element that holds the content. */
  readonly contentName: string;
}

async function checkedFile(run: Run, file: SentFile): Promise<Fault | { attachment: Attachment }> {
  const checked = checkAttachment(file.contentType ?? '', file.content ?? '');
  if ('fault' in checked) {
    const { code, issue, reason } = checked.fault;
    const element = issue === 'value' ? file.contentName : 'contentType';
    return fault(code, issue, `${file.path}.${element}`, reason);
  }
  const attachment = { path: file.path, ...checked };
  const found = (await run.ports.scan?.(attachment)) ?? 'clean';
  return found === 'clean' ? { attachment } : fault('20004', 'security', file.path, found);
}

/** Files inside other resources, such as the report of an ambulatory measurement, are no safer than attachments. */
async function embeddedFault(run: Run): Promise<Verdict> {
  for (const { resource, path } of documentOf(run).ofType('Observation')) {
    const file = resource.valueAttachment as { contentType?: string; data?: string } | undefined;
    if (file === undefined) continue;
    const place = `${path}.valueAttachment`;
    const checked = await checkedFile(run, {
      path: place,
      contentType: file.contentType,
      content: file.data,
      contentName: 'data',
    });
    if (!('attachment' in checked)) return checked;
    if (run.product.id === 'update-record' && checked.attachment.type.mime !== 'application/pdf') {
      return fault('20005', 'security', `${place}.contentType`, 'a report must be application/pdf');
    }
  }
  return undefined;
}

const confidential = (run: Run): Verdict =>
  ['R', 'V'].includes(documentOf(run).composition?.confidentiality ?? '')
    ? fault(
        '20009',
        'business-rule',
        `${documentOf(run).entries[0]!.path}.confidentiality`,
        'a restricted document is not accepted',
      )
    : undefined;

async function replacementFault(run: Run): Promise<Verdict> {
  const { replaces, version, entries } = documentOf(run);
  if (replaces === undefined) return undefined;
  const target = (await run.ports.replaced?.(replaces, version)) ?? 'current';
  if (target === 'current') return undefined;
  if (target === 'wait') return { hold: replaces };
  return fault(
    '20014',
    'processing',
    `${entries[0]!.path}.relatesTo`,
    `the document to be replaced is ${target === 'void' ? 'void' : 'not known here'}`,
  );
}

export const documentSteps: readonly ReceiveStep[] = [
  {
    id: 'R11',
    check: 'document bundle, Composition first, references',
    codes: ['20009'],
    run: documentStructure,
  },
  { id: 'R12', check: 'document not seen before', codes: ['20008'], run: duplicateDocument },
  { id: 'R13', check: 'supported profiles and their elements', codes: ['20009'], run: profileFault },
  { id: 'R14', check: 'attachments', codes: ['20004', '20005', '20009'], run: attachmentFault },
  { id: 'R15', check: 'not restricted', codes: ['20009'], run: confidential },
  { id: 'R16', check: 'what it replaces is here', codes: ['20014'], run: replacementFault },
];
