/**
 * The replicas that compute for this service, behind one interface.
 *
 *   submit -> balancer -> a replica --tokens--> listener
 *                          \--its worker, or the peer that has it, is lost--> another replica, behind the tokens so far
 *                                                                   \--none--> waits for the next worker of a device here
 *
 * Invariants: an accepted request ends exactly once and its tokens are told exactly once, in order, whichever replicas compute
 * them; a version that is loaded is loaded on every device that can hold it, and served as long as one has it.
 */
import type { ReplicaReport } from '../balancer/replica.ts';
import { type Admission, admit, type WithoutSlot } from '../domain/admission.ts';
import type { LoadOutcome } from '../engine/device-models.ts';
import type { DeviceSnapshot } from '../engine/device-snapshot.ts';
import type { ReadOutcome, TextsInFlight, TextsToRead } from '../engine/device-texts.ts';
import type { EngineDevice } from '../engine/engine-device.ts';
import type { EngineDeviceOptions } from '../engine/engine-device-options.ts';
import type { EngineRequest, LoadedModel, LoadModel } from '../engine/protocol.ts';
import {
  afterLoss,
  inFlightOf,
  type RequestInFlight,
  type RequestListener,
  tellEnd,
} from '../engine/request-in-flight.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Replica } from './replica.ts';
import { capacityOf, sumOf } from './replica-sums.ts';

/** What a device tells its pool. */
export type PoolHooks = Required<
  Pick<EngineDeviceOptions, 'moveElsewhere' | 'readElsewhere' | 'onReady' | 'onModelLost'>
>;

export interface EnginePoolOptions {
  /** What the beginnings of prompts are named under: 32 bytes, secret. */
  readonly prefixSalt: Uint8Array;
  /** Opens the devices, at least one, each with the hooks that it is given. */
  readonly open: readonly ((hooks: PoolHooks) => EngineDevice)[];
  /** No device has a version any more that was loaded. */
  readonly onModelLost: (versionId: string, message: string) => void;
}

export type PoolAdmission =
  | Admission
  | { readonly kind: 'down'; readonly detail: string; readonly retryAfterMs: number };

/** Devices that are lost again and again are tried on at least so often. */
const downRetryMs = 5_000;
/** What a peer said before is not counted on. */
const staleMs = 2_000;

