/**
 * The cost of an operation, worked out once for each setting of what it depends on: the numbers among its variables,
 * which say how long lists may be. Most operations have none, or few that occur again and again.
 */
import { BoundedMap } from './bounded-map.ts';

/** Settings remembered of one operation. */
const maxSettings = 64;

export type CostMemo<Operation> = (
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
) => number;

export function createCostMemo<Operation extends object>(costOf: CostMemo<Operation>): CostMemo<Operation> {
  const known = new WeakMap<Operation, Map<string, number>>();
  return (operation, variables) => {
    let ofOperation = known.get(operation);
    if (!ofOperation) {
      ofOperation = new BoundedMap<string, number>(maxSettings);
      known.set(operation, ofOperation);
    }
    const key = numbersOf(variables);
    const remembered = ofOperation.get(key);
    if (remembered !== undefined) return remembered;
    const cost = costOf(operation, variables);
    ofOperation.set(key, cost);
    return cost;
  };
}

function numbersOf(variables: Readonly<Record<string, unknown>>): string {
  let key = '';
  for (const name in variables) if (typeof variables[name] === 'number') key += `${name}=${variables[name]},`;
  return key;
}
