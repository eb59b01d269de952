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
import type { FetchStep, Step } from './compile-plan.ts';
import { type ErrorPlaces, failedFetchErrors, subgraphErrors } from './fetch-errors.ts';
import { copyOf, merge } from './merge.ts';
import { isObject, type JsonObject, type Path } from './shape-answer.ts';
import { SharedAsks } from './shared-asks.ts';
import { collectTargets, type Place, placesOf, type TargetPath } from './targets.ts';

export interface RunOptions {
  readonly subgraphs: Readonly<Record<string, Subgraph>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
  readonly clientNames: ReadonlyMap<string, string>;
  readonly isObjectTypeName: (name: unknown) => boolean;
}

export interface RunResult {
  readonly data: JsonObject;
  readonly errors: readonly GraphQLFormattedError[];
}

export async function runPlan(step: Step | undefined, options: RunOptions): Promise<RunResult> {
  const run = new PlanRun(options);
  if (step) await run.step(step, { path: [], targets: [run.data] });
  return { data: run.data, errors: run.errors };
}

interface Cursor {
  readonly path: TargetPath;
  readonly targets: readonly JsonObject[];
}

/** One entity as it is asked for, and the objects that it fills. */
interface Asked {
  readonly json: string;
  readonly targets: JsonObject[];
}

class PlanRun {
  readonly data: JsonObject = {};
  readonly errors: GraphQLFormattedError[] = [];
  readonly #options: RunOptions;
  readonly #inFlight = new SharedAsks();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async step(step: Step, cursor: Cursor): Promise<void> {
    switch (step.kind) {
      case 'sequence':
        for (const next of step.steps) await this.step(next, cursor);
        return;
      case 'parallel':
        await Promise.all(step.steps.map((next) => this.step(next, cursor)));
        return;
      case 'flatten': {
        const targets = collectTargets(cursor.targets, step.path);
        if (targets.length > 0) await this.step(step.step, { path: [...cursor.path, ...step.path], targets });
        return;
      }
      case 'condition': {
        const branch = this.#options.variables[step.variable] === true ? step.ifTrue : step.ifFalse;
        if (branch) await this.step(branch, cursor);
        return;
      }
      case 'fetch':
        await (step.represent ? this.#fetchEntities(step, cursor) : this.#fetchRoot(step, cursor));
    }
  }

  // --- root fields -----------------------------------------------------------------------------------------------

  async #fetchRoot(step: FetchStep, cursor: Cursor): Promise<void> {
    const here = () => [...this.#placesOf(cursor).values()].map(({ path }) => path);
    const places: ErrorPlaces = {
      of: (path) => (path ? here().map((at) => this.#named([...at, ...path])) : []),
      all: () => here().flatMap((at) => step.rootNames.map((name) => this.#named([...at, name]))),
    };
    const answer = await this.#ask(step, this.#variablesJson(step), places);
    if (!isObject(answer?.data)) return;
    step.rewriteAnswer?.(answer.data);
    this.#fill(cursor.targets, answer.data);
  }

  // --- entities --------------------------------------------------------------------------------------------------

  async #fetchEntities(step: FetchStep, cursor: Cursor): Promise<void> {
    if (!step.contextArguments) return this.#fetchAlike(step, cursor, {});
    const places = this.#placesOf(cursor);
    const groups = new Map<string, { values: Readonly<Record<string, unknown>>; targets: JsonObject[] }>();
    for (const target of cursor.targets) {
      const values = step.contextArguments(places.get(target) ?? rootPlace, target);
      const key = JSON.stringify(values);
      const group = groups.get(key) ?? { values, targets: [] };
      group.targets.push(target);
      groups.set(key, group);
    }
    await Promise.all(
      [...groups.values()].map(({ values, targets }) =>
        this.#fetchAlike(step, { ...cursor, targets }, values),
      ),
    );
  }

  /** Entities that take the same arguments from their context, or none. */
  async #fetchAlike(
    step: FetchStep,
    cursor: Cursor,
    fromContext: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const asked = representationsOf(step, cursor.targets);
    if (asked.length === 0) return;
    const places: ErrorPlaces = {
      of: (path) => this.#placesOfEntityError(cursor, asked, path),
      all: () =>
        this.#pathsOf(
          cursor,
          asked.flatMap(({ targets }) => targets),
        ),
    };
    const representations = `"representations":[${asked.map(({ json }) => json).join()}]`;
    const answer = await this.#ask(step, this.#variablesJson(step, representations, fromContext), places);
    if (!answer?.data) return;
    const entities = answer.data['_entities'];
    if (!Array.isArray(entities) || entities.length !== asked.length) {
      const because = `${step.service} did not answer with one entity for each of the ${asked.length} it was asked for`;
      this.#fail(raise('SUBGRAPH_BAD_ANSWER', { because, details: { serviceName: step.service } }), places);
      return;
    }
    for (const [index, { targets }] of asked.entries()) {
      const entity: unknown = entities[index];
      if (!isObject(entity)) continue;
      // Which type it is, rewrites want to know; whoever asked knew.
      entity['__typename'] ??= targets[0]?.['__typename'];
      step.rewriteAnswer?.(entity);
      this.#fill(targets, entity);
    }
  }

  #placesOfEntityError(cursor: Cursor, asked: readonly Asked[], path: Path | undefined): readonly Path[] {
    const [field, index, ...below] = path ?? [];
    if (field !== '_entities') return [];
    if (typeof index !== 'number')
      return this.#pathsOf(
        cursor,
        asked.flatMap(({ targets }) => targets),
      ).slice(0, 1);
    const places = this.#pathsOf(cursor, asked[index]?.targets ?? []);
    return places.map((at) => [...at, ...this.#named(below)]);
  }

  // --- both ------------------------------------------------------------------------------------------------------

  /** `undefined` where no answer came; what is missing for it is told already. */
  async #ask(
    step: FetchStep,
    variablesJson: string,
    places: ErrorPlaces,
  ): Promise<SubgraphAnswer | undefined> {
    try {
      const answer = await this.#askOnce(step, variablesJson);
      if (!answer.data && !answer.errors?.length)
        throw raise('SUBGRAPH_BAD_ANSWER', {
          because: `${step.service} answered with neither data nor an error`,
          details: { serviceName: step.service },
        });
      for (const error of answer.errors ?? [])
        this.errors.push(...subgraphErrors(step.service, error, places));
      return answer;
    } catch (error) {
      this.#fail(error, places);
      return undefined;
    }
  }

