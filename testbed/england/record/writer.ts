// Collects one person's resources: ids, identifiers, confidentiality, and which actors are referred to.
// spec: access-record-structured §5 (references), §11 (common elements)

import type { FhirResource, Identifier, Meta, Reference } from '@gp-connect/foundation/fhir';
import { resourceProfile, system } from '@gp-connect/foundation/nhs';
import { isoDay, isoInstant } from '../calendar.ts';
import type { Identity } from '../identity.ts';
import type { StaffMember } from '../practices.ts';
import { Chance, nextId } from '../random.ts';
import type { RecordStyle } from '../suppliers.ts';
import type { OutsideActor, OutsideKey, PracticeActors, StaffActor } from './actors.ts';

export type Stu3Resource = FhirResource;

/** When something was recorded, by whom, and in which consultation if any. */
export interface Occasion {
  readonly day: number;
  /** Minutes after midnight, English local time. */
  readonly minute: number;
  readonly clinician: StaffActor;
  readonly encounter?: Reference;
}

export const restricted = { system: system.confidentiality, code: 'R', display: 'restricted' } as const;

export class RecordWriter {
  readonly identity: Identity;
  readonly actors: PracticeActors;
  readonly style: RecordStyle;
  readonly today: number;
  /** Chance about what happened; ids have their own stream. */
  readonly chance: Chance;
  readonly patient: Reference;
  readonly clinical: Stu3Resource[] = [];
  readonly binaries: Stu3Resource[] = [];
  readonly patientId: string;
  readonly #ids: Chance;
  readonly #identifierSystem: string;
  readonly #staff = new Set<StaffActor>();
  readonly #outside = new Set<OutsideActor>();
  #confidential = false;

  constructor(identity: Identity, actors: PracticeActors, today: number) {
    this.identity = identity;
    this.actors = actors;
    this.style = actors.supplier.style;
    this.today = today;
    this.chance = new Chance(`${identity.key}/record`);
    this.#ids = new Chance(`${identity.key}/ids/${actors.practice.ods}`);
    this.#identifierSystem = this.style.identifierSystem.replace('{ods}', actors.practice.ods);
    this.patientId = this.newId();
    this.patient = Object.freeze({ reference: `Patient/${this.patientId}` });
  }

  newId(): string {
    return nextId(this.#ids, this.style.idForm);
  }

  /** The provider's business identifier of an entry, distinct from its logical id. */
  identifier(id: string): Identifier[] {
    return [
      { system: this.#identifierSystem, value: this.style.idForm === 'uuid' ? id.toUpperCase() : `${id}.0` },
    ];
  }

  /** `meta` with the type's one profile, and the confidentiality mark while writing confidentially. */
  meta(type: string): Meta {
    return this.#confidential
      ? { security: [restricted], profile: [resourceProfile[type]!] }
      : { profile: [resourceProfile[type]!] };
  }

  /** Everything written inside is marked confidential. */
  confidentially<T>(write: () => T): T {
    const before = this.#confidential;
    this.#confidential = true;
    try {
      return write();
    } finally {
      this.#confidential = before;
    }
  }

  /** Files a clinical resource and answers the reference to it. */
  add(resource: Stu3Resource & { id?: string | undefined }): Reference {
    this.clinical.push(resource);
    return { reference: `${resource.resourceType}/${resource.id}` };
  }

  /** A member of staff of this kind (the usual GP for `gp`, unless another is picked). */
  clinician(kind: StaffMember['kind'], position = 0): StaffActor {
    const candidates = this.actors.staff.filter((actor) => actor.member.kind === kind);
    return this.use(candidates[Math.abs(position) % candidates.length]!);
  }

  use(actor: StaffActor): StaffActor {
    this.#staff.add(actor);
    return actor;
  }

  outside(key: OutsideKey): OutsideActor {
    const actor = this.actors.outside[key];
    this.#outside.add(actor);
    return actor;
  }

  /** A moment outside any consultation, in surgery hours. */
  occasion(day: number, kind: StaffMember['kind'] = 'gp', position = 0): Occasion {
    return { day, minute: this.chance.integer(510, 1070), clinician: this.clinician(kind, position) };
  }

  /** The actors referred to so far, in a fixed order: those of the practice first. */
  usedActors(): Stu3Resource[] {
    const staff = this.actors.staff.filter((actor) => this.#staff.has(actor));
    return [
      ...staff.map((actor) => actor.practitioner),
      ...staff.map((actor) => actor.role),
      this.actors.organization,
      ...this.actors.locations,
      ...Object.values(this.actors.outside)
        .filter((actor) => this.#outside.has(actor))
        .map((actor) => actor.organization),
    ];
  }
}

/** `yyyy-mm-ddThh:mm:ss±hh:mm` of an occasion. */
export const instantOf = (occasion: Occasion): string => isoInstant(occasion.day, occasion.minute);
/** `yyyy-mm-dd` of an occasion. */
export const dateOf = (occasion: Occasion): string => isoDay(occasion.day);
/** The `context` element of an item, where it was recorded in a consultation. */
export const contextOf = (occasion: Occasion): { context?: Reference } =>
  occasion.encounter === undefined ? {} : { context: occasion.encounter };
