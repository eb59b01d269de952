import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { apiSchema, compose } from './compose.ts';
import { locate, type SourceLocation } from './locate.ts';
import { type CheckedInOperation, checkOperations } from './operations.ts';
import type { SubgraphSource } from './subgraphs.ts';

/**
 * The schema check: does a proposed set of subgraphs compose, does it break what clients of the baseline may rely on,
 * and do the checked-in operations still fit? Pure: sources in, report out.
 */
export interface CheckInput {
  /** The supergraph that clients use today. */
  readonly baselineSdl: string;
  readonly proposed: readonly SubgraphSource[];
  readonly operations: readonly CheckedInOperation[];
}

export type Severity = 'breaking' | 'dangerous' | 'safe';

export interface SchemaChange {
  readonly severity: Severity;
  readonly message: string;
  /** For instance `Generation.text`; absent for changes of the schema as a whole. */
  readonly coordinate?: string;
  readonly location?: SourceLocation;
}

export interface CheckProblem {
  readonly code: string;
  readonly message: string;
  readonly location?: SourceLocation;
}

export interface CheckReport {
  readonly outcome: 'pass' | 'breaking' | 'composition-failed' | 'operation-broken';
  readonly changes: readonly SchemaChange[];
  readonly problems: readonly CheckProblem[];
}

export async function checkSchema({ baselineSdl, proposed, operations }: CheckInput): Promise<CheckReport> {
  const composition = compose(proposed);
  if (composition.kind === 'failed') {
    const problems = composition.problems.map(({ code, message, locations }) => {
      const [first] = locations;
      const path = proposed.find((subgraph) => subgraph.name === first?.subgraph)?.path;
      return { code, message, ...(first && path ? { location: { path, line: first.line } } : {}) };
    });
    return { outcome: 'composition-failed', changes: [], problems };
  }
  const schema = apiSchema(composition.supergraphSdl);
  const changes = (await diff(apiSchema(baselineSdl), schema)).map((change): SchemaChange => {
    const location = change.path ? locate(change.path, proposed) : undefined;
    return {
      severity: severities[change.criticality.level],
      message: change.message,
      ...(change.path ? { coordinate: change.path } : {}),
      ...(location ? { location } : {}),
    };
  });
  const broken = checkOperations(schema, operations).map(({ path, line, message }) => ({
    code: 'OPERATION_BROKEN',
    message,
    location: { path, line },
  }));
  const hasBreaking = changes.some((change) => change.severity === 'breaking');
  return {
    outcome: hasBreaking ? 'breaking' : broken.length > 0 ? 'operation-broken' : 'pass',
    changes,
    problems: broken,
  };
}

const severities: Readonly<Record<CriticalityLevel, Severity>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};
