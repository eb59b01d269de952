/** The one way in: who, how much, what. Every transport asks here before any work is done. */
import { AppError } from '@fathom/platform/errors';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Principal } from '../auth/principal.ts';
import { authorise } from '../authorisation/authorisation.ts';
import { raise } from '../errors.ts';
import type { Budgets } from '../limits/budgets.ts';
import type { Concurrency } from '../limits/concurrency.ts';
import { type Demand, demandsOf } from '../limits/generation-demand.ts';
import type { RateLimiter } from '../limits/rate-limit.ts';
import type { PersistedOperations, SafelistMode } from '../persisted/persisted-operations.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { AdmittedOperation, PreparedOperation, RawOperation } from './operation.ts';
import { factsOf, factsOfUnread, ofOperation } from './operation-facts.ts';
import type { OperationPreparer } from './prepare.ts';
import type { SentOperation } from './raw-operation.ts';
import { isRefusal, type Refusal, refusal } from './refusal.ts';

export interface AdmissionOptions {
  /** A connection, or a body that comes slowly, may be older than the revocation of its key. */
  readonly authenticator: Pick<Authenticator, 'confirm'>;
  readonly preparer: OperationPreparer;
  readonly rateLimiter: RateLimiter;
  readonly concurrency: Pick<Concurrency, 'requireRoom'>;
  readonly persisted: PersistedOperations;
  readonly safelist: SafelistMode;
  /** Absent where nothing is counted. */
  readonly budgets: Pick<Budgets, 'charge'> | undefined;
  /** Whether introspection needs no credentials. */
  readonly publicIntrospection: boolean;
  readonly now?: () => number;
}

export interface Asking {
  readonly principal: Principal | undefined;
  readonly sent: SentOperation;
  readonly traceId: string;
}

export interface Admission {
  admit(snapshot: Snapshot, asking: Asking): Promise<AdmittedOperation | Refusal>;
  /** For what is no operation, and counts as one. Throws AppError. */
  admitCaller(principal: Principal): Promise<void>;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const {
    authenticator,
    preparer,
    rateLimiter,
    concurrency,
    persisted,
    safelist,
    budgets,
    publicIntrospection,
    now = Date.now,
  } = options;

  /** Throws at once where nothing has to be asked for. */
  function admitCaller(principal: Principal): Promise<void> {
    if (principal.expiresAt && principal.expiresAt.getTime() <= now())
      throw raise(principal.isKey ? 'KEY_EXPIRED' : 'TOKEN_EXPIRED');
    const confirmed = authenticator.confirm(principal);
    return confirmed ? confirmed.then(() => takePlace(principal)) : takePlace(principal);
  }

  function takePlace(principal: Principal): Promise<void> {
    const room = concurrency.requireRoom(principal);
    return room ? room.then(() => rateLimiter.take(principal)) : rateLimiter.take(principal);
  }

  /** Last, so that nothing is charged for what is refused. */
  async function charge(
    operation: AdmittedOperation,
    demands: readonly Demand[],
    { principal, traceId }: { readonly principal: Principal; readonly traceId: string },
  ): Promise<AdmittedOperation | Refusal> {
    if (!budgets) return operation;
    try {
      return { ...operation, charge: await budgets.charge(principal, demands, traceId) };
    } catch (error) {
      if (error instanceof AppError) return refusal(error);
      throw error;
    }
  }

  return {
    admitCaller,
    async admit(snapshot, { principal, sent, traceId }) {
      let known: PreparedOperation | AdmittedOperation | undefined;
      /** With what is known of the operation by then. */
      const refuse = (why: AppError | Refusal): Refusal =>
        ofOperation(
          why instanceof AppError ? refusal(why) : why,
          known ? { ...factsOf(known), ...costIn(why) } : factsOfUnread(sent),
        );
      let raw: RawOperation;
      try {
        if (!principal && !publicIntrospection) throw raise('UNAUTHENTICATED');
        if (principal) await admitCaller(principal);
        const { operationName, variables, extensions, lastEventId } = sent;
        raw = { query: persisted.textOf(sent), operationName, variables, extensions, lastEventId };
      } catch (error) {
        if (error instanceof AppError) return refuse(error);
        throw error;
      }
      const prepared = preparer.prepare(snapshot, raw);
      if (!principal && (isRefusal(prepared) || !prepared.introspectionOnly))
        return refuse(raise('UNAUTHENTICATED'));
      if (isRefusal(prepared)) return refuse(prepared);
      known = prepared;
      try {
        if (!prepared.introspectionOnly) persisted.requireListed(raw.query, prepared.document, safelist);
      } catch (error) {
        if (error instanceof AppError) return refuse(error);
        throw error;
      }
      const admitted = preparer.admit(snapshot, prepared, raw);
      if (isRefusal(admitted)) return refuse(admitted);
      known = admitted;
      const allowed = authorise(snapshot, principal, admitted);
      if (isRefusal(allowed)) return refuse(allowed);
      if (!principal || !budgets) return allowed;
      const { operation, fragments, variables } = allowed;
      const demands = demandsOf({ operation, fragments, variables, schema: snapshot.apiSchema });
      if (demands.length === 0) return allowed;
      const charged = await charge(allowed, demands, { principal, traceId });
      return isRefusal(charged) ? refuse(charged) : charged;
    },
  };
}

/** Of what could cost too much, its refusal says what. */
function costIn(why: AppError | Refusal): { readonly cost?: number } {
  const details = why instanceof AppError ? why.details : why.errors[0]?.extensions;
  const cost = details?.['cost'];
  return typeof cost === 'number' ? { cost } : {};
}
