// Codes whose entries say that somebody agreed to, declined or was invited to an immunisation, without one being given.
// spec: access-record-structured §11.5 (status entries are listed with the immunisations)
import { demonstrationConcepts } from '@gp-connect/foundation/terminology';

const uses: ReadonlySet<string> = new Set([
  'immunisation declined',
  'immunisation consent',
  'immunisation invitation',
]);

/** The demonstration data's status codes. Real exports need none: their Immunisations list names the entries. */
export const immunisationStatusCodes: ReadonlySet<string> = new Set(
  demonstrationConcepts()
    .filter((concept) => uses.has(concept.use))
    .map((concept) => concept.conceptId),
);
