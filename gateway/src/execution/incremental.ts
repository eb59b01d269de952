/**
 * An answer in parts: the first as soon as its part of the plan has run, then each deferred fragment, in every object
 * that has it, when what it needs was fetched. The parts together are the whole answer.
 *
 * All parts are fetched into one tree of data. A part that is ready before the one it lies in waits for it, since it
 * means nothing to a client that has not seen its object.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { formatExecutionError } from '../operations/format-result.ts';
import { DeferredBlocks } from './deferred-blocks.ts';
import { problemErrors } from './fetch-errors.ts';
import type { OperationPlan } from './operation-plan.ts';
import { type RunOptions, runFirstPart } from './run-plan.ts';
import { type Path, type PendingPart, type ShapedAnswer, shapeAnswer, shapePart } from './shape-answer.ts';

/** As the incremental delivery of 2022-08-24 has them (`deferSpec=20220824`). */
export type AnswerPart =
  | (FormattedExecutionResult & { readonly hasNext: boolean })
  | { readonly incremental: readonly IncrementalPart[]; readonly hasNext: boolean };

export interface IncrementalPart {
  readonly label?: string;
  readonly path: Path;
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface IncrementalOptions extends RunOptions {
  /** By the label that it was planned with, the client's own. */
  readonly clientLabels: ReadonlyMap<string, string | undefined>;
}

export async function* answerInParts(
  plan: OperationPlan,
  options: IncrementalOptions,
): AsyncGenerator<AnswerPart, void, void> {
  const { variables, context } = options;
  const introspect = plan.introspect(variables);
  const blocks = new DeferredBlocks((error) => formatExecutionError(error, context));
  const { data: fetched, errors } = await runFirstPart(plan.step, blocks, options);
  const first = shapeAnswer(plan.shapeFor(variables), plan.rootType, fetched, introspect);
  let pending = first.pending;
  const firstErrors = [...errors, ...problemErrors(first.problems, errors)];
  yield {
    ...(firstErrors.length > 0 ? { errors: firstErrors } : {}),
    data: first.data,
    hasNext: pending.length > 0,
  };

  const ready = new Map<string, GraphQLFormattedError[]>();
  while (pending.length > 0) {
    const next = await blocks.next();
    for (const block of next) ready.set(block.label, [...block.errors]);
    // What was planned with another part is ready when there is nothing left to wait for.
    const isReady = next.length === 0 ? () => true : ({ label }: PendingPart) => ready.has(label);
    const incremental: IncrementalPart[] = [];
    for (;;) {
      const now = pending.filter(isReady);
      if (now.length === 0) break;
      pending = pending.filter((part) => !isReady(part));
      for (const part of now) {
        const shaped = shapePart(part, introspect);
        incremental.push(partOf(part, shaped, ready.get(part.label) ?? [], options));
        pending = [...pending, ...shaped.pending];
      }
    }
    if (incremental.length > 0) yield { incremental, hasNext: pending.length > 0 };
  }
}

/** `errors` are those of the block that nobody has been told yet; what this part tells is taken out. */
function partOf(
  { label, path }: PendingPart,
  { data, problems }: ShapedAnswer,
  errors: GraphQLFormattedError[],
  { clientLabels }: IncrementalOptions,
): IncrementalPart {
  const mine = errors.filter((error) => isWithin(path, error.path));
  for (const error of mine) errors.splice(errors.indexOf(error), 1);
  const all = [...mine, ...problemErrors(problems, mine)];
  const clientLabel = clientLabels.get(label);
  return {
    ...(clientLabel === undefined ? {} : { label: clientLabel }),
    path,
    data,
    ...(all.length > 0 ? { errors: all } : {}),
  };
}

/** An error that names no place belongs to the first part that is told. */
function isWithin(path: Path, errorPath: Path | undefined): boolean {
  return errorPath === undefined || path.every((element, index) => errorPath[index] === element);
}
