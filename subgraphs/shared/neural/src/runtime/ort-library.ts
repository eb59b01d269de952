/**
 * ONNX Runtime's C API, called through koffi on the library that the npm package onnxruntime-node brings.
 *
 * The package's own binding copies every output of a run into a fresh ArrayBuffer, also an output the caller
 * pre-allocated: a decode step of 16 sequences copied 25 MB of cache (4.1 ms a step of 8, of which 1.7 ms were the
 * model), a training step the whole state. The C API reads and writes the caller's memory.
 *
 * The API is a struct of function pointers to which releases only ever append (onnxruntime_c_api.h); the positions
 * below are therefore stable.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { koffi } from './native-libraries.ts';

/** An address; 0 is no address. */
export type Pointer = bigint;
/** What C may read from or write to: memory of JavaScript, or an address. */
type Memory = NodeJS.TypedArray | Pointer | null;

/** Oldest version of the API with every function used here. */
const apiVersion = 24;
const pointerBytes = koffi.sizeof('void *');

type CType = 'pointer' | 'text' | 'path' | 'int' | 'size' | 'int64';
const cTypes: Readonly<Record<CType, string>> = {
  pointer: 'void *',
  text: 'const char *',
  /** ORTCHAR_T: two bytes a character on Windows. */
  path: process.platform === 'win32' ? 'const char16_t *' : 'const char *',
  int: 'int',
  size: 'size_t',
  int64: 'int64_t',
};

/** Position in the struct and parameters; all return a status, which is null for success. */
const calls = {
  CreateEnv: [3, ['int', 'text', 'pointer']],
  CreateSession: [7, ['pointer', 'path', 'pointer', 'pointer']],
  CreateSessionFromArray: [8, ['pointer', 'pointer', 'size', 'pointer', 'pointer']],
  Run: [9, ['pointer', 'pointer', 'pointer', 'pointer', 'size', 'pointer', 'size', 'pointer']],
  CreateSessionOptions: [10, ['pointer']],
  SetSessionGraphOptimizationLevel: [23, ['pointer', 'int']],
  SetIntraOpNumThreads: [24, ['pointer', 'int']],
  SetInterOpNumThreads: [25, ['pointer', 'int']],
  CreateRunOptions: [39, ['pointer']],
  RunOptionsSetTerminate: [46, ['pointer']],
  CreateTensorAsOrtValue: [48, ['pointer', 'pointer', 'size', 'int', 'pointer']],
  CreateTensorWithDataAsOrtValue: [49, ['pointer', 'pointer', 'size', 'pointer', 'size', 'int', 'pointer']],
  GetTensorMutableData: [51, ['pointer', 'pointer']],
  CreateMemoryInfo: [68, ['text', 'int', 'int', 'int', 'pointer']],
  CreateCpuMemoryInfo: [69, ['int', 'int', 'pointer']],
  GetAvailableProviders: [125, ['pointer', 'pointer']],
  ReleaseAvailableProviders: [126, ['pointer', 'int']],
  AddSessionConfigEntry: [130, ['pointer', 'text', 'text']],
  CreateAllocator: [131, ['pointer', 'pointer', 'pointer']],
  RunWithBinding: [133, ['pointer', 'pointer', 'pointer']],
  CreateIoBinding: [134, ['pointer', 'pointer']],
  BindInput: [136, ['pointer', 'text', 'pointer']],
  BindOutput: [137, ['pointer', 'text', 'pointer']],
  AddExternalInitializers: [210, ['pointer', 'pointer', 'pointer', 'size']],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, ['pointer', 'pointer']],
  CreateCUDAProviderOptions: [205, ['pointer']],
  UpdateCUDAProviderOptions: [206, ['pointer', 'pointer', 'pointer', 'size']],
  SessionOptionsAppendExecutionProvider: [216, ['pointer', 'text', 'pointer', 'pointer', 'size']],
  Session_GetEpGraphAssignmentInfo: [407, ['pointer', 'pointer', 'pointer']],
  EpAssignedSubgraph_GetEpName: [408, ['pointer', 'pointer']],
  EpAssignedSubgraph_GetNodes: [409, ['pointer', 'pointer', 'pointer']],
  EpAssignedNode_GetOperatorType: [412, ['pointer', 'pointer']],
} as const satisfies Readonly<Record<string, readonly [number, readonly CType[]]>>;

/** These return nothing. */
const releases = {
  ReleaseStatus: 93,
  ReleaseMemoryInfo: 94,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseSessionOptions: 100,
  ReleaseAllocator: 132,
  ReleaseIoBinding: 135,
  ReleaseCUDAProviderOptions: 208,
} as const;

