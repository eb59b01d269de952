/**
 * The replicas that compute for this service, behind one interface.
 *
 *   submit -> balancer -> a replica --tokens--> listener
 *                          \--its worker is lost--> another replica, behind the tokens so far
 *                                              \--none--> waits for its own replica's next worker
 *
 * Invariants: an accepted request ends exactly once and its tokens are told exactly once, in order, whichever replicas compute
 * them; a version that is loaded is loaded on every device that can hold it, and served as long as one has it.
 */
import { type Admission, admit } from '../domain/admission.ts';
import type { EmbedOutcome, TextsInFlight } from '../engine/device-embeddings.ts';
import type {
  DeviceSnapshot,
  EngineDevice,
  EngineDeviceOptions,
  LoadOutcome,
} from '../engine/engine-device.ts';
import type { EngineRequest, LoadModel } from '../engine/protocol.ts';
import { inFlightOf, type RequestInFlight, type RequestListener } from '../engine/request-in-flight.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Replica } from './replica.ts';

/** What a device tells its pool. */
export type PoolHooks = Required<
  Pick<EngineDeviceOptions, 'moveElsewhere' | 'embedElsewhere' | 'onReady' | 'onModelLost'>
>;

export interface EnginePoolOptions {
  /** Opens the devices, at least one, each with the hooks that it is given. */
  readonly open: readonly ((hooks: PoolHooks) => EngineDevice)[];
  readonly maxSequences: number;
  readonly maxQueued: number;
  /** No device has a version any more that was loaded. */
  readonly onModelLost: (versionId: string, message: string) => void;
}

export type PoolAdmission =
  | Admission
  | { readonly kind: 'down'; readonly detail: string; readonly retryAfterMs: number };

/** Devices that are lost again and again are tried on at least so often. */
const downRetryMs = 5_000;

export class EnginePool {
  readonly devices: readonly EngineDevice[];
  readonly #options: EnginePoolOptions;
  readonly #dispatcher = new Dispatcher();

  constructor(options: EnginePoolOptions) {
    this.#options = options;
    this.devices = options.open.map((open) => {
      const device: EngineDevice = open({
        moveElsewhere: (inFlight) => this.#move(inFlight, device),
        embedElsewhere: (texts) => this.#embedElsewhere(texts, device),
        onReady: () => this.#relieve(device),
        onModelLost: (versionId, message) => this.#modelLost(versionId, message),
      });
      return device;
    });
    for (const device of this.devices) this.#dispatcher.add(device);
  }

  /** Whether one more request may be submitted now, or would be once `requests` of them are. */
  admission(requests: number): PoolAdmission {
    const living = this.devices.filter(({ status }) => status !== 'UNHEALTHY');
    if (living.length === 0) {
      const detail = this.devices
        .map((device) => `${device.id}: ${device.snapshot().detail ?? 'lost'}`)
        .join(' ');
      return { kind: 'down', detail, retryAfterMs: downRetryMs };
    }
    const { maxSequences, maxQueued } = this.#options;
    const reports = living.map((device) => device.report());
    return admit({
      requests,
      maxSequences: maxSequences * living.length,
      maxQueued: maxQueued * living.length,
      meanRequestMs: reports.reduce((sum, { meanRequestMs }) => sum + meanRequestMs, 0) / living.length,
    });
  }

  /** Loads a model on every device. Resolves with the first that has it; those that cannot hold it do without. */
  async load(request: LoadModel): Promise<LoadOutcome> {
    const loads = this.devices.map((device) => device.load(request));
    try {
      return await Promise.any(loads.map(onlyLoaded));
    } catch {
      return loads[0] ?? { kind: 'failed', code: 'MODEL_LOAD_FAILED', message: 'There is no device.' };
    }
  }

  unload(versionId: string): void {
    for (const device of this.devices) device.unload(versionId);
  }

  /** Begins a request and returns the id of the replica that has it. */
  submit(request: EngineRequest, listener: RequestListener): string {
    const inFlight = inFlightOf(request, listener);
    const choice = this.#dispatcher.choose(request);
    if (!choice) return this.#wait(inFlight);
    const { replica, placement } = choice;
    replica.take({ ...inFlight, listener: this.#dispatcher.listening(inFlight, placement) });
    return replica.id;
  }

  /** Ends a request with reason CANCELLED, wherever it is. */
  cancel(id: string): void {
    for (const device of this.devices) device.cancel(id);
  }

  /** One vector a text, in order. Never rejects. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<EmbedOutcome> {
    return (this.#leastTexts() ?? this.devices[0]!).embed(texts, signal);
  }

  snapshots(): readonly DeviceSnapshot[] {
    return this.devices.map((device) => device.snapshot());
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.close()));
  }

  /** No replica can take it now: it waits for the device that has its model and the fewest requests. */
  #wait(inFlight: RequestInFlight): string {
    const { lane } = inFlight.request;
    const requests = (device: EngineDevice): number => {
      const { activeSequences, queuedRequests } = device.report();
      return activeSequences + queuedRequests + (device.loaded(lane) ? 0 : 1_000_000);
    };
    const device = this.devices.reduce((a, b) => (requests(b) < requests(a) ? b : a));
    device.take(inFlight);
    return device.id;
  }

  #move(inFlight: RequestInFlight, from: Replica): boolean {
    const choice = this.#dispatcher.choose(inFlight.request, from);
    choice?.replica.take(inFlight);
    return choice !== undefined;
  }

  /** What waits for the next worker of another device goes on here at once. */
  #relieve(ready: EngineDevice): void {
    for (const device of this.devices) if (device !== ready && device.status !== 'READY') device.handOver();
  }

  #embedElsewhere(texts: TextsInFlight, from: EngineDevice): Promise<EmbedOutcome> | undefined {
    return this.#leastTexts(from)?.takeTexts(texts);
  }

  #leastTexts(except?: EngineDevice): EngineDevice | undefined {
    const ready = this.devices.filter((device) => device !== except && device.status === 'READY');
    const [first, ...others] = ready;
    return first && others.reduce((a, b) => (b.waitingTexts < a.waitingTexts ? b : a), first);
  }

  #modelLost(versionId: string, message: string): void {
    if (this.devices.some((device) => device.loaded(versionId))) return;
    this.#options.onModelLost(versionId, message);
  }
}

async function onlyLoaded(load: Promise<LoadOutcome>): Promise<LoadOutcome> {
  const outcome = await load;
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome;
}
