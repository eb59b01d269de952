/**
 * The engine at work: a thread of the service, or a process of its own where the device is a GPU.
 *
 * It takes messages between steps, so a cancellation frees its slot within one step; it tells what steps gave in batches
 * (`report-batch`), lets texts take turns with steps, and sleeps when there is nothing to do. A thread takes messages without
 * a turn of its event loop, some 15 µs of a step that may take a millisecond: the loop has its turns where something waits for
 * it, and every few milliseconds.
 *
 * A fault that is not one request's own (ONNX Runtime refuses a run for anything but memory) ends it on purpose:
 * the service starts another, and the requests go on there or on another device.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { createDeviceTurns, type DeviceTurns, noTurns } from '@fathom/neural/serving/device-turns';
import { readPurpose } from '@fathom/neural/serving/text-reader';
import { EngineCore } from './engine-core.ts';
import type { EnginePort } from './engine-port.ts';
import { openLane } from './lane.ts';
import { openProcessPort } from './process-port.ts';
import type { FromWorker, LoadedModel, LoadModel, ToWorker, WorkerOptions } from './protocol.ts';
import { ReportBatch } from './report-batch.ts';
import { createTextLanes, type TextLanes } from './text-lanes.ts';
import { openThreadPort } from './thread-port.ts';

/** What is not a message (files that are read, timers) waits so long at most beside steps that are shorter. */
const turnEveryMs = 8;
/** Reading how large the heap is takes longer than all else that a report says. */
const heapEveryMs = 1_000;

/** Adapters by version id: the lane they are loaded onto. */
const adapterBases = new Map<string, string>();
/** Full models that are loaded. */
const full = new Set<string>();

const { port, options } = parentPort
  ? { port: openThreadPort(parentPort), options: workerData as WorkerOptions }
  : openProcessPort();
await serve(port, options);

async function serve(port: EnginePort, options: WorkerOptions): Promise<void> {
  const core = new EngineCore({
    maxSequences: options.maxSequences,
    prefillTokensPerStep: options.prefillTokensPerStep,
    now: () => performance.now(),
    ownMemoryBytes: () => heapBytes() + texts.loadedBytes,
  });
  const heapBytes = createHeapReading();
  const send = (message: FromWorker): void => port.postMessage(message);
  const texts = createTextLanes({
    threads: options.threads,
    maxTokens: options.maxContextLength,
    send,
    onReady: () => wake(),
  });
  const turns = isOnGpu(options) ? createDeviceTurns() : noTurns;
  const parts: WorkerParts = { core, texts, turns, options, send };
  let isClosing = false;
  let wake = (): void => {};
  // Loads and unloads wait for each other; they never overlap with a step that uses the same model, because the
  // service submits to a model only after `loaded` and unloads it only when no request is left. On a GPU they take turns
  // with steps of other models too.
  let models: Promise<void> = Promise.resolve();
  let changes = 0;
  const change = (work: () => Promise<void>): void => {
    changes += 1;
    models = models.then(work).finally(() => {
      changes -= 1;
    });
  };

  port.listen((message: ToWorker) => {
    switch (message.type) {
      case 'load':
        change(() => load(parts, message));
        break;
      case 'unload':
        change(() => turns.take(() => unload(parts, message.versionId)));
        break;
      case 'submit':
        for (const request of message.requests) core.submit(request);
        break;
      case 'cancel':
        core.cancel(message.id);
        break;
      case 'read':
        texts.submit(message.request);
        break;
      case 'cancel-read':
        texts.cancel(message.id);
        break;
      case 'close':
        isClosing = true;
        port.close();
        break;
    }
    wake();
  });

  const reports = new ReportBatch({ now: () => performance.now() });
  const report = (isLast: boolean): void => {
    const due = reports.take({ load: () => core.load(), isLast });
    if (due) send(due);
  };
  let turnedAt = performance.now();
  const isTurnDue = (): boolean =>
    changes > 0 || texts.isWaited || performance.now() - turnedAt >= turnEveryMs;
  send({ type: 'ready' });
  while (!isClosing) {
    if (core.hasWork || texts.hasWork) {
      if (core.hasWork) {
        reports.add(await turns.take(() => core.step()));
        report(!core.hasWork || texts.hasWork);
      }
      if (texts.hasWork) await texts.step();
      if (port.takeMessages && !isTurnDue()) port.takeMessages();
      else {
        await nextTurn();
        turnedAt = performance.now();
      }
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Requests that came together begin in one step.
      port.takeMessages?.();
    }
  }
  await models;
}

function createHeapReading(): () => number {
  let readAt = Number.NEGATIVE_INFINITY;
  let bytes = 0;
  return () => {
    const now = performance.now();
    if (now - readAt >= heapEveryMs) {
      bytes = getHeapStatistics().used_heap_size;
      readAt = now;
    }
    return bytes;
  };
}

interface WorkerParts {
  readonly core: EngineCore;
  readonly texts: TextLanes;
  /** Steps and what is loaded and unloaded between them. */
  readonly turns: DeviceTurns;
  readonly options: WorkerOptions;
  readonly send: (message: FromWorker) => void;
}

function isOnGpu({ provider }: WorkerOptions): boolean {
  return provider !== undefined && provider.kind !== 'cpu';
}

async function load(parts: WorkerParts, request: LoadModel): Promise<void> {
  const { core, send } = parts;
  const { versionId, baseVersionId } = request;
  try {
    const model =
      baseVersionId === undefined
        ? await loadFull(parts, request)
        : await loadAdapter(core, request, baseVersionId);
    send({ type: 'loaded', model });
  } catch (error) {
    send({ type: 'load-failed', versionId, ...describe(error) });
  }
}

async function loadFull(
  { core, texts, turns, options }: WorkerParts,
  request: LoadModel,
): Promise<LoadedModel> {
  const { versionId, folder } = request;
  if ((await readPurpose(folder)) !== 'generation') return texts.load(request);
  const deviceMemoryBytes = freeDeviceBytes(core, options);
  const lane = await openLane(folder, { ...options, turns, deviceMemoryBytes });
  core.addLane(versionId, lane);
  full.add(versionId);
  const { capacity, precision, memoryBytes } = lane;
  return { versionId, contextLength: capacity, precision, memoryBytes };
}

/** What the models that are loaded leave of the device's memory. */
function freeDeviceBytes(core: EngineCore, { deviceMemoryBytes }: WorkerOptions): number | undefined {
  if (deviceMemoryBytes === undefined) return undefined;
  return [...full].reduce((left, id) => left - (core.lane(id)?.memoryBytes ?? 0), deviceMemoryBytes);
}

async function loadAdapter(
  core: EngineCore,
  { versionId, folder }: LoadModel,
  base: string,
): Promise<LoadedModel> {
  const lane = core.lane(base);
  if (!lane) throw new Error(`Its base version ${base} is not loaded on this device.`);
  const { memoryBytes } = await lane.loadAdapter(versionId, folder);
  adapterBases.set(versionId, base);
  return { versionId, contextLength: lane.capacity, precision: `${lane.precision} + LoRA`, memoryBytes };
}

async function unload({ core, texts }: WorkerParts, versionId: string): Promise<void> {
  if (await texts.unload(versionId)) return;
  const base = adapterBases.get(versionId);
  if (base === undefined) {
    full.delete(versionId);
    return core.removeLane(versionId);
  }
  adapterBases.delete(versionId);
  core.removeAdapter(base, versionId);
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'MODEL_LOAD_FAILED', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'MODEL_LOAD_FAILED';
  return { code, message: error.message };
}
