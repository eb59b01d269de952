/** The words of a run's progress. Pure. */
import type { RunEvent } from './run-event.ts';

type Stepped = Extract<RunEvent, { __typename: 'TrainingStepped' }>;

const barWidth = 20;

/** One line, no wider than the terminal. */
export function progressBar(
  event: Stepped,
  { totalSteps, columns }: { readonly totalSteps: number; readonly columns: number },
): string {
  const filled = Math.round((barWidth * Math.min(event.point.step, totalSteps)) / totalSteps);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
  const line = `${bar} ${stepText(event, totalSteps)}`;
  return line.length < columns ? line : line.slice(0, columns - 1);
}

export function eventLine(event: RunEvent, totalSteps: number): string {
  switch (event.__typename) {
    case 'TrainingStepped':
      return stepText(event, totalSteps);
    case 'TrainingCheckpointed':
      return `checkpoint of step ${event.checkpoint.step} (${bytesText(event.checkpoint.sizeBytes)})`;
    case 'TrainingSampled':
      return event.samples
        .map(({ step, prompt, completion }) => `  at ${step}  ${prompt}  →  ${completion}`)
        .join('\n');
    case 'TrainingRunTransitioned': {
      const { to, detail } = event.transition;
      return detail === null ? to : `${to}: ${detail}`;
    }
  }
}

function stepText({ point, etaSeconds }: Stepped, totalSteps: number): string {
  const parts = [
    `step ${point.step}/${totalSteps}`,
    `loss ${point.loss.toFixed(4)}`,
    point.heldOutLoss === null ? undefined : `held-out ${point.heldOutLoss.toFixed(4)}`,
    `lr ${point.learningRate.toExponential(2)}`,
    `grad ${point.gradientNorm.toFixed(2)}`,
    `${Math.round(point.tokensPerSecond).toLocaleString('en')} tokens/s`,
    point.step < totalSteps ? `${durationText(etaSeconds)} left` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
