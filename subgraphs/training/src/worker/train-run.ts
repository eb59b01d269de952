/** One training run from its data set to a stored version, telling the service each step of the way. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NeuralError } from '@fathom/neural/errors';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';
import { batchesFrom } from '@fathom/neural/training/batches';
import { evaluationBatches, type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import { checkMemory } from '@fathom/neural/training/memory-estimate';
import { checkExampleLengths, readExamples } from '@fathom/neural/training/read-examples';
import type { DataParallel, NewRun } from '@fathom/neural/training/run';
import { fittingSequenceLength } from '@fathom/neural/training/sequence-length';
import { splitExamples } from '@fathom/neural/training/split';
import { createTrainer, type Trainer } from '@fathom/neural/training/trainer';
import { type LoopEnd, type LoopOutcome, trainingLoop } from '@fathom/neural/training/training-loop';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { WorkerChannel } from '@fathom/platform/jobs/worker';
import type { Architecture } from '../domain/run-config.ts';
import type { StopReason } from '../domain/run-states.ts';
import { openCheckpoints, type RunCheckpoints } from './checkpoints.ts';
import { exactMatch } from './exact-match.ts';
import { generateAnswers } from './generate.ts';
import { namingLines } from './naming-lines.ts';
import { dataParallelOf, optimizerOf, partsOf, scheduleOf } from './optimization.ts';
import type { CheckpointReference, TrainingMessage, TrainingSpecification } from './protocol.ts';
import { type LoadedSuite, measureSuite } from './suites.ts';
import { loadVersion } from './version-files.ts';

export interface Work {
  readonly specification: TrainingSpecification;
  readonly artifacts: ArtifactStore;
  /** This run's alone, on this machine. */
  readonly scratchFolder: string;
  readonly channel: WorkerChannel<TrainingMessage>;
  /** Bytes that the worker and its processes may still take. */
  readonly availableMemory: () => number;
}

/** What every phase after INITIALISING works with. The weights of `model` are those that the run started from. */
interface Prepared {
  readonly training: readonly Example[];
  readonly heldOut: readonly Example[];
  readonly model: Omit<ModelFolder, 'weights'> & { readonly weights?: ModelFolder['weights'] };
  readonly sequenceLength: number;
  readonly suites: readonly LoadedSuite[];
  /** Of each example that is trained on, its line in the data set. */
  readonly lines: readonly number[];
}

/** Held-out batches measured during training; the evaluation at the end measures all. */
const batchesOnTheWay = 16;
const greedyExamples = 100;

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

