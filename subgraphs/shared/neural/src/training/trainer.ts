import { projections } from '../architectures/llama-parameters.ts';
import { NeuralError } from '../errors.ts';
import { type LoraAdapter, mergeAdapter } from '../lora/adapter.ts';
import { initializeAdapter } from '../lora/initialize.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import { decayedByDefault, type Optimizer } from '../optimizers/optimizer.ts';
import { learningRateRatio } from '../optimizers/schedule.ts';
import { type HostTensors, hostTensors } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { checkTensors, weightsSha256 } from '../weights/check-weights.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { corrupt, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { layOutTensors } from './parameter-memory.ts';
import {
  checkRun,
  checkWorkers,
  type DataParallel,
  microBatchesByDefault,
  type NewRun,
  type ResumedRun,
  type Run,
} from './run.ts';
import { createFusedStep } from './steps/fused-step.ts';
import type { StepEngine } from './steps/step-engine.ts';
import { type Crew, createSummedStep, startCrew } from './steps/summed-step.ts';
import type { TaskGraph, TrainingTask } from './task.ts';
import { type BatchOf, type ConfigOf, createTask, type LanguageModel, type TaskOptions } from './tasks.ts';
import { adaptableOf, buildEvaluationGraph, trainableParameters, trainedTensors } from './training-graph.ts';
import { stateTensors, TrainingState } from './training-state.ts';

export type { NewRun, ResumedRun } from './run.ts';

export interface StepResult {
  /** Counts from 1. */
  readonly step: number;
  /** Weighted mean before this step's update, nats a token. */
  readonly loss: number;
  /** Global L2 norm before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly tokens: number;
}

export interface EvaluationResult {
  /** Weighted mean, nats a token. */
  readonly loss: number;
  readonly lossWeight: number;
  /** What is asked: positions whose weight is at least 1; of other tasks, texts or pairs that have a weight. */
  readonly answerTokens: number;
  /** Those of them where what is most likely is right. */
  readonly correct: number;
}

/** Starts a run, or goes on with one from its checkpoint, bitwise as if it had never stopped. */
export async function createTrainer<T extends TaskOptions = LanguageModel>(
  options: NewRun<T> | ResumedRun<T>,
): Promise<Trainer<T>> {
  if ('checkpoint' in options) return resumeTrainer(options);
  const { weights, threads, dataParallel, ...given } = options;
  // What is decayed by default has changed before: a checkpoint says what its run does.
  const optimizer = { ...given.optimizer, decayed: given.optimizer.decayed ?? decayedByDefault };
  const task = createTask<T>(given);
  const microBatches = given.microBatches ?? microBatchesByDefault(given, task, dataParallel?.workers ?? 1);
  const run: Run<T> = { ...given, optimizer, microBatches };
  checkRun(run, task);
  checkWorkers(run, dataParallel?.workers ?? 1);
  if (run.lora !== undefined && weights === undefined) {
    throw new NeuralError('ADAPTER_INVALID', 'a LoRA run needs the weights of the model it adapts');
  }
  const start = task.initialize(run.seed, weights);
  const initial =
    run.lora === undefined ? start : initializeAdapter(adaptableOf(task), { ...run.lora, seed: run.seed });
  const base = run.lora === undefined ? undefined : start;
  return new Trainer({ run, task, initial, base, threads, dataParallel, step: 0, extra: {} });
}

async function resumeTrainer<T extends TaskOptions>(options: ResumedRun<T>): Promise<Trainer<T>> {
  const saved = await readCheckpoint(options.checkpoint);
  // Hashed and written by saveCheckpoint: its shape is what a Run was when it was saved.
  const savedRun = saved.run as unknown as Run<T>;
  checkKind(savedRun, options);
  const run: Run<T> = { ...savedRun, optimizer: { decayed: ['matrix', 'table'], ...savedRun.optimizer } };
  const task = createTask<T>(run);
  checkWorkers(run, options.dataParallel?.workers ?? 1);
  const { moments } = createOptimizer(run.optimizer);
  for (const { name, dims } of stateTensors(trainableParameters({ task, lora: run.lora }), moments)) {
    if (saved.state.get(name)?.dims.join() !== dims.join()) {
      corrupt(options.checkpoint, 'state.safetensors', `tensor ${name} is missing or not [${dims}]`);
    }
  }
  if (run.lora !== undefined) checkBase(task, options.weights, saved.baseSha256);
  return new Trainer({
    run,
    task,
    initial: saved.state,
    base: run.lora === undefined ? undefined : options.weights,
    threads: options.threads,
    dataParallel: options.dataParallel,
    step: saved.step,
    extra: saved.extra,
  });
}

/** Batches of one task mean nothing to another. */
function checkKind(run: Run, { checkpoint, task = 'language-model' }: ResumedRun<TaskOptions>): void {
  const saved = run.task?.kind ?? 'language-model';
  if (saved === task) return;
  throw new NeuralError(
    'CONFIG_INVALID',
    `checkpoint ${checkpoint} is of a run of the task ${saved}, not ${task}`,
  );
}

function checkBase(task: TaskGraph, weights: TensorMap | undefined, recorded: string | undefined): void {
  if (weights === undefined) {
    throw new NeuralError(
      'ADAPTER_INVALID',
      'a LoRA checkpoint resumes over its base weights; pass `weights`',
    );
  }
  checkTensors(task.parameters, weights);
  if (weightsSha256(weights) !== recorded) {
    throw new NeuralError(
      'ADAPTER_INVALID',
      'the weights differ from those that this LoRA run was started over',
    );
  }
}

