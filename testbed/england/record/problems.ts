// Problems: the header, what it promotes, and everything linked to it.
// spec: access-record-structured §7 (linkage), §11.6

import type { CodeableConcept, Condition, Extension, Meta, Reference } from '@gp-connect/foundation/fhir';
import { hl7UkProfile, system } from '@gp-connect/foundation/nhs';
import { isoDay, isoMonth } from '../calendar.ts';
import { codeable, coded } from './codes.ts';
import { contextOf, dateOf, type Occasion, type RecordWriter } from './writer.ts';

const ext = {
  actualProblem: hl7UkProfile('Extension-CareConnect-ActualProblem-1'),
  related: hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1'),
  content: hl7UkProfile('Extension-CareConnect-RelatedClinicalContent-1'),
  significance: hl7UkProfile('Extension-CareConnect-ProblemSignificance-1'),
};

export type Relationship = 'parent' | 'child' | 'sibling';
const reverse = { parent: 'child', child: 'parent', sibling: 'sibling' } as const;

export interface ProblemFacts {
  readonly conceptId: string;
  /** Instead of the plain code: a synonym, a degraded or a legacy coding. */
  readonly code?: CodeableConcept;
  readonly significance: 'major' | 'minor';
  readonly onset: number;
  /** Month precision only, as patients often remember it. */
  readonly vagueOnset?: boolean;
  readonly ended?: number;
  readonly note?: string;
}

/** An open problem: items are linked to it while the record is written, `close` files the header. */
export class Problem {
  readonly id: string;
  readonly reference: Reference;
  readonly facts: ProblemFacts;
  readonly #writer: RecordWriter;
  readonly #occasion: Occasion;
  readonly #meta: Meta;
  readonly #content = new Map<string, Reference>();
  readonly #related: { type: Relationship; target: Reference }[] = [];
  #actual: Reference | undefined;

  constructor(writer: RecordWriter, occasion: Occasion, facts: ProblemFacts) {
    this.id = writer.newId();
    this.reference = { reference: `Condition/${this.id}` };
    this.facts = facts;
    this.#writer = writer;
    this.#occasion = occasion;
    this.#meta = writer.meta('Condition');
  }

  /** The entry that was promoted to this problem. */
  promote(item: Reference): void {
    this.#actual = item;
    this.link(item);
  }

  link(item: Reference | undefined): void {
    if (item?.reference !== undefined) this.#content.set(item.reference, item);
  }

  /** `this.relate('parent', other)`: other is this problem's parent; the other end is written too. */
  relate(type: Relationship, other: Problem): void {
    this.#related.push({ type, target: other.reference });
    other.#related.push({ type: reverse[type], target: this.reference });
  }

  close(): void {
    const { facts } = this;
    const extension: Extension[] = [{ url: ext.significance, valueCode: facts.significance }];
    if (this.#actual) extension.push({ url: ext.actualProblem, valueReference: this.#actual });
    for (const { type, target } of this.#related) {
      extension.push({
        url: ext.related,
        extension: [
          { url: 'type', valueCode: type },
          { url: 'target', valueReference: target },
        ],
      });
    }
    for (const item of this.#content.values()) extension.push({ url: ext.content, valueReference: item });
    const condition: Condition = {
      resourceType: 'Condition',
      id: this.id,
      meta: this.#meta,
      extension,
      identifier: this.#writer.identifier(this.id),
      clinicalStatus: facts.ended === undefined ? 'active' : 'inactive',
      category: [coded(system.conditionCategory, 'problem-list-item', 'Problem List Item')],
      code: facts.code ?? codeable(this.#writer.style, facts.conceptId),
      subject: this.#writer.patient,
      ...contextOf(this.#occasion),
      onsetDateTime: facts.vagueOnset ? isoMonth(facts.onset) : isoDay(facts.onset),
      ...(facts.ended === undefined ? {} : { abatementDateTime: isoDay(facts.ended) }),
      assertedDate: dateOf(this.#occasion),
      asserter: this.#occasion.clinician.reference,
      ...(facts.note === undefined ? {} : { note: [{ text: facts.note }] }),
    };
    this.#writer.add(condition);
  }
}
