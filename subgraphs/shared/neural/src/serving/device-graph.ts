/** How a graph on a device is fed: what its runs take and give beside the cache, whose names are its own. */
import { HostTensor, type HostTensors } from '../runtime/host-tensor.ts';
import type { Session } from '../runtime/session.ts';
import { lastOf } from './decoder-input.ts';

export interface DeviceGraph {
  readonly session: Session;
  readonly vocabularySize: number;
  /** Memory for runs of so many new tokens of so many rows. */
  prepare(rows: number, time: number): RunMemory;
}

export interface RunMemory {
  readonly inputs: HostTensors;
  readonly outputs: HostTensors;
  /** Writes a run's numbers; returns what the device is to be given anew for it. */
  fill(numbers: RunNumbers): HostTensors;
  /** Of the run that was filled last: a row of logits after the last token of each row. */
  logits(): Float32Array;
}

export interface RunNumbers {
  /** [rows * time] */
  readonly tokens: readonly number[];
  /** Length of each row, new tokens included, less one. */
  readonly lengths: readonly number[];
  /** Tokens of the longest row, padding included. */
  readonly longest: number;
}

/** The engine's own: see `in-place-layout.ts`, where the ends are given. */
export function ownDeviceGraph(session: Session, vocabularySize: number): DeviceGraph {
  return {
    session,
    vocabularySize,
    prepare(rows, time) {
      const numbers = {
        input_ids: new HostTensor([rows, time], new BigInt64Array(rows * time)),
        seqlens_k: new HostTensor([rows], new Int32Array(rows)),
        total_sequence_length: new HostTensor([], new Int32Array(1)),
        row_ends: new HostTensor([rows], new BigInt64Array(rows)),
      };
      const logits = new Float32Array(rows * vocabularySize);
      return {
        inputs: numbers,
        outputs: { logits: new HostTensor([rows, vocabularySize], logits) },
        fill({ tokens, lengths, longest }) {
          for (const [at, token] of tokens.entries()) numbers.input_ids.data[at] = BigInt(token);
          numbers.seqlens_k.data.set(lengths);
          numbers.total_sequence_length.data[0] = longest;
          for (const [row, length] of lengths.entries())
            numbers.row_ends.data[row] = BigInt(row * time + lastOf(length, time));
          return numbers;
        },
        logits: () => logits,
      };
    },
  };
}
