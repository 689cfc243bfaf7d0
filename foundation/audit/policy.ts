// The policy file: which logs and witnesses to trust, and how many witnesses must have signed.
// spec: national-service §11.1.1 (LOG-03), §11.1.7 (LOG-19); C2SP tlog-policy

import { type Checkpoint, cosignedAt, signedByLog } from './checkpoint.ts';
import { AuditFormatError } from './errors.ts';
import { parseVkey, type VerifierKey } from './note.ts';

export interface PolicyLog {
  readonly vkey: string;
  readonly url: string;
}

export interface PolicyWitness {
  readonly name: string;
  readonly vkey: string;
  readonly url: string;
}

/** Satisfied when `threshold` of the members (witnesses or groups) are. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number | 'any' | 'all';
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or group, or `none`: one machine alone. */
  readonly quorum: string;
}

/** Text of a policy file: logs (retired ones too), witnesses, groups, one quorum line. */
export function policyText(policy: Policy): string {
  return [
    ...policy.logs.map((log) => `log ${log.vkey} ${log.url}\n`),
    ...policy.witnesses.map((witness) => `witness ${witness.name} ${witness.vkey} ${witness.url}\n`),
    ...policy.groups.map((group) => `group ${group.name} ${group.threshold} ${group.members.join(' ')}\n`),
    `quorum ${policy.quorum}\n`,
  ].join('');
}

/** Parses a policy file. Throws AuditFormatError naming the line that is wrong. */
export function parsePolicy(text: string): Policy {
  const logs: PolicyLog[] = [];
  const witnesses: PolicyWitness[] = [];
  const groups: PolicyGroup[] = [];
  const quorums: string[] = [];
  const names = new Set<string>();
  const wrong = (line: number): never => {
    throw new AuditFormatError(`line ${line} of the policy is wrong`);
  };
  const define = (name: string, line: number): string => {
    if (name === 'none' || names.has(name)) wrong(line);
    names.add(name);
    return name;
  };
  for (const [number, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/\s+/);
    const [keyword, a = '', b = '', ...rest] = words;
    const line = number + 1;
    if (keyword === '' || keyword!.startsWith('#')) continue;
    if (keyword === 'log' && words.length <= 3) logs.push({ vkey: checkedVkey(a), url: b });
    else if (keyword === 'witness' && words.length >= 3 && words.length <= 4) {
      witnesses.push({ name: define(a, line), vkey: checkedVkey(b), url: rest[0] ?? '' });
    } else if (keyword === 'group' && rest.length > 0 && rest.every((member) => names.has(member))) {
      const threshold = b === 'any' || b === 'all' ? b : Number(b);
      if (
        typeof threshold === 'number' &&
        !(Number.isInteger(threshold) && threshold >= 1 && threshold <= rest.length)
      ) {
        wrong(line);
      }
      groups.push({ name: define(a, line), threshold, members: rest });
    } else if (keyword === 'quorum' && words.length === 2 && (a === 'none' || names.has(a))) quorums.push(a);
    else wrong(line);
  }
  if (quorums.length !== 1) throw new AuditFormatError('a policy has exactly one quorum line');
  return { logs, witnesses, groups, quorum: quorums[0]! };
}

function checkedVkey(vkey: string): string {
  parseVkey(vkey);
  return vkey;
}

/** The policy's key that signed the checkpoint as its log, if any. */
export function trustedLogKey(policy: Policy, checkpoint: Checkpoint): VerifierKey | undefined {
  return policy.logs.map((log) => parseVkey(log.vkey)).find((key) => signedByLog(checkpoint, key));
}

/** Whether enough witnesses cosigned the checkpoint. */
export function quorumMet(policy: Policy, checkpoint: Checkpoint): boolean {
  if (policy.quorum === 'none') return true;
  const met = new Map<string, boolean>();
  for (const { name, vkey } of policy.witnesses) {
    met.set(name, cosignedAt(checkpoint, parseVkey(vkey)) !== undefined);
  }
  for (const { name, threshold, members } of policy.groups) {
    const count = members.filter((member) => met.get(member)).length;
    const wanted = threshold === 'any' ? 1 : threshold === 'all' ? members.length : threshold;
    met.set(name, count >= wanted);
  }
  return met.get(policy.quorum) ?? false;
}
