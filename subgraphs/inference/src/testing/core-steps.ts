/**
 * An engine on a real model, step by step in the test's own thread: what each step ran, and what it told.
 *
 * Between two steps the test does what it likes, and finds the very state that the next schedule will find.
 */
import { afterEach } from 'vitest';
import { EngineCore } from '../engine/engine-core.ts';
import { type Lane, openLane } from '../engine/lane.ts';
import type { EngineEnd, EngineRequest, WorkerOptions } from '../engine/protocol.ts';
import type { StepOutcome } from '../engine/report-batch.ts';

/** One call of the model. */
export type DeviceRun =
  | {
      readonly kind: 'decode';
      readonly lane: string;
      readonly slots: readonly number[];
      readonly adapters: readonly (string | undefined)[];
    }
  | { readonly kind: 'prefill'; readonly lane: string; readonly slots: readonly number[] };

export interface Step extends StepOutcome {
  readonly runs: readonly DeviceRun[];
}

export interface CoreSteps {
  readonly core: EngineCore;
  load(versionId: string, folder: string): Promise<Lane>;
  submit(request: EngineRequest): void;
  step(): Promise<Step>;
  /** Steps until nothing is left to do. */
  finish(): Promise<readonly Step[]>;
  /** What has come of a request. */
  tokens(id: string): readonly number[];
  end(id: string): EngineEnd | undefined;
}

const settings: WorkerOptions = {
  threads: 1,
  maxSequences: 4,
  prefillTokensPerStep: 32,
  precision: 'fp32',
  maxContextLength: 256,
  prefixSlots: 0,
};

/** Call at the top level of a test file. */
export function useCoreSteps(): (wish?: Partial<WorkerOptions>) => CoreSteps {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });
  return (wish = {}) => {
    const options = { ...settings, ...wish };
    const lanes = new Set<string>();
    const core = new EngineCore({ ...options, now: () => performance.now(), ownMemoryBytes: () => 0 });
    open.push(async () => {
      for (const lane of lanes) if (core.lane(lane)) await core.removeLane(lane);
    });
    let runs: DeviceRun[] = [];
    const tokens = new Map<string, number[]>();
    const ends = new Map<string, EngineEnd>();
    const step = async (): Promise<Step> => {
      runs = [];
      const outcome = await core.step();
      for (const { id, tokenId } of outcome.tokens) tokens.get(id)?.push(tokenId);
      for (const end of outcome.ended) ends.set(end.id, end);
      return { ...outcome, runs };
    };
    return {
      core,
      async load(versionId, folder) {
        const lane = recorded(await openLane(folder, options), versionId, (run) => runs.push(run));
        lanes.add(versionId);
        core.addLane(versionId, lane);
        return lane;
      },
      submit(request) {
        tokens.set(request.id, []);
        core.submit(request);
      },
      step,
      async finish() {
        const steps: Step[] = [];
        while (core.hasWork) steps.push(await step());
        return steps;
      },
      tokens: (id) => tokens.get(id) ?? [],
      end: (id) => ends.get(id),
    };
  };
}

/** The lane, with each run of its model told. */
function recorded(lane: Lane, versionId: string, onRun: (run: DeviceRun) => void): Lane {
  const session = new Proxy(lane.session, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...input: unknown[]) => {
        const run = runOf(versionId, name, input[0]);
        if (run) onRun(run);
        return Reflect.apply(value, target, input);
      };
    },
  });
  return new Proxy(lane, {
    get: (target, name) => (name === 'session' ? session : Reflect.get(target, name, target)),
  });
}

function runOf(lane: string, call: string | symbol, input: unknown): DeviceRun | undefined {
  const {
    slot,
    slots = [],
    adapters = [],
  } = input as {
    readonly slot?: number;
    readonly slots?: readonly number[];
    readonly adapters?: readonly (string | undefined)[];
  };
  switch (call) {
    case 'decode':
      return { kind: 'decode', lane, slots: [...slots], adapters: [...adapters] };
    case 'prefill':
      return { kind: 'prefill', lane, slots: slot === undefined ? [] : [slot] };
    case 'prefillTogether':
      return { kind: 'prefill', lane, slots: [...slots] };
    default:
      return undefined;
  }
}
