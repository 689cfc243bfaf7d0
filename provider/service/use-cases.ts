// Which use case answers which interaction. What is not in the table is 501.
import {
  type CapabilityStatement,
  FhirSyntaxError,
  fromXml,
  londonToday,
  parseJson,
} from '@gp-connect/foundation/fhir';
import { type ClinicalArea, interactionRow, refusal } from '@gp-connect/foundation/nhs';
import {
  documentsCapability,
  findDocumentsPatient,
  retrieveDocument,
  searchDocuments,
} from '../documents/index.ts';
import {
  type CheckedRequest,
  findOrganisation,
  findPatient,
  findPractitioner,
  foundationsCapability,
  readActor,
  readPatient,
  resourceAnswer,
} from '../foundations/index.ts';
import type { Records } from '../record/index.ts';
import { structuredCapability, structuredRecord, structuredRequest } from '../structured/index.ts';
import type { UseCase } from './routes.ts';
import type { ProviderSettings } from './settings.ts';

export interface UseCaseDependencies {
  readonly records: Records;
  readonly settings: ProviderSettings;
  readonly clock: () => number;
}

const idOf = (row: string): string => interactionRow(row).id;

export function useCases({ records, settings, clock }: UseCaseDependencies): ReadonlyMap<string, UseCase> {
  const { software, specVersion, deceasedAccessDays } = settings;
  const documents = { records, clock, deceasedAccessDays };
  const statements: Readonly<Record<string, () => CapabilityStatement>> = {
    structured: () => structuredCapability({ version: specVersion.structured, software, migrate: false }),
    documents: () => documentsCapability(software, specVersion.documents),
    foundations: () => foundationsCapability(software, specVersion.foundations),
  };
  const metadata: UseCase = async ({ address }) => resourceAnswer(statements[address.server]!());

  const structured: UseCase = async (request, body, progress) => {
    const today = londonToday(new Date(clock()));
    const asked = structuredRequest(parseBody(body, request), {
      today,
      filterSignificance: settings.filterSignificance,
    });
    progress.nhsNumber = asked.nhsNumber;
    progress.areas = Object.keys(asked.areas) as ClinicalArea[];
    const { practice, switches, exclusionCodes } = request.practice;
    const answer = await structuredRecord(
      records,
      {
        ods: practice.ods,
        name: practice.name,
        organizationId: practice.organizationId,
        switches: { structured: switches.capabilities.structured, areas: switches.areas },
        exclusionCodes,
        documentsRoot: `${settings.publicOrigin.replace(/\/$/, '')}/${practice.ods}/STU3/1/${settings.segments.documents}`,
        clock,
      },
      asked,
      request.trace,
    );
    return { status: 200, write: (sink, format) => answer.write(sink, format) };
  };

  return new Map<string, UseCase>([
    [idOf('1'), metadata],
    [idOf('18'), metadata],
    [idOf('2'), (request, _body, progress) => findPatient(records, request, progress)],
    [idOf('3'), (request, _body, progress) => readPatient(records, request, progress)],
    [idOf('4'), (request) => findPractitioner(records, request)],
    [idOf('5'), (request) => readActor(records, request)],
    [idOf('6'), (request) => findOrganisation(records, request)],
    [idOf('7'), (request) => readActor(records, request)],
    [idOf('8'), (request) => readActor(records, request)],
    [idOf('19'), structured],
    [idOf('21'), metadata],
    [idOf('22'), (request, _body, progress) => findDocumentsPatient(documents, request, progress)],
    [idOf('23'), (request, _body, progress) => searchDocuments(documents, request, progress)],
    [idOf('24'), (request, _body, progress) => retrieveDocument(documents, request, progress)],
  ]);
}

/** spec: access-record-structured §13: an operation body that cannot be read is 422, not 400 */
function parseBody(body: Buffer, request: CheckedRequest): unknown {
  try {
    return request.bodyFormat === 'xml' ? fromXml(body) : parseJson(body);
  } catch (error) {
    if (error instanceof FhirSyntaxError)
      throw refusal('INVALID_RESOURCE', `The body is not a FHIR resource: ${error.message}`);
    throw error;
  }
}
