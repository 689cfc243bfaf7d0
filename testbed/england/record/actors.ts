// The actors of one practice: organisation, sites, staff and the outside bodies its records name.
// spec: foundations §11.6–11.9, access-record-structured §12

import type {
  Location,
  Meta,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { PostalAddress, Practice, StaffMember } from '../practices.ts';
import { Chance, nextId } from '../random.ts';
import { type ProviderSupplier, supplierOf } from '../suppliers.ts';
import { coded, deepFreeze } from './codes.ts';

export interface StaffActor {
  readonly member: StaffMember;
  readonly reference: Reference;
  readonly practitioner: Practitioner;
  readonly role: PractitionerRole;
}

export type OutsideKey = keyof typeof outsideBodies;

export interface OutsideActor {
  readonly reference: Reference;
  readonly organization: Organization;
  readonly name: string;
}

/** Bodies outside the practice that results, letters and referrals come from or go to. */
const outsideBodies = {
  hospital: { name: 'Northmoor Hospital', ods: 'RZ901' },
  laboratory: { name: 'Northmoor Hospital Pathology', ods: undefined },
  pharmacy: { name: 'Cornmill Pharmacy', ods: 'FZ101' },
  outOfHours: { name: 'Evenlode Out of Hours', ods: 'NZO61' },
  physiotherapy: { name: 'Westmere Community Trust', ods: 'RZC41' },
} as const;

export interface PracticeActors {
  readonly practice: Practice;
  readonly supplier: ProviderSupplier;
  readonly organization: Organization;
  readonly organizationReference: Reference;
  readonly locations: readonly Location[];
  readonly staff: readonly StaffActor[];
  readonly outside: Readonly<Record<OutsideKey, OutsideActor>>;
}

const actorMeta = (type: string): Meta => ({ versionId: '1', profile: [resourceProfile[type]!] });

const address = (of: PostalAddress) => ({
  use: 'work',
  line: [of.line],
  city: of.city,
  district: of.district,
  postalCode: of.postcode,
});

/** Builds the actors of a practice once; all its records share them, frozen. */
export function practiceActors(practice: Practice): PracticeActors {
  const supplier = supplierOf(practice.supplier);
  const organizationReference = { reference: `Organization/${practice.organisationId}` };
  const main = practice.sites[0]!;
  const chance = new Chance(`outside/${practice.ods}`);
  return deepFreeze({
    practice,
    supplier,
    organizationReference,
    organization: {
      resourceType: 'Organization',
      id: practice.organisationId,
      meta: actorMeta('Organization'),
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-MainLocation-1'),
          valueReference: { reference: `Location/${main.id}` },
        },
      ],
      identifier: [{ system: system.odsOrganisation, value: practice.ods }],
      type: [coded(system.organisationType, 'gp-practice', 'GP Practice')],
      name: practice.name,
      telecom: [{ system: 'phone', value: main.phone, use: 'work' }],
      address: [address(main.address)],
    },
    locations: practice.sites.map(
      (site): Location => ({
        resourceType: 'Location',
        id: site.id,
        meta: actorMeta('Location'),
        identifier: [{ system: system.odsSite, value: site.siteCode }],
        status: 'active',
        name: site.name,
        telecom: [{ system: 'phone', value: site.phone, use: 'work' }],
        address: address(site.address),
        managingOrganization: organizationReference,
      }),
    ),
    staff: practice.staff.map((member) => staffActor(member, organizationReference)),
    outside: Object.fromEntries(
      Object.entries(outsideBodies).map(([key, body]) => [
        key,
        outsideActor(body.name, body.ods, nextId(chance, supplier.style.idForm)),
      ]),
    ) as Record<OutsideKey, OutsideActor>,
  });
}

function staffActor(member: StaffMember, organization: Reference): StaffActor {
  const reference = { reference: `Practitioner/${member.id}` };
  const identifier = [
    ...(member.sdsUserId ? [{ system: system.sdsUser, value: member.sdsUserId }] : []),
    ...(member.sdsRoleProfileId ? [{ system: system.sdsRoleProfile, value: member.sdsRoleProfileId }] : []),
    ...(member.gmp ? [{ system: system.gmp, value: member.gmp }] : []),
    ...(member.gmc ? [{ system: system.gmc, value: member.gmc }] : []),
  ];
  return {
    member,
    reference,
    practitioner: {
      resourceType: 'Practitioner',
      id: member.id,
      meta: actorMeta('Practitioner'),
      ...(identifier.length === 0 ? {} : { identifier }),
      name: [{ use: 'official', family: member.family, given: [member.given], prefix: [member.prefix] }],
      gender: member.gender,
    },
    role: {
      resourceType: 'PractitionerRole',
      id: member.roleId,
      meta: actorMeta('PractitionerRole'),
      practitioner: reference,
      organization,
      code: [coded(system.jobRole, member.jobRole.code, member.jobRole.display)],
    },
  };
}

function outsideActor(name: string, ods: string | undefined, id: string): OutsideActor {
  return {
    name,
    reference: { reference: `Organization/${id}` },
    organization: {
      resourceType: 'Organization',
      id,
      meta: actorMeta('Organization'),
      ...(ods === undefined ? {} : { identifier: [{ system: system.odsOrganisation, value: ods }] }),
      name,
    },
  };
}
