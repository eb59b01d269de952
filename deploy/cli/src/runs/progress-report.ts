/** How a run's progress is shown: a bar on a terminal, plain lines elsewhere, JSON lines for programs. */
import { eventLine, progressBar } from './progress-lines.ts';
import type { RunEvent } from './run-event.ts';

export interface ProgressReport {
  tell(event: RunEvent): void;
  /** Leaves the cursor on a line of its own. */
  end(): void;
}

export interface ReportOptions {
  readonly json: boolean;
  readonly totalSteps: number;
  readonly output: Pick<NodeJS.WriteStream, 'write'> & {
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  readonly nowMs: () => number;
}

/** Plain lines of steps are told at most so often, so that a log stays readable. */
const plainEveryMs = 1_000;

export function createProgressReport({ json, totalSteps, output, nowMs }: ReportOptions): ProgressReport {
  if (json) {
    return { tell: (event) => void output.write(`${JSON.stringify(event)}\n`), end: () => undefined };
  }
  return output.isTTY ? terminalReport(totalSteps, output) : plainReport(totalSteps, { output, nowMs });
}

function terminalReport(totalSteps: number, output: ReportOptions['output']): ProgressReport {
  let barShown = false;
  const clear = () => {
    if (barShown) output.write('\r\u001b[K');
    barShown = false;
  };
  return {
    tell(event) {
      clear();
      if (event.__typename === 'TrainingStepped') {
        output.write(progressBar(event, { totalSteps, columns: output.columns ?? 80 }));
        barShown = true;
      } else output.write(`${eventLine(event, totalSteps)}\n`);
    },
    end() {
      if (barShown) output.write('\n');
      barShown = false;
    },
  };
}

function plainReport(
  totalSteps: number,
  { output, nowMs }: Pick<ReportOptions, 'output' | 'nowMs'>,
): ProgressReport {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    tell(event) {
      if (event.__typename === 'TrainingStepped') {
        const measured = event.point.heldOutLoss !== null;
        if (!measured && event.point.step !== totalSteps && nowMs() - toldAt < plainEveryMs) return;
        toldAt = nowMs();
      }
      output.write(`${eventLine(event, totalSteps)}\n`);
    },
    end: () => undefined,
  };
}
