// Progress of an import for whoever watches: one line that moves on a terminal, plain lines elsewhere.
import type { ImportStep } from '@gp-connect/provider';

export interface ImportProgress {
  show(step: ImportStep): void;
  /** Leaves the terminal on a fresh line. */
  end(): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const MOST_REFUSALS_SHOWN = 10;

/** @param total bytes of all files, for the percentage */
export function importProgress(output: Output, total: number): ImportProgress {
  const line = output.isTTY ? movingLine(output) : undefined;
  let file = '';
  let refused = 0;
  return {
    show(step) {
      if (step.kind === 'file') {
        file = step.file;
        if (line) line.put(`reading ${file}`);
        else output.write(`reading ${file}\n`);
      } else if (step.kind === 'progress') {
        const { bytes, resources, patients } = step.progress;
        const percent = total === 0 ? 100 : Math.min(100, Math.floor((bytes / total) * 100));
        line?.put(`${percent} %  ${patients} people, ${resources} resources  ${file}`);
      } else if (step.kind === 'refused' && refused++ < MOST_REFUSALS_SHOWN) {
        const text = `refused: ${step.refusal.file}: ${step.refusal.reason}`;
        if (line) line.above(text);
        else output.write(`${text}\n`);
      }
    },
    end: () => line?.put(''),
  };
}

function movingLine(output: Output) {
  let shown = '';
  const put = (text: string) => {
    shown = text.slice(0, Math.max(20, (output.columns ?? 80) - 1));
    output.write(`\r\u001b[K${shown}`);
  };
  return {
    put,
    above(text: string) {
      const below = shown;
      output.write(`\r\u001b[K${text}\n`);
      put(below);
    },
  };
}
