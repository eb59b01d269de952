/** The long part of opening a model that reads texts: its files read and verified, its graph written, its session made. */
import { loadTextModelFolder, openTextGraph } from '../models/text-model-folder.ts';
import { type DetachedGraph, detachGraph } from './open-graph.ts';

export interface TextReaderJob {
  readonly folder: string;
  readonly threads?: number | undefined;
}

export type PrepareTextReader = (job: TextReaderJob) => Promise<DetachedGraph>;

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function prepareTextReader({ folder, threads }: TextReaderJob): Promise<DetachedGraph> {
  return detachGraph(openTextGraph(await loadTextModelFolder(folder), { threads }));
}
