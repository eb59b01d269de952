/** One training run from its data set to a stored version, telling the service each step of the way. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NeuralError } from '@fathom/neural/errors';
import { measure } from '@fathom/neural/training/evaluation-batches';
import { checkMemory } from '@fathom/neural/training/memory-estimate';
import { type ExampleSource, openExamples, openSplit } from '@fathom/neural/training/packed/example-source';
import type { DataParallel, NewRun } from '@fathom/neural/training/run';
import type { TaskOptions } from '@fathom/neural/training/tasks';
import { createTrainer, type Trainer } from '@fathom/neural/training/trainer';
import { type LoopEnd, type LoopOutcome, trainingLoop } from '@fathom/neural/training/training-loop';
import type { TensorMap } from '@fathom/neural/weights/tensor';
import type { StopReason } from '../domain/run-states.ts';
import { openCheckpoints, type RunCheckpoints } from './checkpoints.ts';
import { learnLanguage } from './learn-language.ts';
import { learnClasses, learnVectors } from './learn-texts.ts';
import type { Learning, Work } from './learning.ts';
import { requireUngraded } from './measured-model.ts';
import { namingLines } from './naming-lines.ts';
import { dataParallelOf, optimizerOf, partsOf, scheduleOf } from './optimization.ts';
import type { CheckpointReference, TrainingMessage, TrainingSpecification } from './protocol.ts';
import { measureSuite, type OpenSuite } from './suites.ts';
import { measuredVersion } from './version-files.ts';

const stopReasons = {
  converged: 'CONVERGED',
  'early-stopped': 'EARLY_STOPPED',
  'steps-spent': 'STEPS_SPENT',
  'tokens-spent': 'TOKENS_SPENT',
  'time-spent': 'TIME_SPENT',
} as const satisfies Record<Exclude<LoopEnd, 'stopped'>, StopReason>;

const endings: Record<Exclude<LoopEnd, 'stopped'>, string> = {
  converged: 'the held-out loss reached its target',
  'early-stopped': 'the held-out loss no longer improved',
  'steps-spent': 'every step was taken',
  'tokens-spent': 'the budget of tokens is spent',
  'time-spent': 'the budget of time is spent',
};

type Phase = (name: (TrainingMessage & { type: 'phase' })['phase'], detail: string) => void;

export async function trainRun(work: Work): Promise<'done' | 'stopped'> {
  const { channel, specification, artifacts, scratchFolder } = work;
  const phase: Phase = (name, detail) => channel.send({ type: 'phase', phase: name, detail });
  // What an earlier worker of the run left.
  await rm(scratchFolder, { recursive: true, force: true });
  try {
    phase('VALIDATING', 'reading and checking the data set');
    const folder = await artifacts.fetch(specification.dataSetUri);
    const { seed, hyperparameters, task } = specification;
    const splitting = { ...hyperparameters, seed, scratchFolder: join(scratchFolder, 'split') };
    const split = await openSplit(folder, splitting);
    await requireUngraded(split.all.read(), 'nothing is learned from them');
    const examples = split.all.count.toLocaleString('en');
    phase('PREPARING', `${examples} examples: splitting, learning the vocabulary, packing`);
    const suites = await openSuites(work);
    if (task === 'CLASSIFICATION')
      return await run(work, { phase, suites, learning: await learnClasses(work, split) });
    if (task === 'EMBEDDING')
      return await run(work, { phase, suites, learning: await learnVectors(work, split) });
    const asked = suites.map(({ examples }) => examples);
    return await run(work, { phase, suites, learning: await learnLanguage(work, split, asked) });
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function openSuites({ specification, artifacts }: Work): Promise<readonly OpenSuite[]> {
  const suites: OpenSuite[] = [];
  for (const suite of specification.suites)
    suites.push({ ...suite, examples: await openExamples(await artifacts.fetch(suite.dataSetUri)) });
  return suites;
}

async function run<T extends TaskOptions>(
  work: Work,
  given: {
    readonly phase: Phase;
    readonly suites: readonly OpenSuite[];
    readonly learning: Learning<T>;
  },
): Promise<'done' | 'stopped'> {
  const { channel } = work;
  const { phase, learning } = given;
  phase('INITIALISING', initialisingDetail(work.specification));
  const { resumeFrom, best, threads } = work.specification;
  const checkpoints = await openCheckpoints<T>({
    ...work,
    scratchFolder: join(work.scratchFolder, 'checkpoints'),
    known: [resumeFrom, best],
    threads,
    task: learning.run.task?.kind,
  });
  let trainer = await initialise(work, learning, checkpoints);
  try {
    const parameterCount = countParameters(trainer);
    channel.send({ type: 'initialised', parameterCount });
    phase('TRAINING', `${parameterCount.toLocaleString('en')} parameters, ${learning.epoch}`);
    const { end, bestStep } = await train(work, { learning, trainer, checkpoints }).catch(
      (error: unknown) => {
        throw namingLines(error, learning.lineOf);
      },
    );
    if (end === 'stopped') return 'stopped';
    channel.send({ type: 'trained', reason: stopReasons[end] });
    const lastStep = trainer.step;
    const better =
      end === 'early-stopped' && bestStep !== trainer.step ? checkpoints.at(bestStep ?? 0) : undefined;
    if (better) {
      await trainer.release();
      trainer = await loadCheckpoint(work, checkpoints, better);
    }
    phase(
      'EVALUATING',
      `${endings[end]}${stateTaken({ end, bestStep, better, lastStep })}; measuring on ${learning.heldOut.count.toLocaleString('en')} held-out examples`,
    );
    const weights = trainer.exportWeights();
    const evaluation = { exampleCount: learning.heldOut.count, ...(await learning.evaluate(trainer)) };
    const suites = [];
    for (const suite of given.suites) suites.push(await measureSuite(suite, learning.measured(weights)));
    const incumbent = await measureIncumbent(work, learning.heldOut);
    phase('REGISTERING', 'storing the version');
    channel.send({
      type: 'produced',
      ...(await store(work, learning, weights)),
      parameterCount,
      evaluation,
      suites,
      incumbent,
    });
    return 'done';
  } finally {
    await trainer.release();
    await checkpoints.close();
    learning.close();
  }
}

/** Which state is measured after an early stop; nothing to be said where it is the last one anyway. */
function stateTaken(stop: {
  readonly end: LoopEnd;
  readonly bestStep: number | null;
  readonly better: CheckpointReference | undefined;
  readonly lastStep: number;
}): string {
  const { end, bestStep, better, lastStep } = stop;
  if (better) return `, so the state of step ${better.step} is taken`;
  if (end !== 'early-stopped' || bestStep === lastStep) return '';
  return `; the best state was lost with its checkpoint, so that of step ${lastStep} is taken`;
}

