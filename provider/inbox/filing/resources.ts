// Accepted entries as canonical GP Connect resources, one function a kind. What is not listed is not taken over.
// spec: access-record-structured §11; messaging SG-05…SG-08, SG-19, PG-12, PG-13, MD-15
import { decimalNumber, londonDateTime } from '@gp-connect/foundation/fhir';
import { itkExtension, itkSystem, type MessageResource } from '@gp-connect/foundation/itk3';
import { hl7UkProfile, nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { Concept } from '../entries.ts';
import type { EntryRow } from '../review/rows.ts';
import {
  type Amended,
  entryWords,
  type Filing,
  filedIdentity,
  filedMeta,
  type Made,
  serviceText,
  sourceWords,
} from './source.ts';

type Elements = Record<string, unknown>;

/** An entry on its way into the record: its row, and its resource parsed. */
export interface FiledEntry {
  readonly row: EntryRow;
  readonly resource: MessageResource;
  /** What a clinician of the practice changed in it. spec: national-service UPD-09 */
  readonly amended?: Amended;
}

const given = (elements: Elements): Elements =>
  Object.fromEntries(Object.entries(elements).filter(([, value]) => value !== undefined));
const pick = (resource: Elements, ...names: readonly string[]): Elements =>
  given(Object.fromEntries(names.map((name) => [name, resource[name]])));
const subject = ({ item }: Filing) => ({ reference: `Patient/${item.patient_id}` });
const context = ({ encounterId }: Filing) => ({ reference: `Encounter/${encounterId}` });

/** The receiver's own term for the code, the sender's words beside it. spec: SG-19 */
export function ownConcept({ row }: Pick<FiledEntry, 'row'>): Concept {
  const display = row.own_term ?? row.sent_term ?? undefined;
  const text = row.sent_term ?? display;
  if (row.code === null) return { ...(text === undefined ? {} : { text }) };
  return {
    coding: [
      { system: systemOf(row.code_system), code: row.code, ...(display === undefined ? {} : { display }) },
    ],
    ...(text === undefined || text === display ? {} : { text }),
  };
}

/** dm+d codes are codes of SNOMED CT; a code of any other system stays what it is. */
const systemOf = (sent: string | null): string =>
  sent === null || sent === itkSystem.dmd ? system.snomed : sent;

/** The consultation that stands for the message. spec: §11.7, SG-07 */
export function encounterOf(filing: Filing): Made {
  const { document, actors, item } = filing;
  const sent = document.ofType('Encounter')[0]?.resource;
  const period = sent?.period as { start?: string; end?: string } | undefined;
  const coding = (sent?.type as Concept[] | undefined)?.[0]?.coding?.slice(0, 1);
  const recorder = actors.author ?? actors.organisation;
  return {
    resourceType: 'Encounter',
    ...filedIdentity({ ...filing, newId: () => filing.encounterId }, sent),
    meta: filedMeta(filing, resourceProfile.Encounter),
    status: 'finished',
    type: [
      { ...(coding === undefined ? {} : { coding }), text: `${serviceText(item)} (${item.sender_name})` },
    ],
    subject: subject(filing),
    participant: [
      {
        type: [
          {
            coding: [
              {
                system: 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1',
                code: 'REC',
                display: 'recorder',
              },
            ],
          },
        ],
        ...(recorder === undefined ? {} : { individual: recorder }),
      },
    ],
    period: period ?? { start: item.encounter_at ?? londonDateTime(filing.now) },
    ...(actors.organisation === undefined ? {} : { serviceProvider: actors.organisation }),
  };
}

/** Length of the line that is shown before the rest is unfolded. spec: SG-07 */
export const SUMMARY_LENGTH = 300;

/** One comment note for all the words of a message: a short first line, then everything in full. */
export function noteOf(filing: Filing, summary: string, rest: readonly string[]): Made {
  const oneLine = summary.replace(/\s+/g, ' ').trim();
  const cut = oneLine.length > SUMMARY_LENGTH ? `${oneLine.slice(0, SUMMARY_LENGTH - 1)}…` : oneLine;
  const full = oneLine === cut && !summary.includes('\n') ? [] : [summary];
  const source = sourceWords(filing.item, filing.by, filing.now);
  return {
    resourceType: 'Observation',
    ...filedIdentity(filing),
    meta: filedMeta(filing, resourceProfile.Observation),
    status: 'final',
    code: { coding: [{ system: system.snomed, code: '37331000000100', display: 'Comment note' }] },
    subject: subject(filing),
    context: context(filing),
    effectiveDateTime: filing.item.encounter_at ?? londonDateTime(filing.now),
    issued: londonDateTime(filing.now),
    performer: performers(filing, undefined),
    comment: [cut, ...full, ...rest, source].join('\n'),
  };
}

function performers({ actors }: Filing, from: Elements | undefined): { reference: string }[] {
  const sent = (from?.performer as { reference?: string }[] | undefined) ?? [];
  const named = sent.flatMap(({ reference }) => actors.of(reference) ?? []);
  const people = named.length > 0 ? named : actors.author === undefined ? [] : [actors.author];
  const all = [...people, ...(actors.organisation === undefined ? [] : [actors.organisation])];
  return all.filter(({ reference }, at) => all.findIndex((one) => one.reference === reference) === at);
}

/** A dated observation and nothing more: no problem is opened or closed by it, whatever its code. spec: PG-12, PG-13 */
export function observationOf(filing: Filing, entry: FiledEntry): Made {
  const { resource } = entry;
  const byPatient = ((resource.performer as { reference?: string }[] | undefined) ?? []).some(
    ({ reference }) => filing.document.resolve(reference)?.resource.resourceType === 'Patient',
  );
  const words = [
    byPatient ? 'Measured by the patient.' : '',
    typeof resource.comment === 'string' ? resource.comment : '',
    entryWords(filing, entry),
  ];
  return {
    resourceType: 'Observation',
    ...filedIdentity(filing, resource),
    meta: filedMeta(filing, resourceProfile.Observation),
    status: 'final',
    code: ownConcept(entry),
    subject: subject(filing),
    context: context(filing),
    ...pick(resource, 'effectiveDateTime', 'effectivePeriod'),
    issued: typeof resource.issued === 'string' ? resource.issued : londonDateTime(filing.now),
    performer: performers(filing, resource),
    ...pick(
      resource,
      'valueQuantity',
      'valueString',
      'valueCodeableConcept',
      'valueDateTime',
      'valueBoolean',
    ),
    ...pick(resource, 'interpretation', 'bodySite', 'referenceRange'),
    ...given({ component: storedComponents(resource) }),
    comment: words.filter((part) => part !== '').join(' '),
  };
}

/** Day and night values of an ambulatory measurement stay in the message. spec: messaging §6.4 */
const ignoredComponents: ReadonlySet<string> = new Set([
  '2181401000000109',
  '2181411000000106',
  '2181421000000100',
  '2181431000000103',
]);

function storedComponents(resource: Elements): unknown {
  const components = resource.component as { code?: Concept }[] | undefined;
  return components?.filter(
    ({ code }) => !(code?.coding ?? []).some((coding) => ignoredComponents.has(coding.code ?? '')),
  );
}

/** A presenting complaint is an entry of the consultation; a Problem is the practice's to make. spec: messaging §6.2 */
export function complaintOf(filing: Filing, entry: FiledEntry): Made {
  const { resource } = entry;
  const resolved = resource.clinicalStatus === 'resolved' ? ' (resolved)' : '';
  return {
    resourceType: 'Observation',
    ...filedIdentity(filing, resource),
    meta: filedMeta(filing, resourceProfile.Observation),
    status: 'final',
    code: ownConcept(entry),
    subject: subject(filing),
    context: context(filing),
    effectiveDateTime: filing.item.encounter_at ?? resource.assertedDate,
    issued: londonDateTime(filing.now),
    performer: performers(filing, undefined),
    comment: `Presenting complaint${resolved}. ${entryWords(filing, entry)}`,
  };
}

/** The day of a date, some days on; undefined where no whole day is given or the span is none. */
function day(date: string | undefined, more = 0): string | undefined {
  const at = Date.parse(`${(date ?? '').slice(0, 10)}T00:00:00Z`) + more * 86_400_000;
  return Number.isNaN(at) || Math.abs(more) > 3_660 ? undefined : new Date(at).toISOString().slice(0, 10);
}

const coded = (of: string, code: string, display: string) => ({ coding: [{ system: of, code, display }] });

/**
 * A supply as a medicine issued elsewhere: a finished statement with its plan and no issue, so that it is no repeat and
 * no prescribing of this practice. spec: SG-08, MD-15; §11.4 "prescribed elsewhere"
 */
export function supplyOf(filing: Filing, entry: FiledEntry): Made[] {
  const { resource } = entry;
  const medicationId = filing.newId();
  const plan = filedIdentity(filing);
  const handedOver = typeof resource.whenHandedOver === 'string' ? resource.whenHandedOver : undefined;
  const start =
    day(handedOver) ?? day(filing.item.encounter_at ?? undefined) ?? day(filing.now.toISOString())!;
  const supply = resource.daysSupply as { value?: unknown; code?: string } | undefined;
  const end =
    (supply?.code === 'd' ? day(start, decimalNumber(supply.value) ?? Number.NaN) : undefined) ?? start;
  const sentDose = (resource.dosageInstruction as Elements[] | undefined)?.[0] ?? {};
  const dosage = [{ text: 'As supplied', ...pick(sentDose, 'text', 'patientInstruction') }];
  const medicationReference = { reference: `Medication/${medicationId}` };
  const note = [{ text: `Additional Information: issued elsewhere. ${entryWords(filing, entry)}` }];
  const period = { start, end };
  return [
    {
      resourceType: 'Medication',
      id: medicationId,
      meta: { profile: [resourceProfile.Medication] },
      code: ownConcept(entry),
    },
    {
      resourceType: 'MedicationStatement',
      ...filedIdentity(filing, resource),
      meta: filedMeta(filing, resourceProfile.MedicationStatement),
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-PrescribingAgency-1'),
          valueCodeableConcept: {
            ...coded(
              system.prescribingAgency,
              'prescribed-by-another-organisation',
              'Prescribed by another organisation',
            ),
            text: `${filing.item.sender_name} (${filing.item.sender_ods})`,
          },
        },
      ],
      basedOn: [{ reference: `MedicationRequest/${plan.id}` }],
      context: context(filing),
      status: 'completed',
      medicationReference,
      effectivePeriod: period,
      dateAsserted: start,
      subject: subject(filing),
      taken: 'unk',
      note,
      dosage,
    },
    {
      resourceType: 'MedicationRequest',
      ...plan,
      meta: filedMeta(filing, resourceProfile.MedicationRequest),
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-PrescriptionType-1'),
          valueCodeableConcept: coded(system.prescriptionType, 'acute', 'Acute'),
        },
      ],
      status: 'completed',
      intent: 'plan',
      medicationReference,
      subject: subject(filing),
      context: context(filing),
      authoredOn: start,
      ...given({ recorder: filing.actors.author }),
      note,
      dosageInstruction: dosage,
      dispenseRequest: {
        validityPeriod: period,
        ...pick(resource, 'quantity'),
        ...(supply?.code !== 'd'
          ? {}
          : { expectedSupplyDuration: { ...supply, unit: 'day', system: system.ucum, code: 'd' } }),
      },
    },
  ];
}

