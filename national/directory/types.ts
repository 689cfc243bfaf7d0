// What the directory holds, in the terms of SDS (LDAP attributes) and ODS. spec: foundations §14, §15

/** An accredited system (AS record): one product at one organisation. spec: foundations §15 */
export interface AccreditedSystem {
  /** `uniqueIdentifier`: 12 digits. */
  asid: string;
  /** `nhsIDCode` */
  ods: string;
  /** `nhsAsClient`: organisation using the system. */
  client: string;
  /** `nhsMhsPartyKey`: `{ODS}-{7 digits}`. */
  partyKey: string;
  /** `nhsAsSvcIA`: every interaction it may send or, at a provider, receive. */
  interactions: readonly string[];
  /** `nhsMhsManufacturerOrg`: ODS code of the supplier. */
  manufacturer: string;
  product: { name: string; version: string };
  /** Common name its TLS client certificate must carry. spec: foundations §6.6 FQDN binding */
  clientFqdn: string;
  /** Registered issuer URL of the product, used as `iss` in tokens the gateway builds (mode C). */
  issuer: string;
}

/** A message handling service (MHS record): one endpoint for one interaction of one party. spec: foundations §15 */
export interface MessageHandlingService {
  /** `uniqueIdentifier` */
  id: string;
  ods: string;
  partyKey: string;
  /** `nhsMhsSvcIA` */
  interaction: string;
  /** `nhsMhsEndPoint`: the service root URL, no trailing slash. */
  endpoint: string;
  /** `nhsMhsFQDN` */
  fqdn: string;
  /** `nhsMhsCPAId` */
  cpaId: string;
}

export interface Organisation {
  ods: string;
  name: string;
  status: 'active' | 'inactive';
  country: 'England' | 'Wales' | 'Scotland' | 'Northern Ireland';
  /** Organisation type id of national-service §7, e.g. `gp-practice`, `community-pharmacy`. */
  type: string;
  postcode: string;
  /** A provider of private care: needs the patient's explicit permission for each read (CON-08). */
  private: boolean;
}
