/** What one operation carries through planner, executor and data sources, from the client's socket to the subgraphs. */
import type { RequestToProve } from '@fathom/platform/identity-proof';
import type { Logger } from 'pino';
import type { Principal } from './auth/principal.ts';
import type { Leaving } from './departure.ts';

export interface GatewayContext {
  /** Absent only for introspection without credentials, which reaches no subgraph. */
  readonly principal: Principal | undefined;
  /** The signed identity that a service accepts with this one request; a retry asks again. A promise only where it must be. */
  readonly identityFor: (request: RequestToProve) => string | Promise<string>;
  /** Aborted when the client has gone or the operation is over. */
  readonly signal: Leaving;
  /** W3C trace headers for whatever the operation causes. */
  readonly traceHeaders: () => Readonly<Record<string, string>>;
  readonly traceId: string;
  /** The client may see, and asked for, the plan of its operation. */
  readonly showsQueryPlan?: boolean;
  readonly logger: Logger;
}
