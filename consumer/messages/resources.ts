// The resources every message shares, built from plain input. spec: messaging §5.2, §6.2
import {
  type CodeableConcept,
  type Composition,
  londonDateTime,
  type Reference,
} from '@gp-connect/foundation/fhir';
import {
  itkSystem,
  jobRoleSystems,
  type MessageResource,
  verificationExtensions,
} from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import type {
  CodeInput,
  ComposeContext,
  OrganisationInput,
  PatientInput,
  PractitionerInput,
  PreviousVersion,
} from './input.ts';
import { versionOf } from './problems.ts';

/** One code with its term as display and text. */
export function concept(codeSystem: string, { code, display }: CodeInput): CodeableConcept {
  return { coding: [{ system: codeSystem, code, display }], text: display };
}

export const snomedConcept = (code: CodeInput): CodeableConcept => concept(system.snomed, code);

export const refer = (resource: MessageResource): Reference => ({ reference: `urn:uuid:${resource.id}` });

/** A resource with a new uuid as its id; elements left undefined are dropped. */
export function made(
  context: ComposeContext,
  resourceType: string,
  elements: Record<string, unknown>,
): MessageResource {
  return withId(context.newId(), resourceType, elements);
}

export function withId(id: string, resourceType: string, elements: Record<string, unknown>): MessageResource {
  const present = Object.entries(elements).filter(([, value]) => value !== undefined);
  return { resourceType, id, ...Object.fromEntries(present) };
}

/** The sender's identifier of a resource: its own namespace, the resource's uuid. */
export function identifierOf(context: ComposeContext, kind: string, id: string) {
  return { system: `${context.sender.identifierSystem}/${kind}`, value: id };
}

export function patientResource(
  context: ComposeContext,
  patient: PatientInput,
  upperCase = false,
): MessageResource {
  const { given, title, addressLines = [], postcode } = patient;
  return made(context, 'Patient', {
    identifier: [
      {
        extension: [
          {
            url: verificationExtensions[0],
            valueCodeableConcept: concept(system.nhsNumberVerification, {
              code: '01',
              display: 'Number present and verified',
            }),
          },
        ],
        system: system.nhsNumber,
        value: patient.nhsNumber,
      },
    ],
    name: [
      {
        use: 'official',
        family: upperCase ? patient.family.toUpperCase() : patient.family,
        ...(given.length > 0 ? { given: [...given] } : {}),
        ...(title ? { prefix: [title] } : {}),
      },
    ],
    gender: patient.gender,
    birthDate: patient.birthDate,
    address:
      postcode || addressLines.length > 0
        ? [
            {
              ...(addressLines.length > 0 ? { line: [...addressLines] } : {}),
              ...(postcode ? { postalCode: postcode } : {}),
            },
          ]
        : undefined,
  });
}

const phone = (value: string | undefined) => (value ? [{ system: 'phone', value, use: 'work' }] : undefined);

export function organisationResource(
  context: ComposeContext,
  { ods, name, phone: number }: OrganisationInput,
): MessageResource {
  return made(context, 'Organization', {
    identifier: [{ system: system.odsOrganisation, value: ods }],
    name,
    telecom: phone(number),
  });
}

export interface Staff {
  readonly practitioner: MessageResource;
  readonly role: MessageResource | undefined;
}

export function staffResources(
  context: ComposeContext,
  practitioner: PractitionerInput,
  organisation: MessageResource,
): Staff {
  const id = context.newId();
  const identifiers = [
    { system: system.sdsUser, value: practitioner.sdsUserId },
    { system: itkSystem.gphc, value: practitioner.gphcNumber },
  ].filter(({ value }) => value !== undefined);
  const resource = withId(id, 'Practitioner', {
    identifier: identifiers.length > 0 ? identifiers : [identifierOf(context, 'staff', id)],
    name: [
      {
        use: 'official',
        family: practitioner.family,
        ...(practitioner.given?.length ? { given: [...practitioner.given] } : {}),
        ...(practitioner.title ? { prefix: [practitioner.title] } : {}),
      },
    ],
    telecom: phone(practitioner.phone),
  });
  const { role } = practitioner;
  return {
    practitioner: resource,
    role:
      role &&
      made(context, 'PractitionerRole', {
        practitioner: refer(resource),
        organization: refer(organisation),
        code: [concept(jobRoleSystems[0]!, role)],
      }),
  };
}

/** What every Composition holds; `more` is the product's own. */
export function compositionResource(
  context: ComposeContext,
  documentId: string,
  fields: {
    readonly type: CodeInput;
    readonly title: string;
    readonly date: Date;
    readonly subject: MessageResource;
    readonly authors: readonly MessageResource[];
    readonly custodian: MessageResource;
    readonly replaces?: PreviousVersion | undefined;
    readonly section: NonNullable<Composition['section']>;
    readonly more?: Record<string, unknown>;
  },
): MessageResource {
  const { replaces } = fields;
  return made(context, 'Composition', {
    meta: { versionId: String(versionOf(replaces)) },
    identifier: { system: itkSystem.uuid, value: documentId },
    status: 'final',
    type: snomedConcept(fields.type),
    subject: refer(fields.subject),
    date: londonDateTime(fields.date),
    author: fields.authors.map(refer),
    title: fields.title,
    custodian: refer(fields.custodian),
    relatesTo: replaces && [
      {
        code: 'replaces',
        targetIdentifier: { system: itkSystem.uuid, value: replaces.documentId },
      },
    ],
    ...fields.more,
    section: fields.section,
  });
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => escapes[character]!);

/** A narrative of paragraphs, one for each line of text. */
export function narrative(text: string): { status: 'generated'; div: string } {
  const paragraphs = text.split(/\r?\n/).map((line) => `<p>${escapeHtml(line)}</p>`);
  return {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.join('')}</div>`,
  };
}

/** `SURNAME, Forename (Title)` */
export function displayName({ family, given, title }: PatientInput): string {
  const forename = given[0] ? `, ${given[0]}` : '';
  return `${family.toUpperCase()}${forename}${title ? ` (${title})` : ''}`;
}
