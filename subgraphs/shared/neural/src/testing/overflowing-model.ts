import { join } from 'node:path';
import { loadModelFolder, writeModelFolder } from '../models/model-folder.ts';

/** Writes a sound model whose activations overflow: what the fault tests of training start from. Returns its folder. */
export async function writeOverflowingModel(from: string, parent: string): Promise<string> {
  const model = await loadModelFolder(from);
  const weights = new Map(
    [...model.weights].map(([name, { dims, data }]) => [
      name,
      { dims, data: data.map((value) => value * 1e20) },
    ]),
  );
  const folder = join(parent, 'overflowing');
  await writeModelFolder(folder, { ...model, weights });
  return folder;
}
