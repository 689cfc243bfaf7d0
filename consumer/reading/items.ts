// What every item has in common, and the items that are one resource each.
// spec: access-record-structured §11.1, §11.5, §11.6, §11.8, §11.11–11.13
import type {
  AllergyIntolerance,
  CodeableConcept,
  Condition,
  DocumentReference,
  Immunization,
  Observation,
  ProcedureRequest,
  ReferralRequest,
  Resource,
} from '@gp-connect/foundation/fhir';
import { type BundleIndex, extensionOf, linkPlaceholders, partOf } from './bundle-index.ts';
import { listOf } from './list-of.ts';
import { measurementsOf, valueText } from './measurements.ts';
import type { Item } from './record-view.ts';
import {
  actorText,
  cautionsOf,
  factsOf,
  noteTexts,
  rangeText,
  recordedDate,
  recordedPeriod,
  termText,
} from './words.ts';

type ItemBase = Pick<Item, 'reference' | 'area' | 'problems' | 'measurements' | 'children'>;

/** `linkedAs`: the reference under which problems link the item, where it is not its own (a medication's plan). */
export function baseItem(
  index: BundleIndex,
  resource: Resource,
  area: Item['area'],
  linkedAs?: string,
): ItemBase {
  const reference = `${resource.resourceType}/${resource.id ?? ''}`;
  return {
    reference,
    area,
    problems: index.problemsOf(linkedAs || reference).map((problem) => termText(problem.code)),
    measurements: [],
    children: [],
  };
}

export function allergyItem(index: BundleIndex, allergy: AllergyIntolerance): Item {
  const end = extensionOf(allergy, 'AllergyIntoleranceEnd');
  const reaction = allergy.reaction?.[0];
  const ended = allergy.clinicalStatus === 'resolved' || end !== undefined;
  return {
    ...baseItem(index, allergy, 'allergies'),
    kind: ended ? 'Ended allergy' : allergy.category?.includes('medication') ? 'Drug allergy' : 'Allergy',
    date: recordedDate(allergy.assertedDate),
    title: termText(allergy.code),
    standing: ended ? 'ended' : 'current',
    cautions: cautionsOf(allergy, allergy.code),
    facts: factsOf({
      Reaction: reaction && (reaction.description ?? manifestationText(reaction.manifestation)),
      Severity: reaction?.severity,
      Criticality: allergy.criticality,
      Onset: allergy.onsetDateTime && recordedDate(allergy.onsetDateTime).text,
      'Ended on': end && recordedDate(partOf(end, 'endDate')?.valueDateTime).text,
      'Reason ended': partOf(end, 'reasonEnded')?.valueString,
    }),
    notes: noteTexts(allergy.note),
    author: actorText(index, allergy.asserter) ?? actorText(index, allergy.recorder),
  };
}

/** A null flavour only carries the severity (§10.5): it is no reaction anybody recorded. */
function manifestationText(manifestations: readonly CodeableConcept[] | undefined): string {
  const said = (manifestations ?? []).filter(
    (each) => !each.coding?.some(({ system }) => /NullFlavor/i.test(system ?? '')),
  );
  return said.map((each) => termText(each)).join(', ');
}

export function problemItem(index: BundleIndex, problem: Condition, linked: readonly Item[]): Item {
  const significance = extensionOf(problem, 'ProblemSignificance')?.valueCode;
  const active = problem.clinicalStatus === 'active';
  return {
    ...baseItem(index, problem, 'problems'),
    kind: problemKind(significance, active),
    date: recordedDate(problem.onsetDateTime ?? problem.assertedDate),
    title: termText(problem.code),
    standing: active ? 'current' : 'past',
    cautions: cautionsOf(problem, problem.code),
    facts: factsOf({
      Significance: significance,
      Status: problem.clinicalStatus,
      Onset: problem.onsetDateTime && recordedDate(problem.onsetDateTime).text,
      Ended: problem.abatementDateTime && recordedDate(problem.abatementDateTime).text,
    }),
    notes: noteTexts(problem.note),
    author: actorText(index, problem.asserter),
    missing: linkPlaceholders(problem),
    children: linked,
    childrenTitle: 'Linked to this problem',
  };
}

function problemKind(significance: string | undefined, active: boolean): string {
  const words = [significance, active ? 'active' : 'inactive', 'problem'].filter(Boolean).join(' ');
  return words[0]!.toUpperCase() + words.slice(1);
}

