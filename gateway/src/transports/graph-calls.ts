/**
 * Operations of the graph run on behalf of a client that speaks another protocol (`openai/`, `mcp/`). They are admitted
 * like every other: same identity, rate limits, costs, log and metrics; there is no second way into the graph.
 *
 * A stream that is left, or whose signal aborts, is unsubscribed: these protocols know no resuming, so what nobody
 * waits for is stopped.
 */
import { AppError } from '@fathom/platform/errors';
import type { Trace } from '@fathom/platform/telemetry/trace';
import type { FormattedExecutionResult } from 'graphql';
import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import type { TokenBudget } from '../limits/budget-headers.ts';
import { type OperationRecord, outcomeOf, type Transport } from '../observability/operation-log.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { ofOperation, refusedOperation } from '../operations/operation-facts.ts';
import { isRefusal } from '../operations/refusal.ts';
import { ClientConnection } from '../subscriptions/client-connection.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { statusOfCode } from './error-status.ts';
import { createContext, executeOnce, type GatewayService, observeStream } from './gateway-service.ts';

export interface GraphCall {
  readonly transport: Transport;
  readonly principal: Principal;
  /** The text of a checked-in operation. */
  readonly document: string;
  /** Which one, where the document holds several. */
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Told what the budgets have left, where the call was charged to one; before any of its work. */
  readonly onCharged?: ((left: TokenBudget) => void) | undefined;
}

interface Admitted {
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
}

/**
 * The result as GraphQL has it, errors beside data. Throws AppError when the operation is not admitted, which whoever answers
 * the client puts on record by sending it (`audit/refusals.ts`).
 */
export async function executeCall(
  service: GatewayService,
  call: GraphCall,
): Promise<FormattedExecutionResult> {
  const { result } = await execute(service, call);
  return result;
}

/** The data of a query or mutation. Throws AppError for the first error. */
export async function dataOfCall<Data>(service: GatewayService, call: GraphCall): Promise<Data> {
  const { result, record } = await execute(service, call);
  return dataOf(service, record, result);
}

async function execute(service: GatewayService, call: GraphCall) {
  const { snapshot, operation, context } = await admit(service, call);
  const record = service.operationLog.begin(loggedAs(call, operation));
  return { record, result: await executeOnce(service, snapshot, { operation, context, record }) };
}

/** The data of each event. Throws AppError for the first error; ends in silence when the signal aborts. */
export async function* streamCall<Data>(service: GatewayService, call: GraphCall): AsyncGenerator<Data> {
  const { snapshot, operation, context } = await admit(service, call);
  if (operation.kind !== 'subscription') throw new Error('only subscriptions are streamed');
  const record = service.operationLog.begin(loggedAs(call, operation));
  const connection = new ClientConnection(service, 'carried');
  const events = openStream();
  const leave = (): void => void events.return();
  call.signal.addEventListener('abort', leave, { once: true });
  if (call.signal.aborted) leave();
  const forget = service.clients.add({
    credential: call.principal.credential,
    revoke: (error) => void connection.cancelAll(error),
    // It cannot be continued elsewhere, so it may end here while the gateway waits for it.
    drain: () => undefined,
  });
  try {
    for await (const result of events) yield dataOf<Data>(service, record, result);
  } finally {
    forget();
    call.signal.removeEventListener('abort', leave);
    leave();
  }

  function openStream() {
    try {
      return connection.open({
        id: '1',
        snapshot,
        operation,
        context,
        rawSink: undefined,
        observer: observeStream(service.streamObserver, record),
      });
    } catch (error) {
      const formatted = formatExecutionError(error, context);
      record.end(outcomeOf([formatted]));
      throw service.refusals.told(record, appErrorOf(formatted));
    }
  }
}

const loggedAs = ({ transport, principal, trace: { traceId } }: GraphCall, operation: AdmittedOperation) => ({
  transport,
  principal,
  operation,
  traceId,
});

async function admit(service: GatewayService, call: GraphCall): Promise<Admitted> {
  const { principal, signal, trace } = call;
  const snapshot = service.supergraph.current();
  const operation = await service.admission.admit(snapshot, {
    principal,
    traceId: trace.traceId,
    sent: {
      query: call.document,
      operationName: call.operationName,
      variables: call.variables,
      extensions: undefined,
    },
  });
  if (isRefusal(operation))
    throw ofOperation(appErrorOf(operation.errors[0]?.toJSON()), refusedOperation(operation));
  if (operation.charge?.left) call.onCharged?.(operation.charge.left);
  return {
    snapshot,
    operation,
    context: createContext(service, { principal, signal, trace }),
  };
}

function dataOf<Data>(
  { refusals }: GatewayService,
  record: OperationRecord,
  { data, errors }: FormattedExecutionResult,
): Data {
  if (errors?.length || data == null) throw refusals.told(record, appErrorOf(errors?.[0]));
  return data as Data;
}

/** An error of the graph, told by whichever protocol: same code, same message, same facts. */
export function appErrorOf(
  error: NonNullable<FormattedExecutionResult['errors']>[number] | undefined,
): AppError {
  if (!error) return raise('INTERNAL_SERVER_ERROR');
  const { code, retryable, ...details } = error.extensions ?? {};
  const known = typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  return new AppError({
    code: known,
    message: error.message,
    status: statusOfCode(known, retryable === true),
    retryable: retryable === true,
    details,
  });
}