  #askOnce(step: FetchStep, variablesJson: string): Promise<SubgraphAnswer> {
    const subgraph = this.#options.subgraphs[step.service];
    if (!subgraph) throw new Error(`the plan names ${step.service}, which is no service of the supergraph`);
    const ask = () => subgraph.ask(step.operation, variablesJson, this.#options.context);
    return step.operation.isMutation ? ask() : this.#inFlight.ask(`${step.identity} ${variablesJson}`, ask);
  }

  #variablesJson(
    step: FetchStep,
    representations?: string,
    fromContext: Readonly<Record<string, unknown>> = {},
  ): string {
    const { variables } = this.#options;
    const parts = representations === undefined ? [] : [representations];
    for (const name of step.variables)
      if (variables[name] !== undefined)
        parts.push(`${JSON.stringify(name)}:${JSON.stringify(variables[name])}`);
    for (const [name, value] of Object.entries(fromContext)) parts.push(`"${name}":${JSON.stringify(value)}`);
    return `{${parts.join()}}`;
  }

  #fill(targets: readonly JsonObject[], answer: JsonObject): void {
    const { isObjectTypeName } = this.#options;
    // The first comes last, so that the copies are made of what nobody has merged into yet.
    for (let index = targets.length - 1; index >= 0; index -= 1) {
      const target = targets[index];
      if (target) merge(target, index === 0 ? answer : copyOf(answer), isObjectTypeName);
    }
  }

  #fail(error: unknown, places: ErrorPlaces): void {
    this.errors.push(...failedFetchErrors(error, places, this.#options.context));
  }

  #placesOf(cursor: Cursor): ReadonlyMap<JsonObject, Place> {
    return placesOf(this.data, cursor.path);
  }

  #pathsOf(cursor: Cursor, targets: readonly JsonObject[]): readonly Path[] {
    const places = this.#placesOf(cursor);
    return targets.map((target) => this.#named(places.get(target)?.path ?? []));
  }

  #named(path: Path): Path {
    const { clientNames } = this.#options;
    if (clientNames.size === 0) return path;
    return path.map((element) =>
      typeof element === 'string' ? (clientNames.get(element) ?? element) : element,
    );
  }
}

const rootPlace: Place = { path: [], ancestors: [] };

/** Each entity once, however often it occurs: the JSON of a representation is its identity. */
function representationsOf({ represent }: FetchStep, targets: readonly JsonObject[]): readonly Asked[] {
  const asked = new Map<string, Asked>();
  for (const target of targets) {
    const representation = represent?.(target);
    if (!representation) continue;
    const json = JSON.stringify(representation);
    const known = asked.get(json);
    if (known) known.targets.push(target);
    else asked.set(json, { json, targets: [target] });
  }
  return [...asked.values()];
}
