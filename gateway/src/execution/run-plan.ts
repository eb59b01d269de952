/**
 * Walks a compiled plan: asks the subgraphs and merges what they answer into one tree of data, which is shaped when the
 * walk has ended.
 *
 *   fetch of root fields   answer ------------------------------------------------------> merged at the root
 *   fetch of entities      targets -> representations, each once -> answer[i] ----------> merged into every target of i
 *
 * Invariants: one failed fetch leaves the others' data in place and says what is missing; a mutation is sent once; two
 * fetches of one request that ask the same of the same service are sent once; no two places of the data share an object.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import type { Subgraph, SubgraphAnswer } from '../subgraphs/subgraph.ts';
import { type Answer, type Cursor, entityPlaces, placesBelow, rootPlaces } from './answer-places.ts';
import { AnswerSize } from './answer-size.ts';
import {
  type Asked,
  batchesOf,
  entityKeys,
  maxEntitiesPerAnswer,
  maxEntitiesPerFetch,
  representationsOf,
  tooManyEntities,
} from './asked-entities.ts';
import type { DeferStep, FetchStep, Step } from './compile-plan.ts';
import type { DeferredBlocks } from './deferred-blocks.ts';
import type { EntityMemo } from './entity-memo.ts';
import { type ErrorPlaces, failedFetchErrors, subgraphErrors } from './fetch-errors.ts';
import { copyOf, merge } from './merge.ts';
import { isObject, type JsonObject } from './shape-answer.ts';
import { SharedAsks } from './shared-asks.ts';
import { collectTargets, type Place } from './targets.ts';

export interface RunOptions {
  readonly subgraphs: Readonly<Record<string, Subgraph>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
  readonly clientNames: ReadonlyMap<string, string>;
  readonly isObjectTypeName: (name: unknown) => boolean;
  /** Of the answer, or of what is fetched for an event. */
  readonly maxAnswerBytes: number;
  /** Of a subscription. */
  readonly memo?: EntityMemo | undefined;
}

export interface RunResult {
  readonly data: JsonObject;
  readonly errors: readonly GraphQLFormattedError[];
}

export interface RunningPlan extends RunResult {
  /** Until it resolves, data and errors grow. Absent where nothing had to be fetched. */
  readonly ended: Promise<unknown> | undefined;
}

export function runPlan(step: Step | undefined, options: RunOptions): RunningPlan {
  const run = new PlanRun(options);
  const ended = step && run.step(step, { path: [], targets: [run.data] });
  return { data: run.data, errors: run.errors, ended };
}

/** As {@link runPlan}, where a subgraph has sent what the first fetch would bring: an event of a subscription. */
export async function runEvent(
  event: SubgraphAnswer,
  { primary, rest }: { readonly primary: FetchStep; readonly rest: Step | undefined },
  options: RunOptions,
): Promise<RunResult> {
  const run = new PlanRun(options);
  const root: Cursor = { path: [], targets: [run.data] };
  run.receive(primary, event, root);
  if (rest) await run.step(rest, root);
  return { data: run.data, errors: run.errors };
}

/** As {@link runPlan}; resolves with the first part, and `blocks` tells when the others are ready in the same data. */
export async function runFirstPart(
  step: Step | undefined,
  blocks: DeferredBlocks,
  options: RunOptions,
): Promise<RunResult> {
  const run = new PlanRun(options, sharedBy(options, blocks));
  if (step) await run.step(step, { path: [], targets: [run.data] });
  return { data: run.data, errors: run.errors };
}

interface AskedEntities {
  readonly asked: readonly Asked[];
  readonly cursor: Cursor;
  readonly places: ErrorPlaces;
  /** Absent where nothing is remembered. */
  readonly keyOf: ((entity: Asked) => string) | undefined;
}

/** What the parts of one answer share. */
interface Shared {
  readonly data: JsonObject;
  readonly inFlight: SharedAsks;
  /** Absent where nothing is deferred. */
  readonly blocks: DeferredBlocks | undefined;
  readonly size: AnswerSize;
  /** Asked for so far, those of each fetch once. */
  entities: number;
}

const sharedBy = ({ maxAnswerBytes }: RunOptions, blocks?: DeferredBlocks): Shared => ({
  data: {},
  inFlight: new SharedAsks(),
  blocks,
  size: new AnswerSize(maxAnswerBytes),
  entities: 0,
});

class PlanRun {
  readonly data: JsonObject;
  readonly errors: GraphQLFormattedError[] = [];
  readonly #options: RunOptions;
  readonly #shared: Shared;
  readonly #answer: Answer;

  constructor(options: RunOptions, shared = sharedBy(options)) {
    this.#options = options;
    this.#shared = shared;
    this.data = this.#shared.data;
    const { clientNames, variables } = options;
    this.#answer = { data: this.data, clientNames, variables };
  }

