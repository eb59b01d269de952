/**
 * What a folder beside this file holds: one small supergraph and the operations it must answer.
 *
 *   <name>/graph.ts   the subgraphs: SDL and resolvers over a few objects in memory
 *   <name>/cases.ts   operations, each with the data and errors that the Federation specification demands
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { SubgraphAnswer } from '../../src/subgraphs/subgraph.ts';

export interface FederationGraph {
  /** What of Federation it is about. */
  readonly about: string;
  readonly subgraphs: Readonly<Record<string, SubgraphDefinition>>;
  /** Override labels that are on. */
  readonly labels?: readonly string[];
  /** Other than the gateway's own bound. */
  readonly maxAnswerBytes?: number;
  /** Makes what services hold what it was at first; absent where they hold nothing. Called before each operation. */
  readonly reset?: () => void;
  /** What services have done since, in order. Executors must have had them do the same. */
  readonly journal?: () => readonly string[];
  /**
   * Of a subscription's root field, the field of queries that gives one of its events: it takes `event: Int!` besides. So
   * an executor that cannot subscribe can be asked what each event should be.
   */
  readonly eventTwins?: Readonly<Record<string, string>>;
  /** Why Apollo's gateway cannot load it; absent where it can. */
  readonly stockCannotLoad?: string;
  /** Operations that Apollo's executor is known to get wrong here; a case of the suite shows it. */
  readonly stockMistakes?: { readonly operations: RegExp; readonly because: string };
}

export interface SubgraphDefinition {
  readonly sdl: string;
  readonly resolvers: Readonly<Record<string, object>>;
}

export interface FederationCase {
  /** Completes "the answer …". */
  readonly title: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly tenant?: string;
  /** Absent for a subscription. */
  readonly data?: unknown;
  /** Of a subscription. */
  readonly events?: readonly ExpectedEvent[];
  readonly errors?: readonly ExpectedError[];
  /** The same answer in parts: the first, then those that follow, which have no order. */
  readonly parts?: readonly unknown[];
  /** How often each service is asked; absent where it does not matter. */
  readonly fetches?: Readonly<Record<string, number>>;
  /** How many entities each service is asked for, in all. */
  readonly entities?: Readonly<Record<string, number>>;
  /** Services that do not answer. */
  readonly down?: readonly string[];
  /** What a service answers instead, whatever it is asked. */
  readonly answers?: Readonly<Record<string, SubgraphAnswer>>;
  /** Why Apollo's executor answers otherwise. It is tried, and has to. */
  readonly stockDiffers?: string;
}

export interface ExpectedEvent {
  readonly data: unknown;
  readonly errors?: readonly ExpectedError[];
}

export interface ExpectedError {
  readonly path?: readonly (string | number)[];
  readonly code: string;
  readonly service?: string;
  readonly message?: string;
}

export const specification = 'https://specs.apollo.dev/federation/v2.9';

/** The schema extension that a subgraph begins with. */
export function imports(...names: readonly string[]): string {
  return `extend schema @link(url: "${specification}", import: [${names.map((name) => `"${name}"`).join(', ')}])\n`;
}

/** Resolves references by these keys; what the reference carries beside them (`@requires`) stays on the object. */
export function byKey<Row extends object>(rows: readonly Row[], ...keys: readonly (keyof Row)[]) {
  return (reference: Partial<Row>): Row | null => {
    const row = rows.find((candidate) => keys.every((key) => candidate[key] === reference[key]));
    return row ? { ...reference, ...row } : null;
  };
}

/** Fails as a service does that knows why. */
export function refuse(code: string, message: string): never {
  throw new GraphQLError(message, { extensions: { code } });
}

export function expectedOf(errors: readonly GraphQLFormattedError[] | undefined): readonly ExpectedError[] {
  return (errors ?? []).map(({ message, path, extensions }) => ({
    message,
    code: String(extensions?.['code']),
    ...(path ? { path } : {}),
    ...(extensions?.['serviceName'] === undefined ? {} : { service: String(extensions['serviceName']) }),
  }));
}
