/**
 * A service as Apollo's executor asks it: the same connection, limits and errors as this gateway's own executor has. What one answer may
 * need and hold is counted here, over all services, since that executor puts together whatever comes. It asks for an entity at each
 * of its places, so the bytes of its copies are counted as they come.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import { AppError } from '@fathom/platform/errors';
import type { GatewayContext } from '../context.ts';
import { AnswerSize } from '../execution/answer-size.ts';
import { maxEntitiesPerAnswer, tooManyEntities } from '../execution/asked-entities.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import { toGraphQLError } from '../operations/refusal.ts';
import { type Subgraph, type SubgraphOperation, subgraphOperation } from './subgraph.ts';

const maxOperations = 500;

interface Needed {
  readonly size: AnswerSize;
  entities: number;
}

/** What answers need so far, by the context of their operation. */
export interface AnswersUnderWay {
  of(context: object): Needed;
}

export function createAnswersUnderWay(maxAnswerBytes: number): AnswersUnderWay {
  const known = new WeakMap<object, Needed>();
  return {
    of(context) {
      let needed = known.get(context);
      if (!needed) {
        needed = { size: new AnswerSize(maxAnswerBytes), entities: 0 };
        known.set(context, needed);
      }
      return needed;
    },
  };
}

export interface ApolloDataSourceOptions {
  readonly service: string;
  readonly subgraph: Subgraph;
  readonly answers: AnswersUnderWay;
}

export function createApolloDataSource({
  service,
  subgraph,
  answers,
}: ApolloDataSourceOptions): GraphQLDataSource<GatewayContext> {
  const operations = new BoundedMap<string, SubgraphOperation>(maxOperations);

  function operationOf(query: string, operationName: string | undefined): SubgraphOperation {
    const known = operations.get(query);
    if (known) return known;
    const operation = subgraphOperation(query, operationName);
    operations.set(query, operation);
    return operation;
  }

  return {
    async process({ request, context }) {
      const operation = operationOf(request.query ?? '', request.operationName);
      const needed = answers.of(context);
      try {
        const representations: unknown = request.variables?.['representations'];
        if (Array.isArray(representations)) needed.entities += representations.length;
        if (needed.entities > maxEntitiesPerAnswer) throw tooManyEntities(service);
        if (needed.size.isExceeded) throw needed.size.refusal(service);
        const answer = await subgraph.ask(
          operation,
          JSON.stringify(request.variables ?? {}),
          context as GatewayContext,
        );
        if (!needed.size.add(answer.bytes ?? 0)) throw needed.size.refusal(service);
        return answer as Awaited<ReturnType<GraphQLDataSource['process']>>;
      } catch (error) {
        throw error instanceof AppError ? toGraphQLError(error) : error;
      }
    },
  };
}
