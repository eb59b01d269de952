/**
 * Everything that is refused, at whichever entrance, in whichever protocol: put on record first, sent after.
 *
 *   what was asked + why not --record()--> RecordedRefusal --> sendRefusal, refuseInStream, a batch's answer, a close code
 *                                  |
 *                                  +--> access line, metrics, audit trail: who, what, why, code, trace
 *
 * Invariant: what sends a refusal takes a {@link RecordedRefusal}, and only `record` makes one. So none can be sent that is not
 * on record. An error that passes through several hands (a façade answers what the graph refused) is recorded once.
 */
import { AppError } from '@fathom/platform/errors';
import type { Logger } from '@fathom/platform/logging';
import type { Trace } from '@fathom/platform/telemetry/trace';
import type { GraphQLError } from 'graphql';
import type { Principal } from '../auth/principal.ts';
import { holderOf } from '../auth/refused-credential.ts';
import { raise } from '../errors.ts';
import {
  type OperationRecord,
  outcomeOf,
  type RefusalLog,
  type Transport,
} from '../observability/operation-log.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { factsOf, refusedOperation } from '../operations/operation-facts.ts';
import { isRefusal, type Refusal, reasonOf, refusal } from '../operations/refusal.ts';
import type { AuditTrail } from './audit-trail.ts';
import { reasonText } from './reason-text.ts';

export interface Asked {
  readonly transport: Transport;
  /** Where it came in: method and path without ids (`entrance.ts`), or a message of the protocol, as `connection_init`. */
  readonly entrance: string;
  /** Who, if that was known by then. */
  readonly principal: Principal | undefined;
  /** What, if it was admitted as an operation and is refused for how it was sent. */
  readonly operation?: AdmittedOperation | undefined;
  readonly trace: Pick<Trace, 'traceId' | 'startedAtMs'>;
  /** What HTTP tells it with, where that is not the refusal's own: within a stream or a batch it is 200. */
  readonly status?: number;
}

class OnRecord {
  readonly #refusal: Refusal;
  /** The first of its errors, for protocols that tell one. */
  readonly reason: AppError;

  constructor(refused: Refusal, reason: AppError) {
    this.#refusal = refused;
    this.reason = reason;
  }

  get errors(): readonly GraphQLError[] {
    return this.#refusal.errors;
  }

  get status(): number {
    return this.#refusal.status;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#refusal.headers;
  }
}

/** A refusal that is on record, and may be sent. */
export type RecordedRefusal = OnRecord;

export interface Refusals {
  /** Of what was not expected, the client is told INTERNAL_SERVER_ERROR and the trace, the log the rest. */
  record(asked: Asked, why: unknown): RecordedRefusal;
  /**
   * The error with which an admitted operation has ended. The operation's own record tells of it, so whoever passes it on to
   * the client refuses nothing further.
   */
  told(ended: OperationRecord, error: unknown): AppError;
}

export interface RefusalsOptions {
  readonly log: RefusalLog;
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly logger: Logger;
}

/** What is a message of another protocol is named without a path. */
const isOverHttp = (entrance: string): boolean => entrance.includes(' /');

export function createRefusals({ log, trail, logger }: RefusalsOptions): Refusals {
  const known = new WeakMap<object, RecordedRefusal>();

  function coded(why: unknown, traceId: string): Refusal | AppError {
    if (why instanceof AppError || (typeof why === 'object' && why !== null && isRefusal(why))) return why;
    logger.error({ err: why, 'trace.id': traceId }, 'a request could not be answered');
    return raise('INTERNAL_SERVER_ERROR', { details: { traceId }, cause: why });
  }

  return {
    record(asked, why) {
      const { traceId, startedAtMs } = asked.trace;
      const told = coded(why, traceId);
      const recorded = known.get(told);
      if (recorded) return recorded;
      const refused = told instanceof AppError ? refusal(told) : told;
      const reason = told instanceof AppError ? told : reasonOf(refused);
      const { transport, entrance, operation, status = refused.status } = asked;
      const principal = asked.principal ?? holderOf(reason);
      const outcome = outcomeOf(refused.errors);
      // Nothing comes of what it was charged.
      operation?.charge?.ended(outcome);
      const facts = operation ? factsOf(operation) : refusedOperation(told);
      log.refused({
        transport,
        principal,
        operation: facts,
        code: outcome,
        traceId,
        startedAtMs,
        status: isOverHttp(entrance) ? status : undefined,
      });
      trail.record({
        kind: 'REFUSAL',
        transport,
        entrance,
        principal,
        operation,
        outcome,
        reason: reasonText(reason),
        traceId,
      });
      const made = new OnRecord(refused, reason);
      known.set(told, made);
      return made;
    },
    told({ traceId }, error) {
      const reason = coded(error, traceId);
      const appError = reason instanceof AppError ? reason : reasonOf(reason);
      known.set(appError, new OnRecord(refusal(appError), appError));
      return appError;
    },
  };
}
