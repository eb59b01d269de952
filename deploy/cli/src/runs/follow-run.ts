/** A run's events until it rests or the user leaves; leaving changes nothing about the run. */
import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import type { ProgressReport } from './progress-report.ts';
import type { RunEvent } from './run-event.ts';

const pointsOfALongRun = 2_000;

export async function followRun(
  client: FathomClient,
  id: string,
  report: ProgressReport,
): Promise<'rested' | 'left'> {
  const events = client.stream<
    { readonly trainingRunProgressed: RunEvent },
    { readonly id: string; readonly maxPoints: number }
  >(readOperation('follow-run'), { id, maxPoints: pointsOfALongRun });
  let left = false;
  const leave = () => {
    left = true;
    void events.return?.();
  };
  process.once('SIGINT', leave);
  try {
    for await (const { trainingRunProgressed } of events) report.tell(trainingRunProgressed);
  } finally {
    process.off('SIGINT', leave);
    report.end();
  }
  return left ? 'left' : 'rested';
}
