/** What the executor knows of a service: it can be asked. How (HTTP, in this process) is the service's own affair. */
import type { GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../context.ts';

export interface SubgraphOperation {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly isMutation: boolean;
  /** The request's JSON up to the variables, made once an operation: `{"query":"…","variables":`. */
  readonly bodyPrefix: string;
}

export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  /** Of its JSON; absent where it was made in this process. */
  readonly bytes?: number | undefined;
}

export interface Subgraph {
  /**
   * Throws AppError where no answer can be had, and ClientGone where nobody waits for it. The answer belongs to the
   * caller, who may change it.
   */
  ask(operation: SubgraphOperation, variablesJson: string, context: GatewayContext): Promise<SubgraphAnswer>;
}

export function subgraphOperation(query: string, operationName: string | undefined): SubgraphOperation {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return {
    query,
    operationName,
    isMutation: query.startsWith('mutation'),
    bodyPrefix: `{"query":${JSON.stringify(query)}${name},"variables":`,
  };
}
