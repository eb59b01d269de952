/** JSON-RPC 2.0 as MCP uses it: one message a request, answered by one response. */
import type { AppError } from '@fathom/platform/errors';
import { z } from 'zod';
import { raise } from '../errors.ts';

export const errorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

const id = z.union([z.string(), z.number()]);
const params = z.record(z.string(), z.unknown()).optional();

/** A message without an id wants no answer. A response, which clients send only when asked, is one too. */
const messageSchema = z.union([
  z.object({ jsonrpc: z.literal('2.0'), id, method: z.string(), params }),
  z.object({ jsonrpc: z.literal('2.0'), method: z.string(), params, id: z.undefined().optional() }),
  z.object({ jsonrpc: z.literal('2.0'), id, result: z.unknown(), method: z.undefined().optional() }),
]);

export type RpcId = z.infer<typeof id>;

export interface RpcRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** `undefined` for what wants no answer. Throws {@link RpcError}. */
export function parseMessage(body: unknown): RpcRequest | undefined {
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success)
    throw new RpcError(errorCodes.invalidRequest, 'Send one JSON-RPC 2.0 message; batches are not accepted.');
  const message = parsed.data;
  if (message.id === undefined || message.method === undefined) return undefined;
  return { id: message.id, method: message.method, params: message.params ?? {} };
}

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** In the gateway's own words, for the record. */
export function reasonOfRpc({ code, message }: RpcError): AppError {
  return raise(code === errorCodes.methodNotFound ? 'NOT_FOUND' : 'BAD_REQUEST', { because: message });
}

export function resultMessage(requestId: RpcId, result: object): object {
  return { jsonrpc: '2.0', id: requestId, result };
}

export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: object;
}

export function errorMessage(requestId: RpcId | null, error: RpcFailure): object {
  return { jsonrpc: '2.0', id: requestId, error };
}
