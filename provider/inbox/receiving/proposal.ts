// From an accepted message to what the inbox keeps of it: the item, its entries, and every finding where it belongs.
// spec: messaging §10.9, SG-19, SG-21, SG-22; §6.3 (NOPAT)
import { parseFhirDate } from '@gp-connect/foundation/fhir';
import { type ItkDocument, serviceOf } from '@gp-connect/foundation/itk3';
import type { Terminology, TerminologySource } from '@gp-connect/foundation/terminology';
import { entriesOf, type ProposedEntry } from '../entries.ts';
import type { KeptFinding } from '../severity.ts';
import type { Judgement } from './judge.ts';
import type { Standing } from './match-patient.ts';

type Accepted = Extract<Judgement, { kind: 'accepted' }>;

export interface Proposal {
  readonly title: string;
  readonly service: string | null;
  readonly senderOds: string;
  readonly senderName: string;
  readonly authorName: string;
  readonly authorRole: string | null;
  readonly recipientType: string;
  /** As written: day, or day and time. */
  readonly encounterAt: string | null;
  readonly sensitive: boolean;
  readonly standing: Standing;
  readonly entries: readonly (ProposedEntry & { readonly ownTerm: string | null })[];
  readonly findings: readonly KeptFinding[];
}

interface Name {
  text?: string;
  family?: string;
  given?: string[];
  prefix?: string[];
}

/** `Dr Ada Quill` */
export function nameText(name: Name | undefined): string {
  if (name === undefined) return '';
  return name.text ?? [...(name.prefix ?? []), ...(name.given ?? []), name.family ?? ''].join(' ').trim();
}

export interface Author {
  readonly name: string;
  readonly role: string | null;
  readonly organisation: string;
}

interface Role {
  practitioner?: { reference?: string };
  code?: { text?: string; coding?: { display?: string; code?: string }[] }[];
}

/** Who wrote the document: the first practitioner it names as author, with the role, and the organisation. */
export function authorOf(document: ItkDocument): Author {
  const authors = (document.composition?.author ?? []) as { reference?: string }[];
  const references = authors.map(({ reference }) => document.resolve(reference));
  const person =
    references.find((entry) => entry?.resource.resourceType === 'Practitioner') ??
    document.ofType('Practitioner')[0];
  const names = person?.resource.name as Name[] | Name | undefined;
  const roles = document.ofType('PractitionerRole').map(({ resource }) => resource as unknown as Role);
  const role = roles.find((one) => document.resolve(one.practitioner?.reference) === person)?.code?.[0];
  const custodian = document.resolve(document.composition?.custodian?.reference);
  const organisation =
    custodian ??
    references.find((entry) => entry?.resource.resourceType === 'Organization') ??
    document.ofType('Organization')[0];
  return {
    name: nameText(Array.isArray(names) ? names[0] : names),
    role:
      role === undefined ? null : (role.text ?? role.coding?.[0]?.display ?? role.coding?.[0]?.code ?? null),
    organisation: String(organisation?.resource.name ?? ''),
  };
}

/** What the item is made of. `terminology` names each code in the practice's own release (SG-19). */
export async function proposalOf(
  accepted: Accepted,
  source: TerminologySource,
  now: Date,
): Promise<Proposal> {
  const { document, message } = accepted;
  const entries = entriesOf(document);
  const terminology = await source.load({ codes: entries.flatMap(({ code }) => code ?? []) });
  const author = authorOf(document);
  const service = serviceOf(document) ?? null;
  return {
    title: document.composition?.title ?? accepted.product.name,
    service,
    senderOds: message.sender?.organisation ?? message.sender?.site ?? '',
    senderName: author.organisation,
    authorName: author.name,
    authorRole: author.role,
    recipientType: message.header.handling.RecipientType ?? 'FA',
    encounterAt: encounterStart(document),
    sensitive: isSensitive(document, entries, service, now),
    standing: accepted.match.standing,
    entries: entries.map((entry) => ({ ...entry, ownTerm: ownTerm(terminology, entry) })),
    findings: [
      ...ownFindings(accepted, now),
      ...placed(accepted.evaluation.findings, new Set(entries.map(({ ref }) => ref))),
    ],
  };
}

const ownTerm = (terminology: Terminology, { code }: ProposedEntry): string | null =>
  code === undefined ? null : (terminology.preferredTerm(code) ?? terminology.product(code)?.name ?? null);

/** A finding about something that is no entry (Composition, Encounter, Patient) is about the whole message. */
export function placed(
  findings: Accepted['evaluation']['findings'],
  refs: ReadonlySet<string>,
): KeptFinding[] {
  return findings.map(({ itemRef, ...finding }) => ({ ...finding, ref: refs.has(itemRef) ? itemRef : '' }));
}

function encounterStart(document: ItkDocument): string | null {
  const encounter = document.ofType('Encounter')[0]?.resource as { period?: { start?: string } } | undefined;
  return encounter?.period?.start ?? document.composition?.date ?? null;
}

/** Said of sexual health, in terms or text: rather hidden once too often. spec: SG-22 */
const sexualHealth =
  /\b(?:sexual(?:ly)?|genital|chlamydia|gonorrh|syphilis|herpes|hiv|contracepti|morning[- ]after|terminations? of pregnancy|abortion)/i;

/** Contraception, sexual health, and anyone under 16. spec: SG-22 */
function isSensitive(
  document: ItkDocument,
  entries: readonly ProposedEntry[],
  service: string | null,
  now: Date,
): boolean {
  if (entries.some(({ sentTerm, words }) => sexualHealth.test(`${sentTerm ?? ''} ${words}`))) return true;
  const birthDate = document.ofType('Patient')[0]?.resource.birthDate;
  const born = typeof birthDate === 'string' ? parseFhirDate(birthDate) : undefined;
  const sixteenth = born === undefined ? undefined : new Date(born.start);
  sixteenth?.setUTCFullYear(sixteenth.getUTCFullYear() + 16);
  return service === 'contraception' || (sixteenth !== undefined && sixteenth > now);
}

export function isHiddenFromPatient(document: ItkDocument): boolean {
  return document.entries.some(({ resource }) =>
    (resource.meta as { security?: { system?: string; code?: string }[] } | undefined)?.security?.some(
      ({ code }) => code === 'NOPAT',
    ),
  );
}

const standingWords: Readonly<Record<Exclude<Standing, 'current'>, string>> = {
  died: 'The patient has died: no task that reaches out to the patient',
  left: 'The patient is no longer registered here',
};

/** What the inbox itself has to say, beside the rule pack. */
function ownFindings({ document, match, notes }: Accepted, now: Date): KeptFinding[] {
  const finding = (ruleId: string, severity: KeptFinding['severity'], message: string): KeptFinding => ({
    ref: '',
    ruleId,
    ruleVersion: '1',
    ruleSetVersion: 'inbox',
    severity,
    urgent: false,
    overridable: true,
    message,
    parameters: {},
    evaluatedAt: now.toISOString(),
  });
  const found: KeptFinding[] = [];
  if (match.standing !== 'current') found.push(finding('SG-21', 'WARN', standingWords[match.standing]));
  if (isHiddenFromPatient(document)) {
    found.push(
      finding('NOPAT', 'WARN', 'The sender asked that the patient does not see this: decide on filing'),
    );
  }
  if (match.patient.verification !== '01') {
    found.push(finding('ID-VER', 'WARN', 'The NHS number of this patient is not verified here'));
  }
  if (notes.some(({ reason }) => reason.includes('blanks'))) {
    found.push(finding('ID-NHS', 'WARN', 'The NHS number was sent with blanks'));
  }
  return found;
}
