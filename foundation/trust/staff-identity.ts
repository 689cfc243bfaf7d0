// A member of staff as NHS CIS2 describes them in an access token or ID token.
// spec: national-service §3.3 (`cis2-uuid`, `cis2-urid`), foundations §18
import { z } from 'zod';

export interface StaffIdentity {
  /** CIS2 unique user id (`cis2-uuid`), the SDS user id. */
  readonly userId: string;
  /** The role profile the user works under in this session (`cis2-urid`). */
  readonly roleProfileId: string;
  /** NRBAC role code and its name, e.g. `R8000` "Clinical Practitioner Access Role". */
  readonly roleCode: string;
  readonly roleName: string;
  /** Where the user is working, by the selected role. */
  readonly organisation: { readonly ods: string; readonly name: string };
  readonly name: {
    readonly family: string;
    readonly given: readonly string[];
    readonly prefix?: readonly string[];
  };
  /** `Dr Ada Quill` */
  readonly displayName: string;
  /** Roles in this product (national-service §1), where the identity provider was set up to say them. */
  readonly roles: readonly string[];
  /** Authentication assurance level, 1 to 3. */
  readonly assurance: number;
}

const text = z.string().trim().min(1).max(200);

/** The claims of the scopes `profile nhsperson nationalrbacaccess`; others are let be. */
const staffClaims = z.object({
  nhsid_useruid: text,
  selected_roleid: text,
  authentication_assurance_level: z.union([z.literal(['1', '2', '3']), z.literal([1, 2, 3])]),
  family_name: text,
  given_name: text,
  title: text.optional(),
  name: text.optional(),
  nhsid_nrbac_roles: z
    .array(z.object({ person_roleid: text, org_code: text, role_code: text, role_name: text }))
    .max(200),
  gpconnect_roles: z.array(text).max(50).default([]),
  nhsid_user_orgs: z.array(z.object({ org_code: text, org_name: text })).max(200),
});

/** Reads the staff claims; null where they are not whole or the selected role is not among the user's roles. */
export function staffIdentity(claims: unknown): StaffIdentity | null {
  const parsed = staffClaims.safeParse(claims);
  if (!parsed.success) return null;
  const staff = parsed.data;
  const role = staff.nhsid_nrbac_roles.find((each) => each.person_roleid === staff.selected_roleid);
  if (!role) return null;
  const organisation = staff.nhsid_user_orgs.find((each) => each.org_code === role.org_code);
  const prefix = staff.title === undefined ? [] : [staff.title];
  return {
    userId: staff.nhsid_useruid,
    roleProfileId: staff.selected_roleid,
    roleCode: role.role_code,
    roleName: role.role_name,
    organisation: { ods: role.org_code, name: organisation?.org_name ?? role.org_code },
    name: {
      family: staff.family_name,
      given: staff.given_name.split(/\s+/),
      ...(prefix.length > 0 ? { prefix } : {}),
    },
    displayName: staff.name ?? [...prefix, staff.given_name, staff.family_name].join(' '),
    roles: staff.gpconnect_roles,
    assurance: Number(staff.authentication_assurance_level),
  };
}
