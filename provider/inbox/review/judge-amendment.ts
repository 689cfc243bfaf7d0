// The same rules on what a reviewer made of an entry: the message is judged as if it had come so. spec: UPD-09, §10.9
import { type Bundle, parseJson } from '@gp-connect/foundation/fhir';
import {
  type ItkDocument,
  type ItkMessage,
  type MessageResource,
  readMessage,
} from '@gp-connect/foundation/itk3';
import { entriesOf, type ProposedEntry } from '../entries.ts';
import type { RuleEvaluation } from '../ports.ts';
import { circumstances, type InboxRooms } from '../receiving/judge.ts';
import { placed } from '../receiving/proposal.ts';
import { recordContextOf } from '../receiving/record-context.ts';
import type { KeptFinding } from '../severity.ts';
import { type AmendmentChanges, amendedResource, type JudgedAmendment } from './amendment.ts';
import { InboxRefusal } from './refusals.ts';
import { type DecisionRow, decisionsOf, type EntryRow, entryRows, findingsOf, type ItemRow } from './rows.ts';
import { storedMessage } from './stored-message.ts';

/** What the rules find on an item as it stands, or with other resources in the place of some of its own. */
export async function evaluateItem(
  rooms: InboxRooms,
  practice: string,
  item: ItemRow,
  amended: ReadonlyMap<string, MessageResource> = new Map(),
): Promise<
  { evaluation: RuleEvaluation; findings: readonly KeptFinding[]; document: ItkDocument } | undefined
> {
  const { records, ports } = rooms;
  const patient = await records.findPatientByKey(practice, item.patient_key);
  if (patient === undefined) return undefined;
  const message = withResources(await storedMessage(rooms, practice, item.message_key), amended);
  const document = message.document!;
  const record = {
    ...(await recordContextOf(records, practice, patient)),
    ...(await circumstances(rooms, practice, { patient }, message, item.item_key)),
    receivedAt: item.received_at.toISOString(),
  };
  const sentAt = message.header.timestamp;
  const evaluation = await ports.rules.evaluate(practice, document, sentAt, record, ports.now());
  const refs = new Set(entriesOf(document).map(({ ref }) => ref));
  return { evaluation, findings: placed(evaluation.findings, refs), document };
}

type BundleEntry = { fullUrl?: string; resource?: MessageResource };

/** The message read anew with some resources of its document replaced. */
function withResources(message: ItkMessage, amended: ReadonlyMap<string, MessageResource>): ItkMessage {
  if (amended.size === 0) return message;
  const replaced = (entry: BundleEntry): BundleEntry => {
    const { fullUrl, resource } = entry;
    if (resource?.resourceType === 'Bundle') {
      return { ...entry, resource: { ...resource, entry: (resource.entry as BundleEntry[]).map(replaced) } };
    }
    const ref = fullUrl || `${resource?.resourceType}/${resource?.id ?? ''}`;
    const other = amended.get(ref);
    return other === undefined ? entry : { ...entry, resource: other };
  };
  const entry = ((message.bundle.entry ?? []) as unknown as BundleEntry[]).map(replaced);
  return readMessage({ ...message.bundle, entry } as unknown as Bundle)!;
}

/** The resources of entries that were amended before. */
export const amendedBefore = (decisions: ReadonlyMap<string, DecisionRow>): Map<string, MessageResource> =>
  new Map([...decisions].flatMap(([ref, { amendment }]) => (amendment ? [[ref, amendment.resource]] : [])));

/**
 * Judges amendments of an item's entries, all together and with those made before, except of entries in `redecided`.
 * @throws InboxRefusal DECISION for an entry there is not, AMENDMENT for a change it cannot take
 */
export async function judgeAmendments(
  rooms: InboxRooms,
  practice: string,
  item: ItemRow,
  amendments: ReadonlyMap<string, AmendmentChanges>,
  redecided: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, JudgedAmendment>> {
  if (amendments.size === 0) return new Map();
  const { db, ports } = rooms;
  const rows = new Map((await entryRows(db, practice, item.item_key)).map((row) => [row.ref, row]));
  const codes = [...amendments.values()].flatMap(({ code }) => code ?? []);
  const terminology = await ports.terminology.load({ codes });
  const termOf = (code: string | undefined) =>
    code === undefined ? undefined : terminology.preferredTerm(code);
  const resources = amendedBefore(await decisionsOf(db, practice, item.item_key));
  for (const ref of redecided) resources.delete(ref);
  const made = new Map<string, ReturnType<typeof amendedResource>>();
  for (const [ref, changes] of amendments) {
    const row = rows.get(ref);
    if (row === undefined) throw new InboxRefusal('DECISION', 'The item has no such entry');
    const entry = { kind: row.kind, resource: parseJson(row.resource) as MessageResource };
    made.set(ref, amendedResource(entry, changes, termOf(changes.code)));
    resources.set(ref, made.get(ref)!.resource);
  }
  const judged = await evaluateItem(rooms, practice, item, resources);
  if (judged === undefined)
    throw new InboxRefusal('DECISION', 'The patient is not at this practice any more');
  const before = await findingsOf(db, practice, item.item_key);
  const proposed = new Map(entriesOf(judged.document).map((entry) => [entry.ref, entry]));
  return new Map(
    [...made].map(([ref, { resource, was }]) => {
      const changes = amendments.get(ref)!;
      const row = rows.get(ref)!;
      const findings = findingsOn(ref, judged.findings, before);
      const { ruleSetVersion } = judged.evaluation;
      const entry = asProposed(row, proposed.get(ref));
      const ownTerm = changes.code === undefined ? row.own_term : (termOf(changes.code) ?? null);
      return [ref, { changes, was, resource, ...entry, ownTerm, findings, ruleSetVersion }];
    }),
  );
}

const asProposed = (row: EntryRow, entry: ProposedEntry | undefined) => ({
  code: entry?.code ?? row.code,
  codeSystem: entry?.codeSystem ?? row.code_system,
  words: entry?.words ?? row.words,
});

/** What is found on the entry now, what the change brought about elsewhere, and what the inbox itself found. */
function findingsOn(ref: string, now: readonly KeptFinding[], before: readonly KeptFinding[]): KeptFinding[] {
  const isNew = (finding: KeptFinding): boolean =>
    !before.some((known) => known.ref === finding.ref && known.ruleId === finding.ruleId);
  const own = before.filter((finding) => finding.ref === ref && finding.ruleSetVersion === 'inbox');
  return [...own, ...now.filter((finding) => finding.ref === ref || isNew(finding))];
}
