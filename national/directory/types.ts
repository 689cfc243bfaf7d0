// What the directory holds, in the terms of SDS (LDAP attributes) and ODS. spec: foundations §14, §15
import type { Patient, RelatedPerson } from 'fhir/r4.js';

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
  /** Reliability settings, those that are set; none for GP Connect. */
  reliability?: Reliability;
}

/** Attribute names as in SDS; `nhsMHSRetries` is a whole number. spec: foundations §15, §16 */
export interface Reliability {
  nhsMHSSyncReplyMode?: string;
  nhsMHSRetryInterval?: string;
  nhsMHSPersistDuration?: string;
  nhsMHSDuplicateElimination?: string;
  nhsMHSAckRequested?: string;
  nhsMHSActor?: string;
  nhsMHSRetries?: number;
}

export interface Organisation {
  ods: string;
  name: string;
  status: 'active' | 'inactive';
  country: 'England' | 'Wales' | 'Scotland' | 'Northern Ireland';
  /** Organisation type id of national-service §7, e.g. `gp-practice`, `pharmacy`. */
  type: string;
  postcode: string;
  /** A provider of private care: needs the patient's explicit permission for each read (CON-08). */
  private: boolean;
}

/** One entry of PDS as loaded: the R4 Patient, and what its wire form does not say. spec: foundations §17 */
export interface PdsRecord {
  /** `id` is the NHS number; confidentiality stands in `meta.security`. */
  patient: Patient;
  /** Marked invalid: never returned. */
  invalidated?: boolean;
  relatedPersons?: readonly RelatedPerson[];
}

/** An NHS number that was replaced by another. spec: foundations §17.3 */
export interface Supersession {
  from: string;
  to: string;
}

/** All of SDS and ODS that the directory holds. */
export interface DirectoryData {
  organisations: Organisation[];
  accreditedSystems: AccreditedSystem[];
  messageHandlingServices: MessageHandlingService[];
}
