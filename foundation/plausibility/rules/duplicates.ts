// What is already there. spec: messaging §10.6 (DU-01 to DU-04), SG-09
import { overlaps } from '../../fhir/index.ts';
import { dateOf, type Facts, type ObservationFacts } from '../facts.ts';
import type { PreviousObservation } from '../record-context.ts';
import type { Hit, RuleCheck } from '../rule.ts';

const day = 86_400_000;
const ods = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** The organisation that provided the encounter, else the first of the message. */
function senderOds(facts: Facts): string | undefined {
  const { encounter, organizations } = facts.content;
  const provider = encounter.resource.serviceProvider?.reference;
  const entry =
    organizations.find(
      ({ fullUrl, resource }) =>
        provider !== undefined && (provider === fullUrl || provider.endsWith(`/${resource.id}`)),
    ) ?? organizations[0];
  return entry?.resource.identifier?.find(({ system }) => system === ods)?.value;
}

function isSameMeasurement(sent: ObservationFacts, known: PreviousObservation, facts: Facts): boolean {
  const effective = dateOf(known.effective);
  if (sent.code !== known.code || effective === undefined || sent.effective === undefined) return false;
  if (!overlaps(sent.effective, effective)) return false;
  const pressure = facts.pressures.find(({ ref }) => ref === sent.ref);
  if (pressure === undefined) return sent.value === known.value;
  return pressure.parts.every(
    (part) =>
      known.components?.some((other) => other.code === part.code && other.value === part.value) ?? false,
  );
}

function* suppliedTwice(facts: Facts): Generator<Hit> {
  const completed = facts.dispenses.filter(
    ({ isCompleted, handedOver }) => isCompleted && handedOver !== undefined,
  );
  for (const [at, dispense] of completed.entries()) {
    const codes = new Set(
      [dispense.coding?.code, dispense.product?.vmp].filter((code) => code !== undefined),
    );
    const isSame = (code: string | undefined): boolean =>
      code !== undefined && (codes.has(code) || codes.has(facts.terminology.product(code)?.vmp ?? ''));
    const inMessage = completed
      .slice(0, at)
      .some((other) => isSame(other.coding?.code) && overlaps(other.handedOver!, dispense.handedOver!));
    const inRecord = (facts.record.medicines ?? []).some((medicine) => {
      const date = dateOf(medicine.handedOver);
      return date !== undefined && isSame(medicine.code) && overlaps(date, dispense.handedOver!);
    });
    if (inMessage || inRecord) {
      yield {
        itemRef: dispense.ref,
        message: 'The same medicine was handed over on the same day',
        parameters: { code: dispense.coding?.code, where: inMessage ? 'message' : 'record' },
      };
    }
  }
}

/** The rules of the family. */
export const duplicateRules: readonly RuleCheck[] = [
  {
    id: 'DU-01',
    needs: ['observations'],
    applies: (facts) => facts.observations.length > 0,
    *check(facts) {
      for (const sent of facts.observations) {
        const known = facts.record.observations?.find((other) => isSameMeasurement(sent, other, facts));
        if (known !== undefined)
          yield {
            itemRef: sent.ref,
            message: 'Already in the record',
            parameters: { code: sent.code, effective: known.effective },
          };
      }
    },
  },
  {
    id: 'DU-02',
    needs: ['recentMessages'],
    *check(facts, parameters) {
      const { composition } = facts.content;
      const own = composition.resource.identifier?.value;
      const replaced = new Set(
        composition.resource.relatesTo?.map(({ targetIdentifier }) => targetIdentifier?.value),
      );
      const sender = senderOds(facts);
      for (const other of facts.record.recentMessages ?? []) {
        const date = dateOf(other.encounterDate);
        if (
          date === undefined ||
          facts.encounterStart === undefined ||
          other.documentId === own ||
          replaced.has(other.documentId)
        )
          continue;
        const hours = Math.abs(date.start - facts.encounterStart.start) / 3_600_000;
        if (
          other.service !== facts.service ||
          other.senderOds !== sender ||
          hours > parameters.number('hours')
        )
          continue;
        yield {
          itemRef: composition.fullUrl,
          message: 'Possible repeat, not marked as replacement',
          parameters: { documentId: other.documentId },
        };
        return;
      }
    },
  },
  {
    id: 'DU-03',
    uses: ['medicines'],
    applies: (facts) => facts.dispenses.some(({ isCompleted }) => isCompleted),
    check: suppliedTwice,
  },
  {
    id: 'DU-04',
    needs: ['recentMessages'],
    *check(facts, parameters) {
      const own = facts.content.composition.resource.identifier?.value;
      const earliest = facts.receivedAt - parameters.number('days') * day;
      const others = (facts.record.recentMessages ?? []).filter(
        ({ documentId, receivedAt }) => documentId !== own && (dateOf(receivedAt)?.start ?? 0) >= earliest,
      );
      if (others.length + 1 > parameters.number('messages')) {
        yield {
          itemRef: facts.content.composition.fullUrl,
          message: `${others.length + 1} messages for this patient in ${parameters.number('days')} days`,
          parameters: { count: others.length + 1 },
        };
      }
    },
  },
];
