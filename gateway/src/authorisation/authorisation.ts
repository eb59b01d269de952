/**
 * Which parts of an operation its sender may have. Judged once for each kind of sender and document: senders who meet
 * the same requirements get the same remainder, and with it the same plan.
 */
import type { DocumentNode, FormattedExecutionResult } from 'graphql';
import type { Principal } from '../auth/principal.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { type Refusal, refusal } from '../operations/refusal.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { forbiddenError } from './forbidden.ts';
import { isMet } from './requirements.ts';
import { restoreWithheld } from './restore.ts';
import {
  type OriginalOperation,
  type Remainder,
  type WithheldParts,
  withheldRootFields,
  withhold,
} from './withhold.ts';

/** Kinds of senders that one document is remembered for. */
const maxKinds = 16;
const remainders = new WeakMap<Snapshot, WeakMap<DocumentNode, Map<string, Remainder | undefined>>>();

/** The operation, without what is withheld. A subscription that may not be had is refused: it would have no events. */
export function authorise(
  snapshot: Snapshot,
  principal: Principal | undefined,
  operation: AdmittedOperation,
): AdmittedOperation | Refusal {
  const { distinct } = snapshot.requirements;
  if (distinct.length === 0) return operation;
  const met = distinct.map((requirement) => isMet(requirement, principal));
  if (!met.includes(false)) return operation;
  const remainder = remainderOf(snapshot, operation, met);
  if (!remainder) return operation;
  const { withheld } = remainder;
  const [refused] = operation.kind === 'subscription' ? withheldRootFields(withheld) : [];
  if (refused) return refusal(forbiddenError(refused));
  return { ...operation, ...remainder };
}

/** Whether a sender may have what an operation begins with. What lies within is judged when it is sent. */
export function mayBegin(
  snapshot: Snapshot,
  principal: Principal | undefined,
  operation: OriginalOperation,
): boolean {
  const remainder = withhold(operation, {
    schema: snapshot.supergraphSchema,
    requirements: snapshot.requirements,
    isUnmet: (requirement) => !isMet(requirement, principal),
  });
  return !remainder || withheldRootFields(remainder.withheld).length === 0;
}

function remainderOf(
  snapshot: Snapshot,
  operation: AdmittedOperation,
  met: readonly boolean[],
): Remainder | undefined {
  const ofSnapshot = remainders.get(snapshot) ?? new WeakMap();
  remainders.set(snapshot, ofSnapshot);
  const ofDocument: Map<string, Remainder | undefined> =
    ofSnapshot.get(operation.document) ?? new BoundedMap<string, Remainder | undefined>(maxKinds);
  ofSnapshot.set(operation.document, ofDocument);
  // One document may hold several operations.
  const kind = `${operation.operationName ?? ''} ${met.map(Number).join('')}`;
  if (ofDocument.has(kind)) return ofDocument.get(kind);
  const { distinct } = snapshot.requirements;
  const remainder = withhold(operation, {
    schema: snapshot.supergraphSchema,
    requirements: snapshot.requirements,
    isUnmet: (requirement) => !met[distinct.indexOf(requirement)],
  });
  ofDocument.set(kind, remainder);
  return remainder;
}

/** Runs what is left of an operation, and answers what was asked. */
export function answerWithheld(
  snapshot: Snapshot,
  operation: AdmittedOperation,
  run: () => Promise<FormattedExecutionResult>,
): Promise<FormattedExecutionResult> {
  return operation.withheld ? restored(snapshot, operation, operation.withheld, run) : run();
}

async function restored(
  snapshot: Snapshot,
  { variables }: AdmittedOperation,
  withheld: WithheldParts,
  run: () => Promise<FormattedExecutionResult>,
): Promise<FormattedExecutionResult> {
  const result = withheld.isEmpty ? { data: {} } : await run();
  return restoreWithheld(result, { schema: snapshot.supergraphSchema, withheld, variables });
}