/** spec: §11.5, messaging §7.2 */
export function immunisationOf(filing: Filing, entry: FiledEntry): Made[] {
  const { resource } = entry;
  const sent = (resource.extension as { url?: string }[] | undefined) ?? [];
  const extension = (url: string) => sent.find((one) => one.url === url);
  const maker = filing.document.resolve(
    (resource.manufacturer as { reference?: string } | undefined)?.reference,
  );
  const practitioner = (
    (resource.practitioner as { role?: unknown; actor?: { reference?: string } }[]) ?? []
  ).flatMap(({ role, actor }) => {
    const known = filing.actors.of(actor?.reference);
    return known === undefined ? [] : [given({ role, actor: known })];
  });
  const manufacturer =
    maker === undefined
      ? resource.manufacturer
      : filing.actors.of((resource.manufacturer as { reference?: string }).reference);
  const isGiven = resource.notGiven !== true;
  const explanation = resource.explanation as Elements | undefined;
  return [
    {
      resourceType: 'Immunization',
      ...filedIdentity(filing, resource),
      meta: filedMeta(filing, resourceProfile.Immunization),
      extension: [
        {
          url: hl7UkProfile('Extension-CareConnect-DateRecorded-1'),
          valueDateTime:
            (extension(itkExtension.dateRecorded) as { valueDateTime?: string } | undefined)?.valueDateTime ??
            resource.date,
        },
        ...(extension(itkExtension.vaccinationProcedure) === undefined
          ? []
          : [extension(itkExtension.vaccinationProcedure)]),
      ],
      status: 'completed',
      notGiven: !isGiven,
      vaccineCode:
        entry.row.code === null
          ? { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK', display: 'unknown' }] }
          : ownConcept(entry),
      patient: subject(filing),
      encounter: context(filing),
      ...pick(resource, 'date'),
      primarySource: resource.primarySource !== false,
      ...(isGiven ? pick(resource, 'lotNumber', 'expirationDate', 'site', 'route', 'doseQuantity') : {}),
      ...given({ manufacturer: isGiven ? manufacturer : undefined }),
      ...(practitioner.length === 0 ? {} : { practitioner }),
      note: [{ text: entryWords(filing, entry) }],
      ...(explanation === undefined
        ? {}
        : { explanation: pick(explanation, isGiven ? 'reason' : 'reasonNotGiven') }),
    },
  ];
}
