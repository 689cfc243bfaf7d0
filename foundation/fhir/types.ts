// FHIR types as the compiler knows them. STU3 is the common tongue: its types go by their own names, R4's and
// DSTU2's under their version (`R4.Patient`). Types only: nothing of this exists when the program runs.
export type * as Dstu2 from 'fhir/r2.js';
export type * from 'fhir/r3.js';
export type * as R4 from 'fhir/r4.js';
