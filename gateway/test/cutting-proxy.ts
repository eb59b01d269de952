/**
 * A proxy in a process of its own that cuts each connection after so many bytes, counted both ways and drawn at random: within the
 * handshake, within a frame, between two. Half of the cuts are resets, as of a killed process, half are ends in good order with
 * the rest missing. When its cuts are used up, connections pass whole.
 *
 *   the test --fork--> this file as a process: client <-- bytes, then the cut --> gateway
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface CuttingProxyOptions {
  readonly targetPort: number;
  readonly cuts: number;
  /** Where a connection is cut at the latest. */
  readonly maxBytes: number;
  readonly seed: number;
}

/** How far connections had come that were cut. */
export interface CutCounts {
  readonly cuts: number;
  /** Before the whole request was through. */
  readonly withinRequest: number;
  /** Before the head of the answer was through. */
  readonly withinAnswerHead: number;
  readonly withinStream: number;
}

export interface CuttingProxy {
  readonly port: number;
  counts(): Promise<CutCounts>;
  close(): Promise<void>;
}

const ownFile = fileURLToPath(import.meta.url);

export async function startCuttingProxy(options: CuttingProxyOptions): Promise<CuttingProxy> {
  const child = fork(ownFile, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    async counts() {
      child.send('counts');
      const [counts] = (await once(child, 'message')) as [CutCounts];
      return counts;
    },
    close: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

/** Numerical Recipes' generator: the same draws in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function serve({ targetPort, cuts, maxBytes, seed }: CuttingProxyOptions): void {
  const random = createRandom(seed);
  const counts = { cuts: 0, withinRequest: 0, withinAnswerHead: 0, withinStream: 0 };

  /** Passes bytes on until they are used up, then cuts. */
  function relay(near: Socket): void {
    const far = connect(targetPort, '127.0.0.1');
    const isHarmless = counts.cuts >= cuts;
    let left = isHarmless ? Number.POSITIVE_INFINITY : 1 + random(maxBytes);
    const resets = random(2) === 0;
    let isOver = false;
    let answer = '';

    function cut(): void {
      if (isOver) return;
      isOver = true;
      counts.cuts += 1;
      if (answer === '') counts.withinRequest += 1;
      else if (!answer.includes('\r\n\r\n')) counts.withinAnswerHead += 1;
      else counts.withinStream += 1;
      far.resetAndDestroy();
      if (resets) near.resetAndDestroy();
      else near.end(() => near.destroy());
    }

    function pass(from: Socket, to: Socket): void {
      from.on('data', (chunk: Buffer) => {
        if (isOver) return;
        const passed = chunk.subarray(0, left);
        left -= passed.length;
        if (from === far && answer.length < 4_096) answer += passed.toString('latin1');
        to.write(passed);
        if (left <= 0) cut();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        isOver = true;
        to.end();
      });
    }
    pass(near, far);
    pass(far, near);
  }

  const server = createServer({ noDelay: true }, relay);
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on('message', () => process.send?.(counts));
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[1] === ownFile && process.argv[2] !== undefined)
  serve(JSON.parse(process.argv[2]) as CuttingProxyOptions);
