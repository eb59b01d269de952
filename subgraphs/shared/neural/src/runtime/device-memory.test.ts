import { afterEach, describe, expect, it } from 'vitest';
import { DeviceMemory } from './device-memory.ts';
import { cpu } from './execution-provider.ts';

const open: DeviceMemory[] = [];
afterEach(() => {
  for (const memory of open.splice(0)) memory.release();
});

function openMemory(): DeviceMemory {
  const memory = new DeviceMemory(cpu);
  open.push(memory);
  return memory;
}

describe('DeviceMemory', () => {
  it('holds what was written to it, also under another shape', () => {
    const memory = openMemory();
    const tensor = memory.allocate([2, 3]);
    memory.upload(tensor, Float32Array.of(1, 2, 3, 4, 5, 6));
    expect([...memory.download(tensor)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...memory.download(memory.view(tensor, [1, 4]))]).toEqual([1, 2, 3, 4]);
    expect(memory.bytes).toBe(24);
    expect(memory.allocate([5], 'float16')).toMatchObject({ type: 'float16', dims: [5] });
    expect(memory.bytes).toBe(34);
  });

  it('refuses what the device does not have, and goes on', () => {
    const memory = openMemory();
    expect(() => memory.allocate([2 ** 42])).toThrow(
      expect.objectContaining({
        code: 'MEMORY_INSUFFICIENT',
        message: expect.stringContaining(`gives no ${2 ** 44} bytes in one piece`),
      }),
    );
    const tensor = memory.allocate([1]);
    memory.upload(tensor, Float32Array.of(7));
    expect([...memory.download(tensor)]).toEqual([7]);
  });

  it('refuses a view of more than a tensor holds, and anything after its release', () => {
    const memory = openMemory();
    const tensor = memory.allocate([4]);
    expect(() => memory.view(tensor, [5])).toThrow('[5] is more than [4] holds');
    memory.release();
    expect(() => memory.allocate([1])).toThrow(expect.objectContaining({ code: 'SESSION_RELEASED' }));
  });
});
