/** A tool's call: the operation with the arguments as variables, and its result in the form that models read. */
import { AppError } from '@fathom/platform/errors';
import type { Trace } from '@fathom/platform/telemetry/trace';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { GatewayService } from '../transports/gateway-service.ts';
import { executeCall, type GraphCall, streamCall } from '../transports/graph-calls.ts';
import { errorCodes, RpcError } from './json-rpc.ts';
import type { ToolOperation } from './tools.ts';

export interface ToolResult {
  readonly content: readonly [{ readonly type: 'text'; readonly text: string }];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: true;
}

export interface ToolCall {
  readonly tools: ReadonlyMap<string, ToolOperation>;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, unknown>>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Told of each event of a stream, with how many there were. */
  readonly onEvent: (count: number, event: object) => Promise<void>;
}

/** A stream's result holds its last events at most. */
const maxEvents = 1_000;

const paramsSchema = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
});

/** Errors of the graph are results, so that the model sees them. Throws RpcError where there is no such tool. */
export async function callTool(service: GatewayService, call: ToolCall): Promise<ToolResult> {
  const parsed = paramsSchema.safeParse(call.params);
  const found = parsed.success ? call.tools.get(parsed.data.name) : undefined;
  if (!parsed.success || !found)
    throw new RpcError(errorCodes.invalidParams, 'There is no tool of this name. `tools/list` lists them.');
  const { operation } = found;
  const graphCall: GraphCall = {
    transport: 'mcp',
    principal: call.principal,
    document: operation.source,
    operationName: operation.name,
    variables: parsed.data.arguments ?? {},
    signal: call.signal,
    trace: call.trace,
  };
  try {
    return operation.definition.operation === 'subscription'
      ? await collectEvents(service, graphCall, call.onEvent)
      : resultOf(await executeCall(service, graphCall));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const entrance = `tools/call ${operation.name}`;
    const { principal, trace } = call;
    const asked = { transport: 'mcp', entrance, principal, trace } as const;
    const { errors } = service.refusals.record(asked, error);
    return failure(errors.map((one) => one.toJSON()));
  }
}

async function collectEvents(
  service: GatewayService,
  graphCall: GraphCall,
  onEvent: ToolCall['onEvent'],
): Promise<ToolResult> {
  const events: object[] = [];
  let count = 0;
  for await (const event of streamCall<object>(service, graphCall)) {
    count += 1;
    events.push(event);
    if (events.length > maxEvents) events.shift();
    await onEvent(count, event);
  }
  return success({ events, eventCount: count });
}

function resultOf({ data, errors }: FormattedExecutionResult): ToolResult {
  if (errors?.length) return { ...failure(errors, data ?? undefined), isError: true };
  return success(data ?? {});
}

function success(data: object): ToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(data) }],
    structuredContent: data as Record<string, unknown>,
  };
}

/** What could be answered stands beside the errors, as GraphQL has it. */
function failure(errors: readonly GraphQLFormattedError[], data?: object): ToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(data ? { errors, data } : { errors }) }],
    isError: true,
  };
}
