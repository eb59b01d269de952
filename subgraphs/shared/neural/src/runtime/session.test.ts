import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { floats, HostTensor } from './host-tensor.ts';
import { ortLibrary } from './ort-library.ts';
import { Session } from './session.ts';

/** y = x + 1 over any number of elements. */
function increment(): Session {
  const builder = new GraphBuilder('increment');
  builder.output('y', builder.add(builder.input('x', 'float32', ['n']), builder.scalar(1)));
  return Session.create(builder.build(), { threads: 1 });
}

describe('Session', () => {
  it('writes into the memory it was given and sees what changes in it between runs of one plan', async () => {
    const session = increment();
    const [x, y] = [floats([3], Float32Array.of(1, 2, 3)), floats([3])];
    const plan = session.plan({ x }, { y });
    await session.run(plan);
    expect([...y.data]).toEqual([2, 3, 4]);
    x.data.set([10, 20, 30]);
    await session.run(plan);
    expect([...y.data]).toEqual([11, 21, 31]);
    session.release();
  });

  it('reads and writes a window on a larger array, also when input and output are the same memory', async () => {
    const session = increment();
    const memory = new Float32Array(8);
    const window = floats([3], memory.subarray(2, 5));
    const plan = session.plan({ x: window }, { y: window });
    await session.run(plan);
    await session.run(plan);
    expect([...memory]).toEqual([0, 0, 2, 2, 2, 0, 0, 0]);
    session.release();
  });

  it('takes large constants from where they lie, keeps its own, and needs none that no node reads', async () => {
    const builder = new GraphBuilder('large');
    const data = Float32Array.from({ length: 4_096 }, (_, at) => at);
    const weight = builder.initializer('weight', { dims: [4_096], data });
    builder.initializer('unread', { dims: [4_096], data: new Float32Array(4_096) });
    builder.output('y', builder.add(builder.input('x', 'float32', [1]), weight));
    const session = Session.create(builder.build(), { threads: 1 });
    data.fill(-1);
    const { y } = await session.evaluate({ x: floats([1], Float32Array.of(1)) });
    expect(y?.data[4_095]).toBe(4_096);
    session.release();
  });

  it('accepts tensors without elements', async () => {
    const session = increment();
    await session.run(session.plan({ x: floats([0]) }, { y: floats([0]) }));
    session.release();
  });

  it('lets timers and messages of its thread come between runs', async () => {
    const session = increment();
    const plan = session.plan({ x: floats([1]) }, { y: floats([1]) });
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 0);
    while (ticks < 3) await session.run(plan);
    clearInterval(timer);
    session.release();
  });

  it("refuses what does not fit, in ONNX Runtime's own words or by name", async () => {
    const session = increment();
    const wrongType = new HostTensor([1], BigInt64Array.of(1n));
    await expect(session.run(session.plan({ x: wrongType }, { y: floats([1]) }))).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringContaining('ONNX Runtime: '),
    });
    await expect(session.run(session.plan({ x: floats([2]) }, { y: floats([3]) }))).rejects.toThrow(
      'ONNX Runtime: ',
    );
    expect(() => session.plan({}, { y: floats([1]) })).toThrow('input x is missing');
    expect(() => session.plan({ x: floats([1]) }, { z: floats([1]) })).toThrow('no value named z');
    expect(() => floats([2], Float32Array.of(1))).toThrow('tensor [2] cannot hold 1 elements');
    session.release();
    session.release();
    await expect(session.evaluate({ x: floats([1]) })).rejects.toThrow();
  });

  it('says which ONNX Runtime it runs on', () => {
    expect(ortLibrary().version).toMatch(/^1\.\d+\.\d+$/);
  });
});
