// The list of revoked certificates, as a file that running servers read again when it changes.
// spec: foundations §6.6 ("unexpired, unrevoked")
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Clock } from './clock.ts';

const LOOK_AGAIN_AFTER_MS = 1000;

export interface Revocations {
  /** True when the certificate with this serial number (hexadecimal, any case) was revoked. */
  isRevoked(serialNumber: string): boolean;
  /** Adds a serial number to the file; every server that reads it refuses the certificate within a second. */
  revoke(serialNumber: string): void;
}

/**
 * Opens `revoked.json` (`{"revoked":["SERIAL", …]}`; absent means empty). The file is looked at again at most
 * once a second, when somebody asks. A file that became unreadable keeps the last good list in force.
 */
export function openRevocations(file: string, { clock }: { clock: Clock }): Revocations {
  let revoked: ReadonlySet<string> = new Set();
  let readVersion = '';
  let lookedAt = Number.NEGATIVE_INFINITY;

  const look = (): void => {
    const now = clock();
    if (Math.abs(now - lookedAt) < LOOK_AGAIN_AFTER_MS) return;
    lookedAt = now;
    const version = versionOf(file);
    if (version === readVersion) return;
    const read = version === 'absent' ? new Set<string>() : readList(file);
    if (!read) return;
    revoked = read;
    readVersion = version;
  };

  look();
  return {
    isRevoked(serialNumber) {
      look();
      return revoked.has(serialNumber.toUpperCase());
    },
    revoke(serialNumber) {
      lookedAt = Number.NEGATIVE_INFINITY;
      look();
      const list = [...revoked, serialNumber.toUpperCase()];
      writeFileSync(`${file}.new`, `${JSON.stringify({ revoked: [...new Set(list)] }, null, 2)}\n`);
      renameSync(`${file}.new`, file);
      lookedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

function versionOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}:${found.size}:${found.ino}` : 'absent';
}

function readList(file: string): Set<string> | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const list = (parsed as { revoked?: unknown } | null)?.revoked;
    if (!Array.isArray(list)) return null;
    return new Set(list.filter((entry) => typeof entry === 'string').map((entry) => entry.toUpperCase()));
  } catch {
    return null;
  }
}
