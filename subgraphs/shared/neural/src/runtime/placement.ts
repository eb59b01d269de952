/** Which of a graph's operators ONNX Runtime has given to the processor, of a session that was told to remember it. */
import { type OrtLibrary, type Pointer, readCString, readPointers } from './ort-library.ts';

/** Their types, each once, in alphabetical order. All memory that is read here is the session's own. */
export function operatorsOnProcessor(ort: OrtLibrary, session: Pointer): readonly string[] {
  const found = new Set<string>();
  for (const part of list(ort, 'Session_GetEpGraphAssignmentInfo', session)) {
    if (readCString(ort.create('EpAssignedSubgraph_GetEpName', part)) !== 'CPUExecutionProvider') continue;
    for (const node of list(ort, 'EpAssignedSubgraph_GetNodes', part))
      found.add(readCString(ort.create('EpAssignedNode_GetOperatorType', node)));
  }
  return [...found].sort();
}

function list(
  ort: OrtLibrary,
  call: 'Session_GetEpGraphAssignmentInfo' | 'EpAssignedSubgraph_GetNodes',
  of: Pointer,
): readonly Pointer[] {
  const [first, count] = [new BigUint64Array(1), new BigUint64Array(1)];
  ort.call(call, of, first, count);
  return readPointers(first[0]!, Number(count[0]));
}
