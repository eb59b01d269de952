/**
 * Texts in the engine's thread: the models that read them, each with the texts that wait for it. They take turns, a run each,
 * between the decode steps. The encoder that npm brings is opened at the first request for it; versions are loaded and unloaded
 * by the service, and the processor computes them whatever the device is.
 */
import { releasedModelFolder } from '@fathom/neural/sentence-encoder/released-model';
import { openSentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import { openTextReader } from '@fathom/neural/serving/text-reader';
import { describeShortage } from './engine-ends.ts';
import { prepareBeside } from './model-loader.ts';
import type { FromWorker, LoadedModel, LoadModel, TextsRequest } from './protocol.ts';
import { TextLane, type TextRunner } from './text-lane.ts';

/** With the encoder that npm brings, of 28 MB, a run of so many takes about as long as a decode step of a full batch: 10 to 20 ms. */
const mostPiecesPerStep = 256;
const leastPiecesPerStep = 16;
/** Bytes of weights times pieces: a larger model gets fewer of them, so that its runs take about as long. */
const workPerStep = 28e6 * mostPiecesPerStep;

export interface TextLanes {
  readonly hasWork: boolean;
  /** Texts are here, or wait for a model that is being opened. */
  readonly isWaited: boolean;
  /** Weights of the versions that are loaded. */
  readonly loadedBytes: number;
  submit(request: TextsRequest): void;
  cancel(id: string): void;
  /** Throws a `NeuralError` that names the file and what is wrong with it. */
  load(request: LoadModel): Promise<LoadedModel>;
  /** False if it is not one of these. */
  unload(versionId: string): Promise<boolean>;
  /** One run. What it finishes is sent. */
  step(): Promise<void>;
}

export interface TextLanesOptions {
  readonly threads: number;
  readonly maxTokens: number;
  readonly send: (message: FromWorker) => void;
  /** There is work for `step` now. */
  readonly onReady: () => void;
}

interface OpenLane {
  readonly lane: TextLane;
  readonly runner: TextRunner;
}

export function createTextLanes({ threads, maxTokens, send, onReady }: TextLanesOptions): TextLanes {
  const versions = new Map<string, OpenLane>();
  let isOpening = false;
  let own: TextLane | undefined;
  /** What came before the encoder of npm was open. */
  const early = new Map<string, TextsRequest>();
  let turn = 0;
  /** The run under way: a version that leaves waits for it, as whoever asked may have left in its midst. */
  let running: Promise<unknown> = Promise.resolve();

  const lanes = (): readonly TextLane[] => [
    ...(own ? [own] : []),
    ...[...versions.values()].map(({ lane }) => lane),
  ];

  function openLane(runner: TextRunner, piecesPerStep: number): OpenLane {
    return { runner, lane: new TextLane({ runner, piecesPerStep, now: () => performance.now() }) };
  }

  async function openOwn(): Promise<void> {
    const encoder = await openSentenceEncoder(releasedModelFolder, {
      threads,
      maxBatchPieces: mostPiecesPerStep,
      prepare: prepareBeside.sentenceEncoder,
    });
    const runner: TextRunner = {
      weightBytes: encoder.weightBytes,
      tokenize: (text) => encoder.tokenize(text),
      run: (texts) => encoder.embed(texts),
      release: () => encoder.release(),
    };
    own = openLane(runner, mostPiecesPerStep).lane;
    for (const request of early.values()) own.submit(request);
    early.clear();
    onReady();
  }

  function refuseEarly(error: unknown): void {
    // The next request tries again: a package that is mended needs no restart.
    isOpening = false;
    const message = `The sentence encoder cannot be loaded: ${(error as Error).message}`;
    for (const id of early.keys()) send({ type: 'texts-failed', id, code: 'MODEL_FAULT', message });
    early.clear();
  }

  function submitOwn(request: TextsRequest): void {
    if (own) {
      own.submit(request);
      return;
    }
    early.set(request.id, request);
    if (!isOpening) void openOwn().catch(refuseEarly);
    isOpening = true;
  }

  /** The next lane in turn that has work. */
  function laneInTurn(): TextLane | undefined {
    const all = lanes();
    for (let tried = 0; tried < all.length; tried += 1) {
      const lane = all[turn++ % all.length];
      if (lane?.hasWork) return lane;
    }
    return undefined;
  }

  return {
    get hasWork() {
      return lanes().some((lane) => lane.hasWork);
    },
    get isWaited() {
      return early.size > 0 || lanes().some((lane) => lane.hasWork);
    },
    get loadedBytes() {
      return [...versions.values()].reduce((sum, { lane }) => sum + lane.memoryBytes, 0);
    },
    submit(request) {
      const { lane } = request;
      const open = lane === undefined ? undefined : versions.get(lane);
      if (lane === undefined) submitOwn(request);
      else if (open) open.lane.submit(request);
      else
        send({
          type: 'texts-failed',
          id: request.id,
          code: 'MODEL_FAULT',
          message: `${lane} is not loaded on this device.`,
        });
    },
    cancel(id) {
      early.delete(id);
      for (const lane of lanes()) lane.cancel(id);
    },
    async load({ versionId, folder }) {
      const maxBatchTokens = mostPiecesPerStep;
      const prepare = prepareBeside.textReader;
      const runner = await openTextReader(folder, { threads, maxTokens, maxBatchTokens, prepare });
      const fitting = Math.floor(workPerStep / Math.max(1, runner.weightBytes));
      versions.set(
        versionId,
        openLane(runner, Math.max(leastPiecesPerStep, Math.min(mostPiecesPerStep, fitting))),
      );
      const { facts, weightBytes } = runner;
      return {
        versionId,
        contextLength: facts.maxTokens,
        precision: 'fp32',
        memoryBytes: weightBytes,
        reads: facts,
      };
    },
    async unload(versionId) {
      const open = versions.get(versionId);
      versions.delete(versionId);
      await running;
      await open?.runner.release();
      return open !== undefined;
    },
    async step() {
      const lane = laneInTurn();
      if (!lane) return;
      const step = lane.step();
      running = step.catch(() => undefined);
      const { finished, givenUp, busyMs } = await step;
      send({ type: 'texts-step', busyMs, encoderBytes: own?.memoryBytes ?? 0 });
      for (const { id, texts, deviceMs } of finished) send({ type: 'texts-read', id, texts, deviceMs });
      for (const { id, shortage } of givenUp)
        send({ type: 'texts-failed', id, code: 'MEMORY_EXHAUSTED', message: describeShortage(shortage) });
    },
  };
}