/** Says which checkpoint is damaged before it fails: the service must not count on that one again. */
async function loadCheckpoint<T extends TaskOptions>(
  { channel }: Work,
  checkpoints: RunCheckpoints<T>,
  checkpoint: CheckpointReference,
  dataParallel?: DataParallel,
): Promise<Trainer<T>> {
  try {
    return await checkpoints.load(checkpoint, dataParallel);
  } catch (error) {
    if (error instanceof NeuralError && error.code === 'CHECKPOINT_CORRUPT') {
      channel.send({ type: 'damaged', step: checkpoint.step });
    }
    throw error;
  }
}

async function initialise<T extends TaskOptions>(
  work: Work,
  { run: learned }: Learning<T>,
  checkpoints: RunCheckpoints<T>,
): Promise<Trainer<T>> {
  const { specification, availableMemory } = work;
  const { hyperparameters, seed, threads, resumeFrom } = specification;
  const { weights, ...network } = learned;
  const dataParallel = dataParallelOf(hyperparameters);
  const run: NewRun<T> = {
    ...network,
    batchSize: hyperparameters.batchSize,
    ...partsOf(hyperparameters),
    dropout: hyperparameters.dropout,
    optimizer: optimizerOf(hyperparameters),
    schedule: scheduleOf(hyperparameters),
    seed,
  };
  checkMemory(run, { availableBytes: availableMemory(), threads, dataParallel });
  if (resumeFrom) return loadCheckpoint(work, checkpoints, resumeFrom, dataParallel);
  return createTrainer<T>({ ...run, ...(weights ? { weights } : {}), threads, dataParallel });
}

