// The version a change was decided on. spec: RFC 9110 §13.1.1
import { Problem } from './problem.ts';

/** `If-Match` with one strong tag. @throws Problem 428 where it is missing; `stale` for a tag that cannot be ours */
export function versionOfIfMatch(ifMatch: string | undefined, stale: () => Error): number {
  if (ifMatch === undefined) throw new Problem(428, 'If-Match with the ETag last seen is needed');
  const version = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) throw stale();
  return Number(version);
}