  /** A promise only where something is fetched; each costs twice where traces follow them. */
  step(step: Step, cursor: Cursor): Promise<unknown> | undefined {
    switch (step.kind) {
      case 'sequence':
        return this.#sequence(step.steps, cursor);
      case 'parallel':
        return Promise.all(step.steps.map((next) => this.step(next, cursor)));
      case 'flatten': {
        const targets = collectTargets(cursor.targets, step.path);
        if (targets.length === 0) return undefined;
        return this.step(step.step, { path: [...cursor.path, ...step.path], targets });
      }
      case 'condition': {
        const branch = this.#options.variables[step.variable] === true ? step.ifTrue : step.ifFalse;
        return branch && this.step(branch, cursor);
      }
      case 'defer':
        return this.#defer(step, cursor);
      case 'fetch':
        return step.id === undefined ? this.#fetch(step, cursor) : this.#fetchAwaited(step, step.id, cursor);
    }
  }

  #fetch(step: FetchStep, cursor: Cursor): Promise<unknown> | undefined {
    return step.represent ? this.#fetchEntities(step, cursor) : this.#fetchRoot(step, cursor);
  }

  async #fetchAwaited(step: FetchStep, id: string, cursor: Cursor): Promise<void> {
    await this.#fetch(step, cursor);
    this.#shared.blocks?.ended([id]);
  }

  /** Resolves with the primary part. */
  async #defer(step: DeferStep, cursor: Cursor): Promise<void> {
    const { blocks } = this.#shared;
    if (!blocks) throw new Error('the plan of an answer that goes out whole defers something');
    for (const { label, dependsOn, step: deferred } of step.deferred)
      blocks.begin(label, dependsOn, async () => {
        const run = new PlanRun(this.#options, this.#shared);
        if (deferred && !this.#options.context.signal.aborted) await run.step(deferred, cursor);
        return run.errors;
      });
    if (step.primary) await this.step(step.primary, cursor);
    // Also those that were not sent because there was nothing to ask for.
    blocks.ended(step.fetchIds);
  }

  async #sequence(steps: readonly Step[], cursor: Cursor): Promise<void> {
    for (const step of steps) {
      const ended = this.step(step, cursor);
      if (ended) await ended;
    }
  }

  // --- root fields -----------------------------------------------------------------------------------------------

  #fetchRoot(step: FetchStep, cursor: Cursor): Promise<void> {
    const places = rootPlaces(this.#answer, step, cursor);
    return this.#ask(step, this.#variablesJson(step), places, (answer) =>
      this.#fillRoot(step, answer, cursor),
    );
  }

  /** What came without being asked for. */
  receive(step: FetchStep, answer: SubgraphAnswer, cursor: Cursor): void {
    this.#takeErrors(step, answer, rootPlaces(this.#answer, step, cursor));
    this.#fillRoot(step, answer, cursor);
  }

  #fillRoot(step: FetchStep, { data }: SubgraphAnswer, cursor: Cursor): void {
    if (!isObject(data)) return;
    step.rewriteAnswer?.(data);
    if (this.#fill(cursor.targets, data)) return;
    this.#fail(this.#shared.size.refusal(step.service), rootPlaces(this.#answer, step, cursor));
  }

  // --- entities --------------------------------------------------------------------------------------------------

  #fetchEntities(step: FetchStep, cursor: Cursor): Promise<unknown> | undefined {
    if (!step.contextArguments) return this.#fetchAlike(step, cursor, nothing);
    const places = placesBelow(this.#answer, cursor);
    const groups = new Map<string, { values: Readonly<Record<string, unknown>>; targets: JsonObject[] }>();
    for (const target of cursor.targets) {
      const values = step.contextArguments(places.get(target) ?? rootPlace, target);
      const key = JSON.stringify(values);
      const group = groups.get(key) ?? { values, targets: [] };
      group.targets.push(target);
      groups.set(key, group);
    }
    return Promise.all(
      [...groups.values()].map(({ values, targets }) =>
        this.#fetchAlike(step, { ...cursor, targets }, values),
      ),
    );
  }

  /** Entities that take the same arguments from their context, or none. */
  #fetchAlike(
    step: FetchStep,
    cursor: Cursor,
    fromContext: Readonly<Record<string, unknown>>,
  ): Promise<unknown> | undefined {
    const { memo } = this.#options;
    const wanted = representationsOf(step, cursor.targets);
    const keyOf = memo && entityKeys(step, this.#variablesJson(step, undefined, fromContext));
    const asked = keyOf
      ? wanted.filter((entity) => !this.#fillFromMemo(memo, keyOf(entity), entity))
      : wanted;
    if (asked.length === 0) return undefined;
    this.#shared.entities += asked.length;
    if (this.#shared.entities > maxEntitiesPerAnswer) {
      this.#fail(tooManyEntities(step.service), entityPlaces(this.#answer, cursor, asked));
      return undefined;
    }
    const batch = (some: readonly Asked[]): Promise<void> => {
      const places = entityPlaces(this.#answer, cursor, some);
      const representations = `"representations":[${some.map(({ json }) => json).join()}]`;
      const variablesJson = this.#variablesJson(step, representations, fromContext);
      return this.#ask(step, variablesJson, places, (answer) =>
        this.#fillEntities(step, answer, { asked: some, cursor, places, keyOf }),
      );
    };
    if (asked.length <= maxEntitiesPerFetch) return batch(asked);
    return Promise.all(batchesOf(asked).map(batch));
  }

  #fillEntities(step: FetchStep, answer: SubgraphAnswer, entitiesOf: AskedEntities): void {
    const { asked, cursor, places, keyOf } = entitiesOf;
    if (!answer.data) return;
    const { memo } = this.#options;
    const entities: unknown = answer.data['_entities'];
    if (!Array.isArray(entities) || entities.length !== asked.length) {
      const because = `${step.service} did not answer with one entity for each of the ${asked.length} it was asked for`;
      this.#fail(raise('SUBGRAPH_BAD_ANSWER', { because, details: { serviceName: step.service } }), places);
      return;
    }
    const unfilled: Asked[] = [];
    for (const [index, wantedEntity] of asked.entries()) {
      const entity: unknown = entities[index];
      const found = isObject(entity) ? entity : null;
      if (found) {
        // Which type it is, rewrites want to know; whoever asked knew.
        found['__typename'] ??= wantedEntity.targets[0]?.['__typename'];
        step.rewriteAnswer?.(found);
      }
      if (keyOf && !answer.errors?.length) memo?.set(keyOf(wantedEntity), found);
      if (found && !this.#fill(wantedEntity.targets, found)) unfilled.push(wantedEntity);
    }
    if (unfilled.length > 0)
      this.#fail(this.#shared.size.refusal(step.service), entityPlaces(this.#answer, cursor, unfilled));
  }

  #fillFromMemo(memo: EntityMemo, key: string, { targets }: Asked): boolean {
    const entity = memo.get(key);
    return entity !== undefined && (entity === null || this.#fill(targets, entity));
  }

  // --- both ------------------------------------------------------------------------------------------------------

  /** `use` gets the answer; where none came, what is missing for it is told. */
  async #ask(
    step: FetchStep,
    variablesJson: string,
    places: ErrorPlaces,
    use: (answer: SubgraphAnswer) => void,
  ): Promise<void> {
    const { size } = this.#shared;
    let answer: SubgraphAnswer;
    try {
      if (size.isExceeded) throw size.refusal(step.service);
      answer = await this.#askOnce(step, variablesJson);
      if (!size.add(answer.bytes ?? 0)) throw size.refusal(step.service);
      if (!answer.data && !answer.errors?.length)
        throw raise('SUBGRAPH_BAD_ANSWER', {
          because: `${step.service} answered with neither data nor an error`,
          details: { serviceName: step.service },
        });
      this.#takeErrors(step, answer, places);
    } catch (error) {
      this.#fail(error, places);
      return;
    }
    use(answer);
  }

  #takeErrors(step: FetchStep, { errors }: SubgraphAnswer, places: ErrorPlaces): void {
    for (const error of errors ?? []) {
      const told = subgraphErrors(step.service, error, places);
      // One of an entity is told in each of its places.
      const hasRoom = this.#shared.size.addCopies(told.length - 1, error);
      this.errors.push(...(hasRoom ? told : told.slice(0, 1)));
    }
  }

  #askOnce(step: FetchStep, variablesJson: string): Promise<SubgraphAnswer> {
    const subgraph = this.#options.subgraphs[step.service];
    if (!subgraph) throw new Error(`the plan names ${step.service}, which is no service of the supergraph`);
    if (!step.mayRepeat) return subgraph.ask(step.operation, variablesJson, this.#options.context);
    return this.#shared.inFlight.ask(`${step.identity} ${variablesJson}`, () =>
      subgraph.ask(step.operation, variablesJson, this.#options.context),
    );
  }

  #variablesJson(
    step: FetchStep,
    representations?: string,
    fromContext: Readonly<Record<string, unknown>> = nothing,
  ): string {
    const { variables } = this.#options;
    const parts = representations === undefined ? [] : [representations];
    for (const name of step.variables)
      if (variables[name] !== undefined)
        parts.push(`${JSON.stringify(name)}:${JSON.stringify(variables[name])}`);
    for (const name in fromContext) parts.push(`"${name}":${JSON.stringify(fromContext[name])}`);
    return `{${parts.join()}}`;
  }

  /** False where there is no room for so many copies. */
  #fill(targets: readonly JsonObject[], answer: JsonObject): boolean {
    const { isObjectTypeName } = this.#options;
    if (!this.#shared.size.addCopies(targets.length - 1, answer)) return false;
    // The first comes last, so that the copies are made of what nobody has merged into yet.
    for (let index = targets.length - 1; index >= 0; index -= 1) {
      const target = targets[index];
      if (target) merge(target, index === 0 ? answer : copyOf(answer), isObjectTypeName);
    }
    return true;
  }

  #fail(error: unknown, places: ErrorPlaces): void {
    this.errors.push(...failedFetchErrors(error, places, this.#options.context));
  }
}

const rootPlace: Place = { path: [], ancestors: [] };
const nothing: Readonly<Record<string, unknown>> = {};