export async function trainRun(work: Work): Promise<'done' | 'stopped'> {
  const { channel } = work;
  const phase = (name: (TrainingMessage & { type: 'phase' })['phase'], detail: string) =>
    channel.send({ type: 'phase', phase: name, detail });

  phase('VALIDATING', 'reading and checking the data set');
  const examples = await readExamples(await work.artifacts.fetch(work.specification.dataSetUri));
  phase(
    'PREPARING',
    `${examples.length.toLocaleString('en')} examples: splitting, learning the vocabulary, packing`,
  );
  const prepared = await prepare(work, examples);
  const batches = trainingBatches(work, prepared);
  phase('INITIALISING', initialisingDetail(work.specification));
  const { resumeFrom, best, threads } = work.specification;
  const checkpoints = await openCheckpoints({ ...work, known: [resumeFrom, best], threads });
  let trainer = await initialise(work, prepared, checkpoints);
  try {
    const parameterCount = countParameters(trainer);
    channel.send({ type: 'initialised', parameterCount });
    phase(
      'TRAINING',
      `${parameterCount.toLocaleString('en')} parameters, ${batches.tokensPerEpoch.toLocaleString('en')} tokens an epoch`,
    );
    const { end, bestStep } = await train(work, { prepared, trainer, batches, checkpoints }).catch(
      (error: unknown) => {
        throw namingLines(error, prepared.lines);
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
      `${endings[end]}${stateTaken({ end, bestStep, better, lastStep })}; measuring on ${prepared.heldOut.length.toLocaleString('en')} held-out examples`,
    );
    const model = { ...prepared.model, weights: trainer.exportWeights() };
    const evaluation = await evaluate(work, { prepared, trainer, model });
    const suites = [];
    for (const suite of prepared.suites) {
      const lossOn = async (examples: readonly Example[]) =>
        (await measureVersion(work, examples, model)).loss;
      suites.push(await measureSuite(suite, model, { threads, lossOn }));
    }
    const incumbent = await measureIncumbent(work, prepared);
    phase('REGISTERING', 'storing the version');
    channel.send({
      type: 'produced',
      ...(await store(work, model)),
      parameterCount,
      evaluation,
      suites,
      incumbent,
    });
    return 'done';
  } finally {
    await trainer.release();
    await checkpoints.close();
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
async function loadCheckpoint(
  { channel }: Work,
  checkpoints: RunCheckpoints,
  checkpoint: CheckpointReference,
  dataParallel?: DataParallel,
): Promise<Trainer> {
  try {
    return await checkpoints.load(checkpoint, dataParallel);
  } catch (error) {
    if (error instanceof NeuralError && error.code === 'CHECKPOINT_CORRUPT') {
      channel.send({ type: 'damaged', step: checkpoint.step });
    }
    throw error;
  }
}

async function prepare({ specification, artifacts }: Work, examples: readonly Example[]): Promise<Prepared> {
  const { seed, hyperparameters, start } = specification;
  const suites: LoadedSuite[] = [];
  for (const suite of specification.suites) {
    suites.push({ ...suite, examples: await readExamples(await artifacts.fetch(suite.dataSetUri)) });
  }
  const split = splitExamples(examples, { seed, heldOutShare: hyperparameters.heldOutShare });
  const model: Prepared['model'] =
    start.kind === 'continue'
      ? await loadVersion(artifacts, start.files)
      : newModel(start.architecture, split.training);
  const { maxPositions } = model.config;
  const { batchSize } = hyperparameters;
  for (const read of [examples, ...suites.map((suite) => suite.examples)]) {
    checkExampleLengths(read, { ...model, sequenceLength: maxPositions });
  }
  const lineOf = new Map(examples.map((example, index) => [example, index + 1]));
  return {
    ...split,
    lines: split.training.map((example) => lineOf.get(example) ?? 0),
    model,
    suites,
    sequenceLength: fittingSequenceLength(examples, { ...model, batchSize, maxPositions }),
  };
}

/** A network without weights, and a tokenizer learned from what is trained on. */
function newModel(architecture: Architecture, training: readonly Example[]): Prepared['model'] {
  const tokenizer = trainByteLevelBpe({
    texts: training.flatMap((example) =>
      'text' in example ? [example.text] : [example.prompt, example.completion],
    ),
    vocabularySize: architecture.vocabularySize,
    specialTokens: questionAnswerTokens,
  });
  const chatTemplate = ChatTemplate.questionAnswer();
  const config: ModelConfig = {
    vocabularySize: tokenizer.vocabularySize,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers,
    heads: architecture.attentionHeads,
    keyValueHeads: architecture.keyValueHeads,
    headSize: architecture.hiddenSize / architecture.attentionHeads,
    intermediateSize: architecture.feedForwardSize,
    maxPositions: architecture.contextLength,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tieEmbeddings: true,
    initializerRange: 0.02,
    eosTokenId: stopTokenIds({ tokenizer, chatTemplate })[0]!,
  };
  return { config, tokenizer, chatTemplate };
}

function trainingBatches({ specification }: Work, { model, training, sequenceLength }: Prepared) {
  const { seed, hyperparameters } = specification;
  return batchesFrom(training, { ...model, seed, batchSize: hyperparameters.batchSize, sequenceLength });
}

function heldOutBatches(
  { specification }: Work,
  prepared: Prepared,
  model: Pick<ModelFolder, 'tokenizer' | 'chatTemplate'>,
) {
  const { batchSize } = specification.hyperparameters;
  return evaluationBatches(prepared.heldOut, {
    ...model,
    batchSize,
    sequenceLength: prepared.sequenceLength,
  });
}

async function initialise(
  work: Work,
  { model, sequenceLength }: Prepared,
  checkpoints: RunCheckpoints,
): Promise<Trainer> {
  const { specification, availableMemory } = work;
  const { hyperparameters, seed, threads, resumeFrom } = specification;
  const dataParallel = dataParallelOf(hyperparameters);
  const run: NewRun = {
    config: model.config,
    batchSize: hyperparameters.batchSize,
    ...partsOf(hyperparameters),
    dropout: hyperparameters.dropout,
    sequenceLength,
    optimizer: optimizerOf(hyperparameters),
    schedule: scheduleOf(hyperparameters),
    seed,
  };
  checkMemory(run, { availableBytes: availableMemory(), threads, dataParallel });
  if (resumeFrom) return loadCheckpoint(work, checkpoints, resumeFrom, dataParallel);
  return createTrainer({
    ...run,
    ...(model.weights ? { weights: model.weights } : {}),
    threads,
    dataParallel,
  });
}

function initialisingDetail({ resumeFrom, start }: TrainingSpecification): string {
  if (resumeFrom) return `going on from the checkpoint of step ${resumeFrom.step}`;
  return start.kind === 'scratch' ? 'drawing the first weights' : `starting from ${start.files.versionId}`;
}

function countParameters(trainer: Trainer): number {
  return [...trainer.exportWeights().values()].reduce((total, { data }) => total + data.length, 0);
}

async function train(
  work: Work,
  {
    prepared,
    trainer,
    batches,
    checkpoints,
  }: {
    prepared: Prepared;
    trainer: Trainer;
    batches: ReturnType<typeof batchesFrom>;
    checkpoints: RunCheckpoints;
  },
): Promise<LoopOutcome> {
  const { channel, specification } = work;
  const { hyperparameters, runId } = specification;
  const onTheWay = heldOutBatches(work, prepared, prepared.model).slice(0, batchesOnTheWay);
  return trainingLoop({
    trainer,
    batches,
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
      measure: async () => (await measure((batch) => trainer.evaluate(batch), onTheWay)).loss,
    },
    stopRequested: channel.stopRequested,
    onPoints: (points) => channel.send({ type: 'stepped', points: [...points] }),
    onCheckpoint: async (saved) => channel.send(await checkpoints.store(saved)),
    afterStep: (step) => sample(work, { prepared, trainer, step }),
    nowMs: () => performance.now(),
  });
}

/** Tells what the model says by now. A step that is taken a second time tells the same. */
async function sample(
  { channel, specification }: Work,
  { prepared, trainer, step }: { prepared: Prepared; trainer: Trainer; step: number },
): Promise<void> {
  const { samples, threads, hyperparameters } = specification;
  if (!samples || (step % samples.everySteps !== 0 && step !== hyperparameters.steps)) return;
  const { prompts, maxTokens } = samples;
  const model = { ...prepared.model, weights: trainer.exportWeights() };
  const answers = await generateAnswers(model, prompts, { threads, maxTokens });
  const told = prompts.map((prompt, index) => ({ prompt, completion: answers[index]! }));
  channel.send({ type: 'sampled', step, samples: told });
}

async function evaluate(
  work: Work,
  { prepared, trainer, model }: { prepared: Prepared; trainer: Trainer; model: ModelFolder },
) {
  const batches = heldOutBatches(work, prepared, model);
  const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), batches);
  // A passage asks nothing.
  const asked = prepared.heldOut.flatMap((example) => ('text' in example ? [] : [example]));
  const threads = { threads: work.specification.threads };
  const matched =
    asked.length === 0 ? null : await exactMatch(model, asked.slice(0, greedyExamples), threads);
  return { exampleCount: prepared.heldOut.length, loss, totalNats, exactMatch: matched };
}

