// How much memory a process takes at most while something happens: the kernel's own high-water mark of what is resident.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

let sampled = 0;
let sampling: NodeJS.Timeout | undefined;

/**
 * Waits until the process has come to rest and begins a new high-water mark. Answers the bytes resident at rest: what
 * `peakMemory` says above them is the growth.
 */
export async function markMemory(): Promise<number> {
  await rest();
  clearInterval(sampling);
  if (!resetHighWater()) {
    sampled = process.memoryUsage.rss();
    sampling = setInterval(sample, 10).unref();
  }
  return process.memoryUsage.rss();
}

/** Most bytes resident at once since the mark. */
export function peakMemory(): number {
  const line =
    sampling === undefined && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  if (line) return Number(line[1]) * 1024;
  sample();
  return sampled;
}

function sample(): void {
  sampled = Math.max(sampled, process.memoryUsage.rss());
}

/** Two seconds, or until nothing has moved for one. */
async function rest(): Promise<void> {
  let last = 0;
  for (let round = 0; round < 4 && last !== process.memoryUsage.rss(); round += 1) {
    last = process.memoryUsage.rss();
    await after(500);
  }
}

/** Linux: `5` to clear_refs sets VmHWM back to what is resident. */
function resetHighWater(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false;
  }
}
