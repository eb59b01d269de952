import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const tsx = new URL(
  'dist/esm/api/index.mjs',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
);

/** Runs a graph, collects its garbage and reports the sum; `endless` goes on until it is terminated. */
const program = (endless: boolean): string => `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import { parentPort } from 'node:worker_threads';
  import { register } from '${tsx}';
  register();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const { GraphBuilder } = await import('${new URL('../onnx/graph-builder.ts', import.meta.url)}');
  const { Session } = await import('${new URL('./session.ts', import.meta.url)}');
  const { floats } = await import('${new URL('./host-tensor.ts', import.meta.url)}');
  const builder = new GraphBuilder('increment');
  builder.output('y', builder.add(builder.input('x', 'float32', [1]), builder.scalar(1)));
  const session = Session.create(builder.build(), { threads: 1 });
  let sum = 0;
  for (let step = 0; ${endless} || step < 300; step += 1) {
    const { y } = await session.evaluate({ x: floats([1], Float32Array.of(step)) });
    sum += y.data[0];
    if (step % 50 === 0) collect();
    if (step === 100) parentPort.postMessage('running');
  }
  session.release();
  parentPort.postMessage(sum);
`;

function start(endless: boolean): Worker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(program(endless))}`), {
    execArgv: ['--conditions=development'],
  });
}

/** What the thread posted, once it has ended. */
async function messagesOf(worker: Worker): Promise<unknown[]> {
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  await once(worker, 'exit');
  return messages;
}

describe('Session in worker threads', () => {
  it('runs in two threads at once, through garbage collections', async () => {
    const messages = await Promise.all([start(false), start(false)].map(messagesOf));
    expect(messages).toEqual([
      ['running', 45_150],
      ['running', 45_150],
    ]);
  });

  it('survives a thread that is terminated while it runs, and starts in the next one', async () => {
    const endless = start(true);
    await once(endless, 'message');
    await endless.terminate();
    expect(await messagesOf(start(false))).toEqual(['running', 45_150]);
  });
});
