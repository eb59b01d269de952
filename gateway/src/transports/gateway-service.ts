/** What all transports share. */
import type { IncomingHttpHeaders } from 'node:http';
import { hasScope } from '@fathom/platform/identity';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import type { Trace } from '@fathom/platform/telemetry/trace';
import type { FormattedExecutionResult } from 'graphql';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Refusals } from '../audit/refusals.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Credential } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import { answerWithheld } from '../authorisation/authorisation.ts';
import type { GatewayContext } from '../context.ts';
import type { Leaving } from '../departure.ts';
import { raise } from '../errors.ts';
import type { OperationExecutor } from '../execution/executor.ts';
import type { AnswerPart } from '../execution/incremental.ts';
import {
  type OperationLog,
  type OperationRecord,
  outcomeOf,
  withheldIn,
} from '../observability/operation-log.ts';
import type { RequestLog } from '../observability/request-log.ts';
import type { Admission } from '../operations/admission.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import type { GatewaySettings } from '../settings.ts';
import type { StreamObserver, StreamSettings } from '../subscriptions/client-connection.ts';
import type { SharedStreams } from '../subscriptions/shared/shared-streams.ts';
import type { StreamCarriers } from '../subscriptions/stream-carriers.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { OpenClients } from './open-clients.ts';

export interface GatewayService {
  readonly supergraph: Supergraph;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly executor: OperationExecutor;
  readonly queryPlans: GatewaySettings['queryPlans'];
  readonly signer: IdentitySigner;
  readonly streams: StreamSettings;
  readonly sharedStreams: SharedStreams;
  readonly streamCarriers: StreamCarriers;
  readonly streamObserver: StreamObserver;
  readonly operationLog: OperationLog;
  readonly requestLog: RequestLog;
  readonly refusals: Refusals;
  /** For what changes something and is no operation. */
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly clients: OpenClients;
  /** Also of a WebSocket's message. */
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** Operations in one request. */
  readonly maxBatchOperations: number;
  /** Whether a request without credentials may go as far as to be parsed. */
  readonly publicIntrospection: boolean;
  readonly isDraining: () => boolean;
  readonly logger: Logger;
}

/** Whoever must be somebody. Throws AppError. */
export async function requirePrincipal(service: GatewayService, credential: Credential): Promise<Principal> {
  const principal = await service.authenticator.authenticate(credential);
  if (!principal) throw raise('UNAUTHENTICATED');
  return principal;
}

/** Whether this request is answered with its plan: it asks for it, and whoever sends it may see it. */
export function showsQueryPlan(
  { queryPlans }: Pick<GatewayService, 'queryPlans'>,
  principal: Principal | undefined,
  headers: IncomingHttpHeaders,
): boolean {
  if (headers['x-include-query-plan'] !== 'true' || !principal) return false;
  return queryPlans === 'everyone' || hasScope(principal.identity, 'admin');
}

export interface ContextOptions {
  readonly principal: Principal | undefined;
  readonly signal: Leaving;
  readonly trace: Trace;
  readonly showsQueryPlan?: boolean;
}

export function createContext(
  service: GatewayService,
  { principal, signal, trace: { traceId, headers }, showsQueryPlan = false }: ContextOptions,
): GatewayContext {
  return {
    principal,
    signal,
    traceId,
    showsQueryPlan,
    traceHeaders: () => headers,
    logger: service.logger,
    identityFor(request) {
      if (!principal) throw raise('UNAUTHENTICATED');
      return service.signer.sign(principal.identity, request);
    },
  };
}

/**
 * A query or mutation, on whichever transport; the supergraph it began on stays until it has ended. The record is
 * closed, whatever happens. Throws AppError, which the record tells of.
 */
export async function executeOnce(
  service: GatewayService,
  snapshot: Snapshot,
  { operation, context, record, deliver }: OneOperation,
): Promise<FormattedExecutionResult> {
  snapshot.retain();
  let outcome = 'INTERNAL_SERVER_ERROR';
  let withheld: string | undefined;
  try {
    const result = await answerWithheld(snapshot, operation, () =>
      service.executor.execute(snapshot, operation, context),
    );
    outcome = outcomeOf(result.errors);
    withheld = withheldIn(result.errors);
    if (deliver) record.sent(deliver(result));
    return result;
  } catch (error) {
    throw service.refusals.told(record, error);
  } finally {
    record.end(outcome, withheld);
    snapshot.release();
  }
}

/** The same in parts; to be read to its end or left by `return()`. */
export async function* executeInParts(
  snapshot: Snapshot,
  parts: AsyncGenerator<AnswerPart, void, void>,
  record: OperationRecord,
): AsyncGenerator<AnswerPart, void, void> {
  snapshot.retain();
  let outcome: string | undefined;
  let withheld: string | undefined;
  try {
    for await (const part of parts) {
      for (const { errors } of 'incremental' in part ? part.incremental : [part]) {
        if (errors?.length) outcome ??= outcomeOf(errors);
        withheld ??= withheldIn(errors);
      }
      yield part;
    }
    outcome ??= 'OK';
  } finally {
    record.end(outcome ?? 'DISCONNECTED', withheld);
    snapshot.release();
  }
}

export interface OneOperation {
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  readonly record: OperationRecord;
  /** Sends the result, and says how many bytes of it. Absent where something else sends it. */
  readonly deliver?: (result: FormattedExecutionResult) => number;
}

/** Counts a stream and closes its record when it ends, however it ends. */
export function observeStream(observer: StreamObserver, record: OperationRecord): StreamObserver {
  return {
    opened: (service) => observer.opened(service),
    event: (service, way) => observer.event(service, way),
    closed(service, end, code) {
      observer.closed(service, end, code);
      record.end(code ?? (end === 'completed' ? 'OK' : end));
    },
  };
}
