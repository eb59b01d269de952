import { readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, parse } from 'graphql';

/** Where each service answers when nothing else is said. `SUBGRAPH_URLS` of the gateway overrides these. */
const defaultUrls: Readonly<Record<string, string>> = {
  access: 'http://127.0.0.1:4000/access',
  inference: 'http://127.0.0.1:4001/graphql',
  'deep-learning': 'http://127.0.0.1:4002/graphql',
  training: 'http://127.0.0.1:4003/graphql',
  'fine-tuning': 'http://127.0.0.1:4004/graphql',
  features: 'http://127.0.0.1:4005/graphql',
  monitoring: 'http://127.0.0.1:4006/graphql',
};

export interface SubgraphSource {
  readonly name: string;
  readonly url: string;
  /** The file as it stands, for line numbers in reports. */
  readonly sdl: string;
  /** Path from the repository's root. */
  readonly path: string;
  readonly typeDefs: DocumentNode;
}

/** A subgraph's SDL that is not GraphQL. `line` counts from 1. */
export class SdlSyntaxError extends Error {
  override readonly name = 'SdlSyntaxError';
  readonly path: string;
  readonly line: number;

  constructor(path: string, line: number, message: string, cause: unknown) {
    super(message, { cause });
    this.path = path;
    this.line = line;
  }
}

export const subgraphsDirectory = new URL('../subgraphs/', import.meta.url);

/** Reads every `*.graphql` of a folder, by name. Throws {@link SdlSyntaxError} for the first that does not parse. */
export function readSubgraphs(directory: URL = subgraphsDirectory): readonly SubgraphSource[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const name = file.replace(/\.graphql$/, '');
      return subgraphSource(name, readFileSync(new URL(file, directory), 'utf8'));
    });
}

export function subgraphSource(name: string, sdl: string): SubgraphSource {
  const path = `schema/subgraphs/${name}.graphql`;
  return {
    name,
    url: defaultUrls[name] ?? `http://${name}/graphql`,
    sdl,
    path,
    typeDefs: parseSdl(path, sdl),
  };
}

function parseSdl(path: string, sdl: string): DocumentNode {
  try {
    return parse(sdl);
  } catch (error) {
    const line = (error as { locations?: readonly { line: number }[] }).locations?.[0]?.line ?? 1;
    throw new SdlSyntaxError(path, line, (error as Error).message, error);
  }
}
