import { describe, expect, it } from 'vitest';
import { floats } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { GraphBuilder } from './graph-builder.ts';
import { ProtobufWriter } from './protobuf.ts';
import { int } from './types.ts';

describe('GraphBuilder', () => {
  it('writes a model that ONNX Runtime loads and computes', async () => {
    const builder = new GraphBuilder('affine');
    const x = builder.input('x', 'float32', ['rows', 3]);
    const weight = builder.initializer('weight', { dims: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    builder.output('y', builder.add(builder.matMul(x, weight), builder.scalar(0.5)));
    const session = Session.create(builder.build(), { threads: 1 });
    const y = floats([1, 2]);
    await session.run(session.plan({ x: floats([1, 3], Float32Array.of(1, 0, -1)) }, { y }));
    expect([...y.data]).toEqual([-3.5, -3.5]);
    session.release();
  });

  it.each([
    ['MatMul', [2, 3], [4, 5], 'node layer_0/MatMul: inner dimensions'],
    ['Add', [2, 3], [2, 4], 'node layer_0/Add: shapes [2, 3] and [2, 4] do not broadcast'],
    ['Gemm', [2, 3], [3], 'node layer_0/Gemm: operands must be matrices'],
    ['NoSuchOperator', [1], [1], 'no shape rule for operator NoSuchOperator'],
  ])('refuses a %s whose operands do not fit, by the name of the node', (opType, a, b, problem) => {
    const builder = new GraphBuilder('wrong');
    const [x, y] = [builder.input('x', 'float32', a), builder.input('y', 'float32', b)];
    const write = () => builder.scope('layer_0', () => builder.op(opType, [x, y]));
    expect(write).toThrow(
      expect.objectContaining({ code: 'GRAPH_INVALID', message: expect.stringContaining(problem) }),
    );
  });

  it('refuses operands of different element types and data that does not fill its shape', () => {
    const builder = new GraphBuilder('wrong');
    const [x, ids] = [builder.input('x', 'float32', [2]), builder.input('ids', 'int64', [2])];
    expect(() => builder.add(x, ids)).toThrow('operands are float32 and int64');
    expect(() => builder.initializer('w', { dims: [3], data: new Float32Array(2) })).toThrow(
      '2 elements for [3]',
    );
  });

  it('infers shapes through reshape, transpose, concat, gathers and reductions', () => {
    const builder = new GraphBuilder('shapes');
    const x = builder.input('x', 'float32', [2, 3, 4]);
    expect(builder.reshape(x, [0, -1]).dims).toEqual([2, 12]);
    expect(builder.transpose(x, [2, 0, 1]).dims).toEqual([4, 2, 3]);
    expect(builder.concat([x, x], -1).dims).toEqual([2, 3, 8]);
    expect(builder.gather(x, builder.input('i', 'int64', ['n', 5])).dims).toEqual(['n', 5, 3, 4]);
    expect(builder.reduce('ReduceMean', x, [-1, 0], false).dims).toEqual([3]);
    expect(builder.op('ArgMax', [x], { attributes: { axis: int(1), keepdims: int(0) } }).dims).toEqual([
      2, 4,
    ]);
    expect(() => builder.reshape(x, [5, 5])).toThrow('does not reshape');
  });

  it('gives nodes of one name different names', () => {
    const builder = new GraphBuilder('names');
    const x = builder.input('x', 'float32', [1]);
    builder.add(builder.add(x, x), x);
    expect(builder.build().nodes.map(({ name }) => name)).toEqual(['Add', 'Add_1']);
  });
});

describe('ProtobufWriter', () => {
  it('writes the wire format of the protocol buffers documentation', () => {
    const bytes = new ProtobufWriter()
      .int(1, 150)
      .string(2, 'testing')
      .message(3, (inner) => inner.int(1, -1))
      .float(4, 1)
      .finish();
    expect(Buffer.from(bytes).toString('hex')).toBe(
      ['089601', '120774657374696e67', '1a0b08ffffffffffffffffff01', '250000803f'].join(''),
    );
  });
});
