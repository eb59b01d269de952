/**
 * The real worker, killed with SIGKILL a hundred times at random moments of its life: starting, reading, stepping, between
 * storing a checkpoint and announcing it, evaluating. Every run must come to the bits of the run that nobody touched.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeExamples } from '@fathom/neural/training/store-examples';
import { createFileArtifactStore } from '@fathom/platform/artifacts/file-artifact-store';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import { createLogger } from '@fathom/platform/logging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultHyperparameters } from './domain/run-config.ts';
import { bundleWorker } from './testing/bundle-worker.ts';
import { type TrainingMessage, type TrainingSpecification, trainingMessage } from './worker/protocol.ts';

const kills = 100;
/** Runs at the same moment. */
const lanes = 2;
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

let dataDir: string;
let worker: string;
let executor: JobExecutor;
let dataSetUri: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fathom-kill-anywhere-'));
  const artifacts = createFileArtifactStore({ directory: join(dataDir, 'artifacts') });
  const examples = [...'abcdefghijklmnop'].map((letter) => ({
    prompt: letter,
    completion: letter.toUpperCase(),
  }));
  dataSetUri = (await storeExamples(artifacts, examples)).artifactUri;
  worker = await bundleWorker();
  executor = createChildProcessExecutor({
    entry: worker,
    env: { FATHOM_DATA_DIR: dataDir },
    niceness: 0,
    logger: createLogger({ service: 'training', level: 'silent' }),
  });
});
afterAll(async () => {
  await rm(worker, { force: true });
  await rm(dataDir, { recursive: true, force: true });
});

/** What the service knows of a run: what its workers announced. */
interface Known {
  readonly runId: string;
  checkpoint: TrainingSpecification['resumeFrom'];
  best: (TrainingSpecification['best'] & { readonly heldOutLoss: number }) | null;
  /** The loss of every step; a step that was taken twice must have had the same. */
  readonly losses: Map<number, number>;
  produced: (TrainingMessage & { readonly type: 'produced' }) | undefined;
  /** Where its workers were when they were killed. */
  readonly killedIn: string[];
  /** When its training first began. */
  trainingAtMs: number | undefined;
}

const newRun = (runId: string): Known => ({
  runId,
  checkpoint: null,
  best: null,
  losses: new Map(),
  produced: undefined,
  killedIn: [],
  trainingAtMs: undefined,
});

const specificationOf = (run: Known): TrainingSpecification => ({
  runId: run.runId,
  task: 'LANGUAGE_MODEL',
  dataSetUri,
  start: {
    kind: 'scratch',
    architecture: {
      hiddenSize: 16,
      layers: 1,
      attentionHeads: 1,
      keyValueHeads: 1,
      feedForwardSize: 16,
      vocabularySize: 300,
      contextLength: 32,
    },
  },
  hyperparameters: {
    ...defaultHyperparameters,
    steps: 40,
    batchSize: 2,
    warmupSteps: 4,
    learningRate: 0.02,
    checkpointEverySteps: 3,
    evaluateEverySteps: 4,
    heldOutShare: 0.2,
  },
  seed: 11,
  samples: null,
  suites: [],
  resumeFrom: run.checkpoint,
  best: run.best,
  incumbent: null,
  threads: 1,
});

interface Moment {
  /** Of its life, or of its training. */
  readonly since: 'start' | 'TRAINING';
  readonly ms: number;
}

/** One worker, killed at the moment unless it is done before. */
async function live(run: Known, moment?: Moment): Promise<'done' | 'killed'> {
  const handle = executor.start(specificationOf(run));
  const killIn = (ms: number) => setTimeout(handle.kill, ms);
  let timer = moment?.since === 'start' ? killIn(moment.ms) : undefined;
  let phase = 'STARTING';
  let ended: string | undefined;
  for await (const line of handle.messages) {
    const { type } = line as { readonly type: string };
    const message = trainingMessage.safeParse(line);
    if (message.success) {
      if (message.data.type === 'phase') phase = message.data.phase;
      if (phase === 'TRAINING' && moment?.since === 'TRAINING') timer ??= killIn(moment.ms);
      if (phase === 'TRAINING') run.trainingAtMs ??= performance.now();
      hear(run, message.data);
    } else ended = type === 'done' ? 'done' : JSON.stringify(line);
  }
  clearTimeout(timer);
  const { detail } = await handle.exited;
  if (ended === 'done') return 'done';
  expect([ended, detail]).toEqual([undefined, 'ended by SIGKILL']);
  run.killedIn.push(phase);
  return 'killed';
}

function hear(run: Known, message: TrainingMessage): void {
  if (message.type === 'produced') run.produced = message;
  if (message.type === 'stepped') {
    for (const { step, loss } of message.points) {
      expect(run.losses.get(step) ?? loss).toBe(loss);
      run.losses.set(step, loss);
    }
  }
  if (message.type !== 'checkpointed' || message.step <= (run.checkpoint?.step ?? 0)) return;
  const { step, sha256, artifactUri, heldOutLoss } = message;
  run.checkpoint = { step, sha256, artifactUri };
  if (heldOutLoss !== null && heldOutLoss < (run.best?.heldOutLoss ?? Number.POSITIVE_INFINITY)) {
    run.best = { step, sha256, artifactUri, heldOutLoss };
  }
}

test(`a worker killed ${kills} times at random moments (seed ${seed}) always comes to the same bits`, async () => {
  const whole = newRun('whole');
  const startedAt = performance.now();
  await live(whole);
  const startMs = whole.trainingAtMs! - startedAt;
  const workMs = performance.now() - whole.trainingAtMs!;
  const random = mulberry32(seed);
  // A worker spends most of its life on loading itself: three in four are killed at what they are for.
  const randomMoment = (): Moment =>
    random() < 0.25
      ? { since: 'start', ms: startMs * random() }
      : { since: 'TRAINING', ms: 0.6 * workMs * random() };
  const runs: Known[] = [];
  let left = kills;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (left > 0) {
        const run = newRun(`run-${runs.length}`);
        runs.push(run);
        for (;;) {
          if (left <= 0) {
            await live(run);
            break;
          }
          left -= 1;
          if ((await live(run, randomMoment())) === 'killed') continue;
          left += 1;
          break;
        }
      }
    }),
  );
  const killedIn = runs.flatMap((run) => run.killedIn);
  const counts = [...new Set(killedIn)].map(
    (phase) => `${phase} ${killedIn.filter((killed) => killed === phase).length}`,
  );
  process.stderr.write(
    `seed ${seed}: ${killedIn.length} kills over ${runs.length} runs in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s (${counts.join(', ')})\n`,
  );
  expect(killedIn.length).toBeGreaterThanOrEqual(kills);
  for (const run of runs) {
    expect(run.checkpoint).toMatchObject({ step: 40, sha256: whole.checkpoint!.sha256 });
    expect(run.produced).toEqual(whole.produced);
    expect(run.losses).toEqual(whole.losses);
  }
}, 300_000);

/** Tommy Ettinger's generator, 0 to 1. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
