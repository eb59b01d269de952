/** A part of a file's graph as a session of its own: what computes some values, from the inputs of the file and from values given. */
import { dirname } from 'node:path';
import { editModel, noEdit } from '../onnx/edit-model.ts';
import { computing } from '../onnx/graph-walk.ts';
import type { OnnxModel } from '../onnx/read-model.ts';
import type { Value } from '../onnx/types.ts';
import { Session } from '../runtime/session.ts';

export interface GraphPart {
  /** Given in place of what computes them in the file. */
  readonly given: readonly Value[];
  readonly outputs: readonly Value[];
}

export interface OpenPart {
  readonly session: Session;
  /** Of the file's inputs those that are read. */
  readonly inputs: ReadonlySet<string>;
}

/** On the processor. Throws `RUNTIME_FAILED` where values cannot have the shapes that they are said to have. */
export function openPart(
  model: OnnxModel,
  { given, outputs }: GraphPart,
  settings: { readonly threads?: number | undefined },
): OpenPart {
  const namesOfGiven = new Set(given.map(({ name }) => name));
  const parts = outputs.map(({ name }) => computing(model, name, namesOfGiven));
  const places = new Set(parts.flatMap((part) => [...part.places]));
  const taken = new Set(parts.flatMap((part) => [...part.taken]));
  const inputs = model.inputs.filter(({ name }) => taken.has(name));
  const isRead = new Set(inputs.map(({ name }) => name));
  const edited = editModel(model.path, {
    ...noEdit,
    removedNodes: new Set([...model.nodes.keys()].filter((place) => !places.has(place))),
    removedInputs: new Set(model.inputs.map(({ name }) => name).filter((name) => !isRead.has(name))),
    removedOutputs: new Set(model.outputs.map(({ name }) => name)),
    addedInputs: given,
    outputs,
    reshaped: new Set([...given, ...outputs].map(({ name }) => name)),
  });
  // Names are all that a session takes from it.
  const read = inputs.map(({ name, dims }): Value => ({ name, type: 'float32', dims }));
  const declared = { name: model.path, inputs: [...read, ...given], outputs };
  const session = Session.openEdited({ model: edited, folder: dirname(model.path) }, declared, settings);
  return { session, inputs: isRead };
}