export class EnginePool {
  readonly devices: readonly EngineDevice[];
  readonly #options: EnginePoolOptions;
  readonly #dispatcher: Dispatcher;
  /** Requests of this process that have not ended, on whatever replica. */
  #own = 0;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
    this.#dispatcher = new Dispatcher(options.prefixSalt);
    this.devices = options.open.map((open) => {
      const device: EngineDevice = open({
        moveElsewhere: (inFlight) => this.#give(inFlight, device),
        readElsewhere: (texts) => this.#readElsewhere(texts, device),
        onReady: () => this.#relieve(device),
        onModelLost: (versionId, message) => this.#modelLost(versionId, message),
      });
      return device;
    });
    for (const device of this.devices) this.#dispatcher.add(device);
  }

  /**
   * Whether one more request may be submitted now, or would be once `requests` of this process's own are; with `withoutSlot`,
   * whether its tenant may.
   */
  admission(requests: number, withoutSlot?: WithoutSlot): PoolAdmission {
    const capacity = capacityOf(this.#livingReports());
    if (!capacity) {
      const detail = this.devices
        .map((device) => `${device.id}: ${device.snapshot().detail ?? 'lost'}`)
        .join(' ');
      return { kind: 'down', detail, retryAfterMs: downRetryMs };
    }
    // Those that are not on a replica yet come to what the replicas have.
    return admit({ ...capacity, requests: capacity.requests + requests - this.#own }, withoutSlot);
  }

  /** Whether this process's own devices can take one more request. */
  hasRoom(): boolean {
    const capacity = capacityOf(this.#livingDevices().map((device) => device.report()));
    return capacity !== undefined && admit(capacity).kind === 'admitted';
  }

  /** What this process's devices are together, as a peer places by it. */
  ownReport(): ReplicaReport {
    const reports = this.devices.map((device) => device.report());
    const ready = reports.filter(({ status }) => status === 'READY');
    const [first, ...others] = ready.length > 0 ? ready : reports;
    if (!first) throw new Error('A pool has at least one device.');
    return sumOf([first, ...others]);
  }

  /** What at least one of this process's devices has loaded. */
  ownModels(): readonly LoadedModel[] {
    const models = new Map<string, LoadedModel>();
    for (const device of this.devices)
      for (const versionId of device.report().resident) {
        const model = device.loaded(versionId);
        if (model && model.contextLength > (models.get(versionId)?.contextLength ?? 0))
          models.set(versionId, model);
      }
    return [...models.values()];
  }

  /** Another process computes for this one. */
  join(peer: Replica): void {
    this.#dispatcher.add(peer);
  }

  /** What it had is released by it. */
  leave(peer: Replica): void {
    this.#dispatcher.remove(peer);
  }

  /** A peer gives a request back. It goes on wherever it can, and waits here where that is nowhere. */
  release(inFlight: RequestInFlight, how: 'lost' | 'returned'): void {
    const end = how === 'lost' ? afterLoss(inFlight) : undefined;
    if (end) tellEnd(inFlight, end);
    else if (!this.#give(inFlight)) this.#wait(inFlight);
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

  /** Begins a request; its listener hears on which device. */
  submit(request: EngineRequest, listener: RequestListener): void {
    this.#own++;
    const counted: RequestListener = {
      placed: (deviceId) => listener.placed?.(deviceId),
      admitted: () => listener.admitted(),
      token: (token) => listener.token(token),
      ended: (end) => {
        this.#own--;
        listener.ended(end);
      },
    };
    this.#begin(inFlightOf(request, counted, 'anywhere'));
  }

  /** Begins a request of another process, on this one's devices. */
  submitHere(request: EngineRequest, listener: RequestListener): void {
    this.#begin(inFlightOf(request, listener, 'here'));
  }

  /** Ends a request with reason CANCELLED, wherever it is. */
  cancel(id: string): void {
    for (const replica of this.#dispatcher.replicas) replica.cancel(id);
  }

  /** What a model makes of each text, in order. Never rejects. */
  readTexts(texts: TextsToRead): Promise<ReadOutcome> {
    const { lane } = texts;
    const holder =
      this.devices.find((device) => lane === undefined || device.loaded(lane)) ?? this.devices[0]!;
    return (this.#leastTexts(lane) ?? holder).readTexts(texts);
  }

  snapshots(): readonly DeviceSnapshot[] {
    return this.devices.map((device) => device.snapshot());
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.close()));
  }

  #livingDevices(): readonly EngineDevice[] {
    return this.devices.filter(({ status }) => status !== 'UNHEALTHY');
  }

  #livingReports(): readonly ReplicaReport[] {
    const since = performance.now() - staleMs;
    const peers = this.#dispatcher.replicas.filter(({ isPeer }) => isPeer).map((peer) => peer.report());
    return [
      ...this.#livingDevices().map((device) => device.report()),
      ...peers.filter(({ status, atMs }) => status === 'READY' && atMs >= since),
    ];
  }

  #begin(inFlight: RequestInFlight): void {
    if (!this.#give(inFlight)) this.#wait(inFlight);
  }

  /** No replica can take it now: it waits for the device that has its model and the fewest requests. */
  #wait(inFlight: RequestInFlight): void {
    const { lane } = inFlight.request;
    const requests = (device: EngineDevice): number => {
      const { activeSequences, queuedRequests } = device.report();
      return activeSequences + queuedRequests + (device.loaded(lane) ? 0 : 1_000_000);
    };
    this.#hand(
      inFlight,
      this.devices.reduce((a, b) => (requests(b) < requests(a) ? b : a)),
    );
  }

  #hand(inFlight: RequestInFlight, replica: Replica): void {
    // A peer says itself on which of its devices it is.
    if (!replica.isPeer) inFlight.listener.placed?.(replica.id);
    replica.take(inFlight);
  }

  #give(inFlight: RequestInFlight, from?: Replica): boolean {
    const replica = this.#dispatcher.choose(inFlight, from);
    if (replica) this.#hand(inFlight, replica);
    return replica !== undefined;
  }

  /** What waits for the next worker of another device goes on here at once. */
  #relieve(ready: EngineDevice): void {
    for (const device of this.devices) if (device !== ready && device.status !== 'READY') device.handOver();
  }

  #readElsewhere(texts: TextsInFlight, from: EngineDevice): Promise<ReadOutcome> | undefined {
    return this.#leastTexts(texts.lane, from)?.takeTexts(texts);
  }

  /** Of the devices that can read with the version now, the one where the fewest texts wait. */
  #leastTexts(lane: string | undefined, except?: EngineDevice): EngineDevice | undefined {
    const ready = this.devices.filter(
      (device) =>
        device !== except && device.status === 'READY' && (lane === undefined || device.loaded(lane)),
    );
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