export function immunisationItem(index: BundleIndex, immunisation: Immunization): Item {
  const procedure = extensionOf(immunisation, 'VaccinationProcedure')?.valueCodeableConcept;
  const protocol = immunisation.vaccinationProtocol?.[0];
  return {
    ...baseItem(index, immunisation, 'immunisations'),
    kind: immunisation.notGiven ? 'Immunisation not given' : 'Immunisation given',
    date: recordedDate(immunisation.date),
    title: termText(procedure, termText(immunisation.vaccineCode)),
    standing: immunisation.notGiven ? 'not-given' : 'past',
    cautions: cautionsOf(immunisation, procedure),
    facts: factsOf({
      Vaccine: immunisation.vaccineCode.coding?.some((coding) => coding.code === 'UNK')
        ? null
        : termText(immunisation.vaccineCode),
      Batch: immunisation.lotNumber,
      Manufacturer: actorText(index, immunisation.manufacturer),
      Site: immunisation.site && termText(immunisation.site),
      Route: immunisation.route && termText(immunisation.route),
      Dose:
        protocol?.doseSequence === undefined
          ? null
          : `${protocol.doseSequence}${protocol.seriesDoses ? ` of ${protocol.seriesDoses}` : ''}`,
      'Reason given': immunisation.explanation?.reason?.map((each) => termText(each)).join(', '),
      'Reason not given': immunisation.explanation?.reasonNotGiven?.map((each) => termText(each)).join(', '),
      Source: immunisation.primarySource ? null : 'Reported by someone else',
    }),
    notes: noteTexts(immunisation.note),
    author: actorText(index, immunisation.practitioner?.[0]?.actor),
  };
}

export function observationItem(index: BundleIndex, observation: Observation, area: Item['area']): Item {
  const value = valueText(observation);
  return {
    ...baseItem(index, observation, area),
    kind: 'Observation',
    date: observation.effectivePeriod
      ? recordedPeriod(observation.effectivePeriod)
      : recordedDate(observation.effectiveDateTime),
    title: termText(observation.code),
    standing: 'past',
    cautions: cautionsOf(observation, observation.code),
    facts: factsOf({
      Value: value,
      Interpretation: observation.interpretation && termText(observation.interpretation),
      'Reference range': observation.referenceRange
        ?.map((range) => rangeText(range))
        .filter(Boolean)
        .join('; '),
    }),
    notes: observation.comment ? [observation.comment] : [],
    author: actorText(index, listOf(observation.performer)[0]),
    measurements: measurementsOf(observation),
  };
}

export function referralItem(index: BundleIndex, referral: ReferralRequest): Item {
  const [main, ...others] = referral.reasonCode ?? [];
  return {
    ...baseItem(index, referral, 'referrals'),
    kind: 'Outbound referral',
    date: recordedDate(referral.authoredOn),
    title: termText(main, referral.description ?? 'Referral'),
    standing: 'past',
    cautions: cautionsOf(referral, main),
    facts: factsOf({
      Priority: referral.priority,
      To: listOf(referral.recipient)
        .map((recipient) => actorText(index, recipient))
        .filter(Boolean)
        .join(', '),
      'Other reasons': others.map((each) => termText(each)).join(', '),
      Description: referral.description,
    }),
    notes: noteTexts(referral.note),
    author: actorText(index, referral.requester?.agent),
  };
}

/** A diary entry is planned, whatever its code says. spec: §11.11 */
export function diaryItem(index: BundleIndex, entry: ProcedureRequest): Item {
  return {
    ...baseItem(index, entry, 'diary'),
    kind: 'Diary entry: planned, not done',
    date: entry.occurrencePeriod
      ? recordedPeriod(entry.occurrencePeriod)
      : recordedDate(entry.occurrenceDateTime),
    title: termText(entry.code),
    standing: 'planned',
    cautions: cautionsOf(entry, entry.code),
    facts: factsOf({ 'Entered on': entry.authoredOn && recordedDate(entry.authoredOn).text }),
    notes: noteTexts(entry.note),
    author: actorText(index, entry.requester?.agent),
  };
}

export function documentItem(index: BundleIndex, document: DocumentReference): Item {
  const attachment = document.content?.[0]?.attachment;
  return {
    ...baseItem(index, document, 'documents'),
    kind: attachment?.url ? 'Document' : 'Document known but not available',
    date: recordedDate(document.created ?? document.indexed),
    title: document.description ?? termText(document.type),
    standing: 'past',
    cautions: cautionsOf(document, document.type),
    facts: factsOf({
      Type: termText(document.type),
      'Date created': document.created ? null : 'Not recorded; the date shown is when the practice added it',
      Size: attachment?.size === undefined ? null : `${Math.ceil(attachment.size / 1024)} KB`,
      Format: attachment?.contentType,
      'Not available because': attachment?.url ? null : attachment?.title,
    }),
    notes: [],
    author: actorText(index, listOf(document.author)[0]),
  };
}