interface TrainerParts<T extends TaskOptions> {
  readonly run: Run<T>;
  readonly task: TrainingTask<BatchOf<T>>;
  readonly initial: TensorMap;
  readonly base: TensorMap | undefined;
  readonly threads: number | undefined;
  readonly dataParallel: DataParallel | undefined;
  readonly step: number;
  readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * One training run. `trainStep` takes all of its threads for the length of a step: give a trainer a process of its own. Calls must not overlap.
 */
export class Trainer<T extends TaskOptions = LanguageModel> {
  readonly config: ConfigOf<T>;
  /** What the caller stored with the checkpoint this run came from. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly #run: Run<T>;
  readonly #task: TrainingTask<BatchOf<T>>;
  readonly #optimizer: Optimizer;
  readonly #base: TensorMap | undefined;
  readonly #baseFeeds: HostTensors;
  readonly #threads: number | undefined;
  readonly #state: TrainingState;
  readonly #crew: Crew | undefined;
  readonly #engine: StepEngine<BatchOf<T>>;
  #evaluation: Session | undefined;
  #step: number;
  #released = false;

  constructor(parts: TrainerParts<T>) {
    const { run, task, base, threads, dataParallel } = parts;
    const shape = { task, lora: run.lora, dropout: run.dropout };
    const crew = dataParallel && dataParallel.workers > 1 ? startCrew(run, dataParallel, threads) : undefined;
    this.config = run.config;
    this.extra = parts.extra;
    this.#run = run;
    this.#task = task;
    this.#optimizer = createOptimizer(run.optimizer);
    this.#base = base;
    this.#baseFeeds = base === undefined ? {} : hostTensors(modelTensors(task, base));
    this.#threads = threads;
    this.#crew = crew;
    const layout = layOutTensors(trainedTensors(shape, this.#optimizer));
    this.#state = new TrainingState(layout, this.#optimizer.moments, {
      initial: parts.initial,
      parametersOf: crew && ((side) => crew.parameters(side)),
    });
    this.#step = parts.step;
    const { seed } = run;
    const stepParts = {
      shape,
      optimizer: this.#optimizer,
      state: this.#state,
      baseFeeds: this.#baseFeeds,
      seed,
      threads,
    };
    this.#engine =
      (run.microBatches ?? 1) === 1
        ? createFusedStep(stepParts)
        : createSummedStep({ ...stepParts, run, crew });
  }

  /** Of the processes beside this one. */
  get workerPids(): readonly number[] {
    return this.#crew?.workers.pids ?? [];
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update. Throws `LOSS_NOT_FINITE` when the loss or the gradient is not a finite number; the state is then what it
   * was before the step, and can still be saved.
   */
  async trainStep(batch: BatchOf<T>): Promise<StepResult> {
    this.#check(batch);
    const step = this.#step + 1;
    const learningRate = this.#optimizer.learningRate * learningRateRatio(this.#run.schedule, step);
    const scalars = this.#optimizer.scalarsAt({ learningRate, step });
    const { loss, gradientNorm } = await this.#engine.run({ batch, step, scalars });
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new NeuralError(
        'LOSS_NOT_FINITE',
        `step ${step}: loss ${loss}, gradient norm ${gradientNorm} at learning rate ${learningRate}; the state of step ${this.#step} stays`,
        { details: { step, loss, gradientNorm, learningRate } },
      );
    }
    this.#state.turn();
    this.#step = step;
    return { step, loss, gradientNorm, learningRate, tokens: batch.tokens };
  }

  /** Loss and next-token accuracy without an update. */
  async evaluate(batch: BatchOf<T>): Promise<EvaluationResult> {
    this.#check(batch);
    this.#evaluation ??= Session.create(buildEvaluationGraph({ task: this.#task, lora: this.#run.lora }), {
      threads: this.#threads,
      flushDenormals: true,
    });
    const results = await this.#evaluation.evaluate({
      ...this.#task.feeds(batch),
      ...this.#baseFeeds,
      ...this.#state.parameterFeeds,
    });
    const lossWeight = this.#task.lossWeight(batch);
    return { loss: Number(results.loss!.data[0]), lossWeight, ...this.#task.measure(batch, results) };
  }

  /** The whole model; a LoRA run's adapter is merged in. */
  exportWeights(): TensorMap {
    if (this.#base === undefined) return this.#state.parameters();
    const config = adaptableOf(this.#task);
    const merged = mergeAdapter({ config, weights: this.#base, adapter: this.exportAdapter() });
    return modelTensors(this.#task, merged);
  }

  exportAdapter(): LoraAdapter {
    const { lora } = this.#run;
    if (lora === undefined)
      throw new NeuralError('ADAPTER_INVALID', 'this run trains a whole model, not an adapter');
    return {
      rank: lora.rank,
      alpha: lora.alpha,
      targets: lora.targets ?? projections,
      tensors: this.#state.parameters(),
    };
  }

  /** SHA-256 of parameters and moments. */
  stateSha256(): string {
    return this.#state.sha256();
  }

  /** `extra` comes back as `trainer.extra` from the run that resumes; it must survive JSON. */
  async saveCheckpoint(dir: string, extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#checkLive();
    await writeCheckpoint(dir, {
      step: this.#step,
      run: { ...this.#run },
      ...(this.#base === undefined ? {} : { baseSha256: weightsSha256(this.#base) }),
      extra,
      state: this.#state.snapshot(),
    });
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#engine.release();
    this.#evaluation?.release();
  }

  #check(batch: BatchOf<T>): void {
    this.#checkLive();
    this.#task.check(batch);
  }

  #checkLive(): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the trainer was released');
  }
}

/** The model's own tensors of a map, in their order. */
function modelTensors(task: TaskGraph, weights: TensorMap): TensorMap {
  return new Map(task.parameters.map(({ name }) => [name, weights.get(name)!]));
}
