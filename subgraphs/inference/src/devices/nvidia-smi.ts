/** What NVIDIA's driver says of its GPUs, through the program that comes with it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface NvidiaGpu {
  readonly index: number;
  readonly name: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

const queryTimeoutMs = 10_000;
const mebibyte = 2 ** 20;

/** Throws what says why there is none. */
export async function queryNvidiaGpus(): Promise<readonly NvidiaGpu[]> {
  const query = ['--query-gpu=index,name,memory.total,memory.free', '--format=csv,noheader,nounits'];
  const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: queryTimeoutMs });
  return parseNvidiaGpus(stdout);
}

/** `0, NVIDIA L4, 23034, 22572`, a line a GPU, memory in MiB. Other lines (warnings) are no GPUs. */
export function parseNvidiaGpus(text: string): readonly NvidiaGpu[] {
  return text.split('\n').flatMap((line) => {
    const [, index, name, total, free] = /^\s*(\d+), (.+), (\d+), (\d+)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [
      {
        index: Number(index),
        name,
        totalBytes: Number(total) * mebibyte,
        freeBytes: Number(free) * mebibyte,
      },
    ];
  });
}
