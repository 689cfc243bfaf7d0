// The words about the stored form in docs/england.md: what a loader of the records must know.

export const storedForm = `## Stored form of a record

\`people()\` gives each person's resources as they go on the wire (STU3, one \`meta.profile\`, relative references), with these rules for what is stored but not sent, or sent otherwise:

| Fact | How it is stored |
| --- | --- |
| Order | Patient, then the actors it refers to (the same id and content in every record of the practice), clinical resources, Binaries last |
| Allergies | every AllergyIntolerance is a resource of its own, resolved ones too, with \`allergyEnd\` |
| Lists | only consultation, topic and heading Lists; no primary or secondary lists |
| Confidential item | \`meta.security\` \`http://hl7.org/fhir/v3/Confidentiality|R\` on each of its resources; other resources still refer to it |
| Sensitive patient | the same coding on \`Patient.meta.security\` |
| Registration | extension \`registrationDetails\` with type \`R\` or \`T\` and period; an end means left or died; \`Patient.active\` |
| Dissent to share | \`Consent\` \`{status: active, policyRule: https://fhir.nhs.uk/Id/dissent-to-share}\`; \`consentingParty\` tells who dissented |
| Record in transit, unfiled data | \`Flag\` \`{status: active, code: data-in-transit or data-awaiting-filing of CareConnect-ListWarningCode-1, period.start}\`; \`category.text\` is the clinical area affected, absent for all |
| Immunisation consent | an Observation with code 268559007 belongs to the Immunisations list, not to uncategorised data |
| Document file | \`attachment.url\` is \`Binary/{id}\`, without the server's root; the file's real size stands even above the limit of 5,242,880 bytes, where only a migration may fetch it |
| Lazy file | \`Binary.content\` is made when it is read (serialised); reading it twice makes it twice |

Every text that must never leave the practice contains \`CONFIDENTIAL-TEXT\`. Warfarin is not among the demonstration products: it stands as a degraded medication entry with the text "Warfarin 3mg tablets". Local drug codes (\`DEMO…\`) are made up. Practices, actors and most code elements are frozen objects shared by many records: copy before changing.
`;
