/** The scripted inference graph as clients of the OpenAI API see it. */
import OpenAI from 'openai';
import { type InferenceGraph, startInferenceGraph } from './inference-graph.ts';

export interface OpenAiGraph extends InferenceGraph {
  /** With the key of an admin; tries nothing twice. */
  readonly openai: OpenAI;
  openaiWith(apiKey: string): OpenAI;
  /** `path` below `/v1/`. */
  postJson(path: string, body: unknown): Promise<Response>;
}

export async function startOpenAiGraph(
  ...options: Parameters<typeof startInferenceGraph>
): Promise<OpenAiGraph> {
  const graph = await startInferenceGraph(...options);
  const openaiWith = (apiKey: string) => new OpenAI({ baseURL: `${graph.url}/v1`, apiKey, maxRetries: 0 });
  return {
    ...graph,
    openai: openaiWith(graph.key),
    openaiWith,
    postJson: (path, body) =>
      fetch(`${graph.url}/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${graph.key}` },
        body: JSON.stringify(body),
      }),
  };
}

export const chatMessages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: 'What is the capital of France?' },
];
