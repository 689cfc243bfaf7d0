// The medication triangle read as lines a clinician knows: drug, directions, issues, review.
// spec: access-record-structured §11.2–11.4, §16
import type { Medication, MedicationRequest, MedicationStatement } from '@gp-connect/foundation/fhir';
import { decimalText } from '@gp-connect/foundation/fhir';
import { type BundleIndex, extensionOf, partOf } from './bundle-index.ts';
import { baseItem } from './items.ts';
import { listOf } from './list-of.ts';
import type { Item } from './record-view.ts';
import {
  actorText,
  cautionsOf,
  factsOf,
  noteTexts,
  recordedDate,
  recordedPeriod,
  termText,
} from './words.ts';

const PLAN_KIND: Readonly<Record<string, string>> = {
  acute: 'Acute medication',
  'acute-handwritten': 'Acute medication',
  'delayed-prescribing': 'Delayed prescription',
  repeat: 'Repeat medication',
  'repeat-dispensing': 'Repeat dispensing medication',
};

/** One MedicationStatement with its plan and the issues under it. */
export function medicationItem(index: BundleIndex, statement: MedicationStatement): Item {
  const plan = index.find(listOf(statement.basedOn)[0]) as MedicationRequest | undefined;
  const planReference = plan ? `MedicationRequest/${plan.id}` : '';
  const issues = index
    .ordersOf(planReference)
    .toSorted((a, b) =>
      (b.dispenseRequest?.validityPeriod?.start ?? '').localeCompare(
        a.dispenseRequest?.validityPeriod?.start ?? '',
      ),
    );
  const type = codeOf(extensionOf(plan, 'PrescriptionType'));
  const agency = extensionOf(statement, 'PrescribingAgency')?.valueCodeableConcept;
  const elsewhere = agency?.coding?.some((coding) => coding.code !== 'prescribed-at-gp-practice') ?? false;
  const repeats = extensionOf(plan, 'MedicationRepeatInformation');
  const stopped = extensionOf(plan, 'MedicationStatusReason');
  const drug = index.find(statement.medicationReference) as Medication | undefined;
  const concept = drug?.code ?? statement.medicationCodeableConcept;
  const period =
    statement.effectivePeriod ??
    (statement.effectiveDateTime ? { start: statement.effectiveDateTime } : undefined);
  return {
    ...baseItem(index, statement, 'medications', planReference),
    kind: elsewhere ? 'Medication prescribed elsewhere' : (PLAN_KIND[type ?? ''] ?? 'Medication'),
    date: recordedPeriod(period),
    title: termText(concept),
    standing: statement.status === 'active' ? 'current' : 'past',
    cautions: cautionsOf(statement, concept),
    facts: factsOf({
      Directions: statement.dosage?.[0]?.text,
      'Patient instruction': statement.dosage?.[0]?.patientInstruction,
      Quantity: quantityOf(plan),
      Status: statement.status,
      'Last issued': recordedIf(extensionOf(statement, 'MedicationStatementLastIssueDate')?.valueDateTime),
      Issues: issuesText(repeats),
      'Authorisation expires': recordedIf(partOf(repeats, 'authorisationExpiryDate')?.valueDateTime),
      'Reason stopped':
        stopped && termText(partOf(stopped, 'statusReason')?.valueCodeableConcept, 'Reason not recorded'),
      'Stopped on': recordedIf(partOf(stopped, 'statusChangeDate')?.valueDateTime),
      'Prescribed by': elsewhere ? termText(agency) : actorText(index, plan?.requester?.agent),
    }),
    notes: noteTexts(statement.note),
    author: actorText(index, plan?.recorder),
    children: issues.map((issue) => issueItem(index, issue, termText(concept))),
    childrenTitle: 'Issues',
  };
}

function issueItem(index: BundleIndex, issue: MedicationRequest, drug: string): Item {
  return {
    ...baseItem(index, issue, 'medications'),
    kind: 'Issue',
    date: recordedPeriod(issue.dispenseRequest?.validityPeriod),
    title: drug,
    standing: 'past',
    cautions: [],
    facts: factsOf({
      Quantity: quantityOf(issue),
      Directions: issue.dosageInstruction?.[0]?.text,
      Dispenser: actorText(index, issue.dispenseRequest?.performer),
    }),
    notes: noteTexts(issue.note),
    author: actorText(index, issue.recorder),
  };
}

/** Live systems send a number, a text, or a number whose unit is the text. spec: §11.4 */
function quantityOf(request: MedicationRequest | undefined): string {
  const quantity = request?.dispenseRequest?.quantity;
  const text = extensionOf(quantity, 'MedicationQuantityText')?.valueString ?? '';
  const days = request?.dispenseRequest?.expectedSupplyDuration;
  const value = decimalText(quantity?.value);
  const supply = decimalText(days?.value);
  const amount = [value, text || (value === undefined ? '' : (quantity?.unit ?? ''))]
    .filter(Boolean)
    .join(' ');
  return supply === undefined ? amount : `${amount}${amount ? ', ' : ''}for ${supply} days`;
}

function issuesText(repeats: ReturnType<typeof extensionOf>): string | null {
  const allowed = partOf(repeats, 'numberOfRepeatPrescriptionsAllowed');
  const issued = partOf(repeats, 'numberOfRepeatPrescriptionsIssued')?.valueUnsignedInt;
  const total = allowed?.valueUnsignedInt ?? allowed?.valuePositiveInt;
  if (issued === undefined) return null;
  return total === undefined ? `${issued} issued` : `${issued} of ${total} issued`;
}

function codeOf(extension: ReturnType<typeof extensionOf>): string | undefined {
  return extension?.valueCodeableConcept?.coding?.[0]?.code;
}

const recordedIf = (value: string | undefined): string | null => (value ? recordedDate(value).text : null);