type Argument = Memory | string | number;
export interface OrtLibrary {
  readonly version: string;
  /** Throws `RUNTIME_FAILED` with ONNX Runtime's own message. */
  call(name: keyof typeof calls, ...args: readonly Argument[]): void;
  /** The same on a thread of libuv's pool, which has four; whatever the arguments point to must stay until it is done. */
  callInBackground(name: keyof typeof calls, ...args: readonly Argument[]): Promise<void>;
  /** A call whose last parameter receives an address. */
  create(name: keyof typeof calls, ...args: readonly Argument[]): Pointer;
  release(name: keyof typeof releases, pointer: Pointer): void;
  readonly environment: Pointer;
  readonly cpuMemory: Pointer;
}

let opened: OrtLibrary | undefined;
/** koffi unloads a library whose handle is collected, under the functions taken from it. */
let loaded: ReturnType<typeof koffi.load> | undefined;

/** One a thread: koffi's functions belong to the thread that made them. */
export function ortLibrary(): OrtLibrary {
  opened ??= openLibrary(locateLibrary());
  return opened;
}

function locateLibrary(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const names = { linux: 'libonnxruntime.so.1', darwin: 'libonnxruntime.1.dylib', win32: 'onnxruntime.dll' };
  const name = names[process.platform as keyof typeof names];
  const path = join(root, 'bin', 'napi-v6', process.platform, process.arch, name ?? '');
  if (name === undefined || !existsSync(path)) {
    throw new NeuralError(
      'RUNTIME_FAILED',
      `onnxruntime-node brings no library for ${process.platform} ${process.arch} (looked for ${path})`,
    );
  }
  return path;
}

function openLibrary(path: string): OrtLibrary {
  loaded = koffi.load(path);
  const base: Pointer = loaded.func('void *OrtGetApiBase()')();
  const getApi = koffi.decode(readPointer(base, 0), koffi.proto('void *(uint32_t)'));
  const getVersion = koffi.decode(readPointer(base, 1), koffi.proto('const char *()'));
  const api: Pointer = getApi(apiVersion);
  const getErrorMessage = koffi.decode(readPointer(api, 2), koffi.proto('const char *(void *)'));
  const release = Object.fromEntries(
    Object.entries(releases).map(([name, position]) => [
      name,
      koffi.decode(readPointer(api, position), koffi.proto('void (void *)')),
    ]),
  );
  const functions = Object.fromEntries(
    Object.entries(calls).map(([name, [position, parameters]]) => {
      const types = parameters.map((type) => cTypes[type]).join(', ');
      return [name, koffi.decode(readPointer(api, position), koffi.proto(`void *(${types})`))];
    }),
  );
  const check = (name: keyof typeof calls, status: Pointer | null): void => {
    if (status === null || status === 0n) return;
    const message = String(getErrorMessage(status));
    release.ReleaseStatus(status);
    throw new NeuralError('RUNTIME_FAILED', `ONNX Runtime: ${message}`, { details: { function: name } });
  };
  const call: OrtLibrary['call'] = (name, ...args) => check(name, functions[name](...args));
  const callInBackground: OrtLibrary['callInBackground'] = (name, ...args) =>
    new Promise((resolve, reject) => {
      functions[name].async(...args, (error: Error | null, status: Pointer | null) => {
        try {
          if (error) throw error;
          check(name, status);
          resolve();
        } catch (failure) {
          reject(failure);
        }
      });
    });
  const create: OrtLibrary['create'] = (name, ...args) => {
    const result = new BigUint64Array(1);
    call(name, ...args, result);
    return result[0]!;
  };
  /** Log severity 4, fatal: a failure is thrown, and printed only by the service's own log. */
  const environment = create('CreateEnv', 4, 'fathom');
  return {
    version: String(getVersion()),
    call,
    callInBackground,
    create,
    release: (name, pointer) => release[name](pointer),
    environment,
    cpuMemory: create('CreateCpuMemoryInfo', 1, 0),
  };
}

/** The addresses that lie behind one another at `address`. */
export const readPointers = (address: Pointer, count: number): readonly Pointer[] =>
  Array.from({ length: count }, (_, position) => readPointer(address, position));

/** A text of C, which ends with a zero. */
export const readCString = (address: Pointer): string => koffi.decode(address, 'char', -1);

function readPointer(address: Pointer, position: number): Pointer {
  return koffi.decode(address, position * pointerBytes, 'void *');
}

/** Where a typed array's memory lies. It stays there as long as the array is reachable. */
export function addressOf(data: NodeJS.TypedArray): Pointer {
  return koffi.address(data);
}
