// Consultations: the Encounter and the Lists that hold its topics, headings and items in order.
// spec: access-record-structured §8, §11.7

import type { CodeableConcept, Encounter, List, Reference } from '@gp-connect/foundation/fhir';
import { hl7UkProfile, system } from '@gp-connect/foundation/nhs';
import { isoInstant } from '../calendar.ts';
import type { StaffActor } from './actors.ts';
import { codeable, coded, deepFreeze, term } from './codes.ts';
import type { Problem } from './problems.ts';
import type { Occasion, RecordWriter } from './writer.ts';

export const consultationKinds = {
  surgery: '25671000000102',
  faceToFace: '325861000000105',
  telephone: '24681000000104',
  video: '325921000000107',
  home: '439708006',
  online: '149971000000103',
} as const;
export type ConsultationKind = keyof typeof consultationKinds;

const levels = {
  consultation: coded(system.snomed, '325851000000107', term('325851000000107')),
  topic: coded(system.snomed, '25851000000105', term('25851000000105')),
  heading: coded(system.snomed, '24781000000107', term('24781000000107')),
};
const orderedBy = deepFreeze(coded('http://hl7.org/fhir/list-order', 'system', 'Sorted by System'));
const recorder = deepFreeze([
  coded('https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1', 'REC', 'recorder'),
]);
const performer = deepFreeze([
  coded('http://hl7.org/fhir/v3/ParticipationType', 'PPRF', 'primary performer'),
]);
const topicProblem = hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1');
deepFreeze(levels);

export type Heading =
  | 'Problem'
  | 'History'
  | 'Examination'
  | 'Assessment'
  | 'Medication'
  | 'Investigations'
  | 'Plan'
  | 'Comment';

interface Topic {
  readonly title: string | undefined;
  readonly problem: Problem | undefined;
  readonly entries: { heading: Heading; item: Reference }[];
}

/** A consultation being written; it is the Occasion of its own items. `close` files the Encounter and Lists. */
export class Consultation implements Occasion {
  readonly day: number;
  readonly minute: number;
  readonly clinician: StaffActor;
  readonly encounter: Reference;
  readonly #writer: RecordWriter;
  readonly #id: string;
  readonly #kind: ConsultationKind;
  readonly #topics: Topic[] = [];
  readonly #draft: boolean;

  constructor(writer: RecordWriter, kind: ConsultationKind, occasion: Occasion, draft = false) {
    this.#writer = writer;
    this.#kind = kind;
    this.#id = writer.newId();
    this.#draft = draft;
    this.day = occasion.day;
    this.minute = occasion.minute;
    this.clinician = occasion.clinician;
    this.encounter = { reference: `Encounter/${this.#id}` };
  }

  /** Opens the next topic; items filed from now on belong to it. Untitled for a flat consultation. */
  topic(title?: string, problem?: Problem): this {
    this.#topics.push({ title, problem, entries: [] });
    return this;
  }

  /** Files an item under a heading of the current topic. */
  file(heading: Heading, item: Reference): Reference {
    if (this.#topics.length === 0) this.topic();
    this.#topics.at(-1)!.entries.push({ heading, item });
    return item;
  }

  close(): void {
    const writer = this.#writer;
    const topics = this.#topics.filter((topic) => topic.entries.length > 0);
    for (const topic of topics) {
      if (!topic.problem) continue;
      topic.problem.link(this.encounter);
      for (const { item } of topic.entries) topic.problem.link(item);
    }
    writer.add(this.#encounter());
    if (topics.length === 0) return;
    const title = term(consultationKinds[this.#kind]);
    const topicIds = topics.map(() => writer.newId());
    this.#list(
      writer.newId(),
      'consultation',
      title,
      topicIds.map((id) => ({ reference: `List/${id}` })),
    );
    for (const [position, topic] of topics.entries()) this.#writeTopic(topicIds[position]!, topic);
  }

  #writeTopic(id: string, topic: Topic): void {
    if (!this.#writer.style.headings) {
      this.#list(
        id,
        'topic',
        topic.title,
        topic.entries.map((entry) => entry.item),
        topic.problem,
      );
      return;
    }
    const headings = [...new Set(topic.entries.map((entry) => entry.heading))];
    const headingIds = headings.map(() => this.#writer.newId());
    this.#list(
      id,
      'topic',
      topic.title,
      headingIds.map((headingId) => ({ reference: `List/${headingId}` })),
      topic.problem,
    );
    headings.forEach((heading, position) => {
      const items = topic.entries.filter((entry) => entry.heading === heading).map((entry) => entry.item);
      this.#list(headingIds[position]!, 'heading', heading, items);
    });
  }

  #list(
    id: string,
    level: keyof typeof levels,
    title: string | undefined,
    items: Reference[],
    problem?: Problem,
  ): void {
    const list: List = {
      resourceType: 'List',
      id,
      meta: this.#writer.meta('List'),
      ...(problem === undefined
        ? {}
        : {
            extension: [
              { url: topicProblem, extension: [{ url: 'target', valueReference: problem.reference }] },
            ],
          }),
      status: 'current',
      mode: 'snapshot',
      ...(title === undefined ? {} : { title }),
      code: levels[level],
      subject: this.#writer.patient,
      encounter: this.encounter,
      date: isoInstant(this.day, this.minute + 12),
      orderedBy,
      entry: items.map((item) => ({ item })),
    };
    this.#writer.add(list);
  }

  #encounter(): Encounter {
    const writer = this.#writer;
    const type: CodeableConcept = writer.style.codedEncounterTypes
      ? codeable(writer.style, consultationKinds[this.#kind])
      : { text: term(consultationKinds[this.#kind]) };
    const length = 8 + ((this.minute * 7) % 11);
    const location = writer.actors.locations[this.minute % writer.actors.locations.length]!;
    return {
      resourceType: 'Encounter',
      id: this.#id,
      meta: writer.meta('Encounter'),
      identifier: writer.identifier(this.#id),
      status: this.#draft ? 'unknown' : 'finished',
      type: [type],
      subject: writer.patient,
      participant: [
        { type: recorder, individual: this.clinician.reference },
        { type: performer, individual: this.clinician.reference },
      ],
      period: {
        start: isoInstant(this.day, this.minute),
        end: isoInstant(this.day, this.minute + length),
      },
      length: { value: length, unit: 'minute', system: system.ucum, code: 'min' },
      ...(this.#kind === 'home' || this.#kind === 'telephone' || this.#kind === 'online'
        ? {}
        : { location: [{ location: { reference: `Location/${location.id}` } }] }),
      serviceProvider: writer.actors.organizationReference,
    };
  }
}
