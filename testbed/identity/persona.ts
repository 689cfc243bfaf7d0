// The people who can sign in, and what NHS CIS2 would say of them.
// spec: national-service §3.3; claim names as in the CIS2 scopes profile, nhsperson and nationalrbacaccess

export interface Persona {
  /** Short name for scripts and addresses, e.g. `dr-larkspur`. */
  readonly id: string;
  /** CIS2 unique user id, twelve digits: the SDS user id. */
  readonly uuid: string;
  readonly name: { readonly family: string; readonly given: string; readonly prefix?: string };
  readonly roleProfileId: string;
  readonly roleCode: string;
  readonly roleName: string;
  readonly organisation: { readonly ods: string; readonly name: string };
  /** Roles in this product (national-service §1), e.g. `practice.privacy-officer`; none for most staff. */
  readonly roles?: readonly string[];
  /** One line for the sign-in page: who this is in the demonstration. */
  readonly about: string;
}

/** Which claims each scope releases. */
export const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: ['name', 'family_name', 'given_name', 'title'],
  nhsperson: ['nhsid_useruid', 'nhsid_user_orgs'],
  nationalrbacaccess: ['nhsid_nrbac_roles', 'selected_roleid', 'gpconnect_roles'],
  'nhs-cis2-aal3': ['authentication_assurance_level', 'id_assurance_level'],
};

/** What a portal for staff asks for. */
export const staffScopes: readonly string[] = Object.keys(claimsByScope);

/** `Dr Ada Quill` */
export function fullName({ name }: Persona): string {
  return [name.prefix, name.given, name.family].filter(Boolean).join(' ');
}

/** Every claim about a persona. `assurance` is the authentication assurance level, 1 to 3. */
export function personaClaims(persona: Persona, assurance = 3): Record<string, unknown> & { sub: string } {
  const { name, organisation } = persona;
  return {
    sub: persona.uuid,
    name: fullName(persona),
    family_name: name.family,
    given_name: name.given,
    ...(name.prefix === undefined ? {} : { title: name.prefix }),
    nhsid_useruid: persona.uuid,
    nhsid_user_orgs: [{ org_code: organisation.ods, org_name: organisation.name }],
    nhsid_nrbac_roles: [
      {
        person_orgid: persona.uuid,
        person_roleid: persona.roleProfileId,
        org_code: organisation.ods,
        role_code: persona.roleCode,
        role_name: persona.roleName,
      },
    ],
    selected_roleid: persona.roleProfileId,
    ...(persona.roles ? { gpconnect_roles: [...persona.roles] } : {}),
    authentication_assurance_level: String(assurance),
    id_assurance_level: '3',
  };
}

/** The claims that these scopes release. */
export function claimsForScopes(
  claims: Readonly<Record<string, unknown>>,
  scopes: Iterable<string>,
): Record<string, unknown> {
  const released = new Set([...scopes].flatMap((scope) => claimsByScope[scope] ?? []));
  return Object.fromEntries(Object.entries(claims).filter(([name]) => released.has(name)));
}
