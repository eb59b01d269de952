/** Shows a run until it rests, then what came out. Ctrl-C leaves it running and says how to come back. */
import type { FathomClient } from '@fathom/gateway/client';
import { evaluationFigures } from './evaluation-figures.ts';
import { followRun } from './follow-run.ts';
import { createProgressReport } from './progress-report.ts';
import { exitCodeOf, requireRun } from './show-run.ts';

const leftExitCode = 130;

export async function watchRun(
  client: FathomClient,
  id: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const { totalSteps } = await requireRun(client, id);
  const report = createProgressReport({
    json,
    totalSteps,
    output: process.stdout,
    nowMs: () => performance.now(),
  });
  if ((await followRun(client, id, report)) === 'left') {
    process.stderr.write(
      `The run goes on without you. See it again:  npm run fathom -- runs watch ${id}
Stop it for now:    npm run fathom -- runs pause ${id}
Give it up:         npm run fathom -- runs cancel ${id}
`,
    );
    return leftExitCode;
  }
  const run = await requireRun(client, id);
  if (json) process.stdout.write(`${JSON.stringify({ __typename: 'TrainingRun', ...run })}\n`);
  else process.stdout.write(summary(run));
  if (run.status !== 'COMPLETED') {
    process.stderr.write(`Go on from its last checkpoint:  npm run fathom -- train --resume ${id}\n`);
  }
  return exitCodeOf(run);
}

function summary(run: Awaited<ReturnType<typeof requireRun>>): string {
  if (!run.modelVersion) return '';
  const { id, aliases } = run.modelVersion;
  const measured = run.evaluations.map(
    (evaluation) => `${evaluation.suite}: ${evaluationFigures(evaluation)}`,
  );
  return `${[`version ${id}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}`, ...measured].join('\n')}\n`;
}