/** The version that an alias leads to, on the same held-out examples. That it cannot be measured is no fault of this run. */
async function measureIncumbent(work: Work, prepared: Prepared) {
  const { incumbent } = work.specification;
  if (!incumbent) return null;
  try {
    const measured = await measureVersion(
      work,
      prepared.heldOut,
      await loadVersion(work.artifacts, incumbent),
    );
    return { versionId: incumbent.versionId, measured, problem: null };
  } catch (error) {
    return { versionId: incumbent.versionId, measured: null, problem: (error as Error).message };
  }
}

async function measureVersion(
  work: Work,
  examples: readonly Example[],
  model: ModelFolder,
): Promise<Measured> {
  const { hyperparameters, seed, threads } = work.specification;
  const { batchSize } = hyperparameters;
  const sequenceLength = fittingSequenceLength(examples, {
    ...model,
    batchSize,
    maxPositions: model.config.maxPositions,
  });
  const batches = evaluationBatches(examples, { ...model, batchSize, sequenceLength });
  const trainer = await createTrainer({
    config: model.config,
    weights: model.weights,
    batchSize,
    sequenceLength,
    optimizer: { learningRate: 0 },
    schedule: { kind: 'constant' },
    seed,
    threads,
  });
  try {
    return await measure((batch) => trainer.evaluate(batch), batches);
  } finally {
    await trainer.release();
  }
}

async function store({ artifacts }: Work, model: ModelFolder) {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-version-'));
  try {
    const path = join(folder, 'model');
    await writeModelFolder(path, model);
    const { uri, sizeBytes } = await artifacts.put(path);
    return { artifactUri: uri, sizeBytes, config: await readFile(join(path, 'config.json'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
