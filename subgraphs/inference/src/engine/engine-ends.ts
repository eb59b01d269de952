/** Ends that are one request's own: others go on. */
import type { MemoryShortage } from './compute-in-parts.ts';
import type { EngineEnd } from './protocol.ts';

export function fault(id: string, message: string): EngineEnd {
  return { id, kind: 'failed', code: 'MODEL_FAULT', message };
}

export function tooLong(id: string, tokens: number, positions: number): EngineEnd {
  const message = `It has ${tokens} tokens; the cache of this model holds ${positions}.`;
  return { id, kind: 'failed', code: 'CONTEXT_EXCEEDED', message };
}

export function memoryExhausted(id: string, shortage: MemoryShortage): EngineEnd {
  return { id, kind: 'failed', code: 'MEMORY_EXHAUSTED', message: describeShortage(shortage) };
}

export function describeShortage({ bytes }: MemoryShortage): string {
  const lacking = bytes === undefined ? '' : `: ${bytes} bytes in one piece`;
  return `The device had no memory to compute it${lacking}.`;
}