function initialisingDetail({ resumeFrom, start }: TrainingSpecification): string {
  if (resumeFrom) return `going on from the checkpoint of step ${resumeFrom.step}`;
  return start.kind === 'scratch' ? 'drawing the first weights' : `starting from ${start.files.versionId}`;
}

function countParameters<T extends TaskOptions>(trainer: Trainer<T>): number {
  return [...trainer.exportWeights().values()].reduce((total, { data }) => total + data.length, 0);
}

async function train<T extends TaskOptions>(
  work: Work,
  given: {
    readonly learning: Learning<T>;
    readonly trainer: Trainer<T>;
    readonly checkpoints: RunCheckpoints<T>;
  },
): Promise<LoopOutcome> {
  const { channel, specification } = work;
  const { learning, trainer, checkpoints } = given;
  const { hyperparameters, runId } = specification;
  return trainingLoop<T>({
    trainer,
    batches: learning.batches,
    totalSteps: hyperparameters.steps,
    checkpointFolder: checkpoints.scratchFolder,
    // Makes them this run's own, so that they may be removed without asking who else has equal ones.
    extra: { runId },
    checkpointEverySteps: hyperparameters.checkpointEverySteps,
    budget: {
      maxTokens: hyperparameters.maxTokens ?? undefined,
      maxTrainingMs: hyperparameters.maxSeconds === null ? undefined : 1_000 * hyperparameters.maxSeconds,
    },
    heldOut: {
      everySteps: hyperparameters.evaluateEverySteps,
      patience: hyperparameters.earlyStoppingPatience,
      target: hyperparameters.targetHeldOutLoss ?? undefined,
      saveBest: true,
      measure: async () => (await measure((batch) => trainer.evaluate(batch), learning.onTheWay)).loss,
    },
    stopRequested: channel.stopRequested,
    onPoints: (points) => channel.send({ type: 'stepped', points: [...points] }),
    onCheckpoint: async (saved) => channel.send(await checkpoints.store(saved)),
    afterStep: (step) => sample(work, { learning, trainer, step }),
    nowMs: () => performance.now(),
  });
}

/** Tells what the model says by now. A step that is taken a second time tells the same. */
async function sample<T extends TaskOptions>(
  { channel, specification }: Work,
  given: { readonly learning: Learning<T>; readonly trainer: Trainer<T>; readonly step: number },
): Promise<void> {
  const { samples, threads, hyperparameters } = specification;
  const { learning, trainer, step } = given;
  if (!samples || !learning.answer || (step % samples.everySteps !== 0 && step !== hyperparameters.steps))
    return;
  const { prompts, maxTokens } = samples;
  const answers = await learning.answer(trainer.exportWeights(), prompts, { threads, maxTokens });
  const told = prompts.map((prompt, index) => ({ prompt, completion: answers[index]! }));
  channel.send({ type: 'sampled', step, samples: told });
}

/** The version that an alias leads to, on the same held-out examples. That it cannot be measured is no fault of this run. */
async function measureIncumbent({ artifacts, specification, scratchFolder }: Work, heldOut: ExampleSource) {
  const { incumbent, threads, hyperparameters } = specification;
  if (!incumbent) return null;
  const { versionId } = incumbent;
  try {
    const options = { threads, batchSize: hyperparameters.batchSize, scratchFolder };
    const model = await measuredVersion(artifacts, incumbent, options);
    return { versionId, measured: await model.loss(heldOut), problem: null };
  } catch (error) {
    return { versionId, measured: null, problem: (error as Error).message };
  }
}

async function store<T extends TaskOptions>({ artifacts }: Work, learning: Learning<T>, weights: TensorMap) {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-version-'));
  try {
    const path = join(folder, 'model');
    await learning.write(path, weights);
    const { uri, sizeBytes } = await artifacts.put(path);
    return { artifactUri: uri, sizeBytes, config: await readFile(join(path, 'config.json'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
