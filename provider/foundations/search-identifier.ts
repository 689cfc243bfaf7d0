// The one mandatory `identifier` of the Foundations searches. spec: foundations §8.7, §13.1–13.5
import { type ErrorCode, isNhsNumber, refusal, system } from '@gp-connect/foundation/nhs';

/**
 * The value of `identifier={system}|{value}`.
 * @throws Refusal 400 BAD_REQUEST missing or repeated; 422 INVALID_PARAMETER malformed; `otherSystem` for another
 * system
 */
export function searchIdentifier(
  query: URLSearchParams,
  systems: readonly string[],
  otherSystem: ErrorCode = 'INVALID_IDENTIFIER_SYSTEM',
): string {
  const given = query.getAll('identifier');
  if (given.length === 0) throw refusal('BAD_REQUEST', 'The parameter identifier is missing');
  if (given.length > 1) throw refusal('BAD_REQUEST', 'The parameter identifier is given more than once');
  const [, of, value] = /^([^|]*)\|(.*)$/s.exec(given[0]!) ?? [];
  if (!of?.trim() || !value?.trim()) {
    throw refusal('INVALID_PARAMETER', 'identifier is not of the form system|value');
  }
  if (!systems.includes(of)) throw refusal(otherSystem, `identifier is searched by ${systems[0]}`);
  return value;
}

/** The NHS number of a patient search. @throws Refusal also 400 INVALID_NHS_NUMBER */
export function searchNhsNumber(query: URLSearchParams, otherSystem?: ErrorCode): string {
  const value = searchIdentifier(query, [system.nhsNumber], otherSystem);
  if (!isNhsNumber(value)) throw refusal('INVALID_NHS_NUMBER', 'identifier is not a valid NHS number');
  return value;
}
