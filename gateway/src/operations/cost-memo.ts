/**
 * The cost of an operation, worked out once for each form of its variables: the numbers and switches among them, which say
 * how long lists may be and what is left out, what is null, and how many objects and items there are. What texts say makes
 * no difference. Most operations have none of these, or few that occur again and again.
 */
import type { OperationCost } from '../limits/operation-cost.ts';
import { BoundedMap } from './bounded-map.ts';

/** Forms remembered of one operation. */
const maxForms = 64;
/** Of a form that is remembered. Beyond it the operation is weighed anew each time. */
const maxFormCharacters = 2_000;

export type CostMemo<Operation> = (
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
) => OperationCost;

export function createCostMemo<Operation extends object>(costOf: CostMemo<Operation>): CostMemo<Operation> {
  const known = new WeakMap<Operation, Map<string, OperationCost>>();
  return (operation, variables) => {
    const form = formOf(variables);
    if (form.length > maxFormCharacters) return costOf(operation, variables);
    let ofOperation = known.get(operation);
    if (!ofOperation) {
      ofOperation = new BoundedMap<string, OperationCost>(maxForms);
      known.set(operation, ofOperation);
    }
    const remembered = ofOperation.get(form);
    if (remembered !== undefined) return remembered;
    const cost = costOf(operation, variables);
    ofOperation.set(form, cost);
    return cost;
  };
}

/**
 * Variables of one form cost the same. Names stand behind their length, so that no name, which in a `JSON` is whatever a
 * client likes, can make one form read as another. A form that is too long to be remembered is cut off.
 */
function formOf(value: unknown): string {
  if (typeof value === 'string') return '"';
  if (typeof value !== 'object' || value === null) return `${String(value)},`;
  let form = '';
  if (Array.isArray(value)) {
    for (const item of value) {
      form += formOf(item);
      if (form.length > maxFormCharacters) return form;
    }
    return `[${form}]`;
  }
  for (const name in value) {
    form += `${name.length} ${name}${formOf((value as Readonly<Record<string, unknown>>)[name])}`;
    if (form.length > maxFormCharacters) return form;
  }
  return `{${form}}`;
}
