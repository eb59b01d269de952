/**
 * Memory that several processes see at once: an open file without a name, mapped by each. A child process is given it as
 * one of its file descriptors; it is gone when the last process that has it open has ended, however that ended.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { koffi } from './native-libraries.ts';

export interface SharedMemory {
  readonly fileDescriptor: number;
  /** All of it. Stays mapped until the process ends. */
  readonly memory: ArrayBuffer;
  /** Of the file descriptor. */
  close(): void;
}

export function createSharedMemory(bytes: number): SharedMemory {
  const fileDescriptor = process.platform === 'linux' ? openAnonymous() : openUnlinked();
  ftruncateSync(fileDescriptor, bytes);
  return mapSharedMemory(fileDescriptor, bytes);
}

/** Of a file descriptor that another process passed on. */
export function mapSharedMemory(fileDescriptor: number, bytes: number): SharedMemory {
  // PROT_READ | PROT_WRITE, MAP_SHARED: the same numbers on Linux and macOS.
  const address: bigint | null = systemCall('void *mmap(void *, size_t, int, int, int, int64_t)')(
    null,
    bytes,
    3,
    1,
    fileDescriptor,
    0,
  );
  if (address === null || address === 2n ** 64n - 1n) {
    throw new NeuralError('RUNTIME_FAILED', `the system cannot map ${bytes} bytes of shared memory`);
  }
  return {
    fileDescriptor,
    memory: koffi.view(address, bytes),
    close: () => closeSync(fileDescriptor),
  };
}

/** Linux has files in memory that are not bounded by the size of /dev/shm, which containers keep at 64 MB. */
function openAnonymous(): number {
  const closeOnExec = 1;
  const fileDescriptor: number = systemCall('int memfd_create(const char *, unsigned int)')(
    'fathom',
    closeOnExec,
  );
  if (fileDescriptor < 0) throw new NeuralError('RUNTIME_FAILED', 'the system gives no shared memory');
  return fileDescriptor;
}

function openUnlinked(): number {
  if (process.platform === 'win32') {
    throw new NeuralError('RUNTIME_FAILED', 'several training workers need Linux or macOS');
  }
  const folder = mkdtempSync(join(tmpdir(), 'fathom-memory-'));
  try {
    return openSync(join(folder, 'memory'), 'wx+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function systemCall(declaration: string) {
  return koffi.load(null).func(declaration);
}
