// The synthetic England: organisations, people and their lifelong records, pure functions of a seed and a day.
// spec: docs/england.md (what is in it), access-record-structured §5–12 (form of the records)

export type { Persona } from '../identity/index.ts';
export { type ConsumerOrganisation, type ConsumerProduct, interactionsFor } from './consumers.ts';
export {
  type AccreditedSystem,
  accreditedSystems,
  type DataSharingPair,
  dataSharingPairs,
  type MessageHandlingService,
  messageHandlingServices,
  offeredInteractions,
  serviceRoot,
} from './directory.ts';
export {
  DEFAULT_PATIENTS,
  DEFAULT_SEED,
  type England,
  type EnglandOptions,
  england,
  practiceByOds,
} from './england.ts';
export { type NamedKey, type NamedPatient, namedPatient, namedPatients } from './named.ts';
export { invalidatedNumbers, pdsPatients, supersededNumbers } from './pds.ts';
export { everyPerson, people } from './people.ts';
export type { Practice, Site, StaffMember } from './practices.ts';
export { LARGEST_FILE, LARGEST_RECORD } from './record/large-stories.ts';
export { dissentPolicy, type RecordWarning } from './record/patient.ts';
export type { PersonRecord } from './record/record.ts';
export type { Stu3Resource } from './record/writer.ts';
export { type ProviderSupplier, type RecordStyle, suppliers } from './suppliers.ts';
