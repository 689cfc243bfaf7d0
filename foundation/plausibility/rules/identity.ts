// Is it the right patient, and a sender one knows? spec: messaging §10.6 (ID-01 to ID-05)
import type { Reference } from '../../fhir/index.ts';
import { type Facts, refersTo } from '../facts.ts';
import type { RuleCheck } from '../rule.ts';
import { forenameLikeness } from '../similar-names.ts';

const gphc = 'https://fhir.hl7.org.uk/Id/gphc-number';
const patientRef = (facts: Facts): string => facts.content.patient.fullUrl;
const plain = (text: string | undefined): string => (text ?? '').replace(/[^a-z0-9]/gi, '').toLowerCase();

function officialName(facts: Facts) {
  const names = facts.content.patient.resource.name ?? [];
  return names.find(({ use }) => use === 'official') ?? names[0];
}

/** Every resource with a subject, and that subject. */
function subjects(facts: Facts): { ref: string; subject: Reference | undefined }[] {
  const { content } = facts;
  const entries = [
    content.encounter,
    ...content.observations,
    ...content.clinicalImpressions,
    ...content.conditions,
    ...content.medicationDispenses,
  ];
  return entries.map(({ fullUrl, resource }) => ({
    ref: fullUrl,
    subject: (resource as { subject?: Reference }).subject,
  }));
}

/** The rules of the family. */
export const identityRules: readonly RuleCheck[] = [
  {
    id: 'ID-01',
    needs: ['demographics'],
    *check(facts) {
      const sent = facts.content.patient.resource.gender;
      const recorded = facts.record.demographics?.gender;
      if (sent !== undefined && recorded !== undefined && sent !== recorded) {
        yield {
          itemRef: patientRef(facts),
          message: 'The recorded sex differs from the message',
          parameters: { sent, recorded },
        };
      }
    },
  },
  {
    id: 'ID-02',
    needs: ['demographics'],
    *check(facts) {
      const sent = plain(facts.content.patient.resource.address?.[0]?.postalCode);
      const recorded = plain(facts.record.demographics?.postcode);
      if (sent !== '' && recorded !== '' && sent !== recorded)
        yield { itemRef: patientRef(facts), message: 'The postcode differs from the record' };
    },
  },
  {
    id: 'ID-03',
    needs: ['demographics'],
    *check(facts, parameters) {
      const name = officialName(facts);
      const { demographics } = facts.record;
      const given = name?.given ?? [];
      const recorded = demographics?.given ?? [];
      const isSamePerson =
        plain(name?.family) === plain(demographics?.family) &&
        facts.content.patient.resource.birthDate === demographics?.birthDate;
      if (!isSamePerson || given.length === 0 || recorded.length === 0) return;
      const likeness = forenameLikeness(given, recorded, parameters.rows<readonly string[]>('shortForms'));
      if (likeness < parameters.number('likeness')) {
        yield {
          itemRef: patientRef(facts),
          message: 'Possible wrong patient: the forename is a different one',
          parameters: { likeness: Number(likeness.toFixed(2)) },
        };
      }
    },
  },
  {
    id: 'ID-04',
    uses: ['sender'],
    *check(facts) {
      for (const { fullUrl, resource } of facts.content.practitioners) {
        const number = resource.identifier?.find(({ system }) => system === gphc)?.value;
        if (number !== undefined && !/^\d{7}$/.test(number))
          yield { itemRef: fullUrl, message: 'The GPhC number has not seven digits', parameters: { number } };
      }
      const { sender } = facts.record;
      if (sender !== undefined && !sender.isActivePharmacy) {
        yield {
          itemRef: facts.content.composition.fullUrl,
          message: 'The sender is not known as an active pharmacy',
          parameters: { ods: sender.ods },
        };
      }
    },
  },
  {
    id: 'ID-05',
    *check(facts) {
      const { composition, patient } = facts.content;
      if (!refersTo(composition.resource.subject, patient)) {
        yield {
          itemRef: composition.fullUrl,
          message: '20009: Composition.subject is not the patient of the message',
        };
      }
      for (const { ref, subject } of subjects(facts)) {
        if (!refersTo(subject, patient))
          yield { itemRef: ref, message: '20009: the subject is not the patient of the message' };
      }
    },
  },
];
