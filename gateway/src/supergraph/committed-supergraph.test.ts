/** The committed supergraph and the committed operations, under the limits that ship. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@fathom/platform/logging';
import { repositoryRoot } from '@fathom/platform/repository';
import { Kind, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { measure } from '../limits/document-limits.ts';
import { operationCost } from '../limits/operation-cost.ts';
import type { PreparedOperation } from '../operations/operation.ts';
import { createOperationPreparer } from '../operations/prepare.ts';
import { isRefusal } from '../operations/refusal.ts';
import { defaultSettings } from '../settings.ts';
import { planSubscription } from '../subscriptions/subscription-plan.ts';
import { createSnapshot } from './create-snapshot.ts';
import type { Snapshot } from './snapshot.ts';

interface CommittedOperation {
  readonly file: string;
  readonly name: string;
  readonly query: string;
}

const folder = join(repositoryRoot(), 'schema', 'operations');
const operations: readonly CommittedOperation[] = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .flatMap((file) => {
    const query = readFileSync(join(folder, file), 'utf8');
    return parse(query).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name
        ? [{ file, name: definition.name.value, query }]
        : [],
    );
  });

let snapshot: Snapshot;
beforeAll(async () => {
  snapshot = await createSnapshot({
    supergraphSdl: readFileSync(defaultSettings.supergraphFile, 'utf8'),
    serviceFor: () => ({ kind: 'local', subgraph: { ask: async () => ({ data: {} }) } }),
    introspection: true,
    maxTokens: defaultSettings.limits.maxTokens,
    maxAnswerBytes: defaultSettings.maxAnswerBytes,
    logger: createLogger({ service: 'gateway', level: 'silent' }),
  });
});

function prepare({ file, name, query }: CommittedOperation): PreparedOperation {
  const prepared = createOperationPreparer(defaultSettings.limits, true).prepare(snapshot, {
    query,
    operationName: name,
    variables: undefined,
    extensions: undefined,
  });
  if (isRefusal(prepared))
    throw new Error(`${file}: ${prepared.errors.map(({ message }) => message).join(' ')}`);
  return prepared;
}

describe('the default limits', () => {
  for (const operation of operations)
    test(`admit ${operation.name} with room to spare`, () => {
      const prepared = prepare(operation);
      const { maxDepth, maxCost } = defaultSettings.limits;
      expect(measure(prepared.document, prepared.operation).depth).toBeLessThan(maxDepth);
      const { cost, unsized } = operationCost({
        schema: snapshot.apiSchema,
        costs: snapshot.costs,
        operation: prepared.operation,
        fragments: prepared.fragments,
        variables: {},
      });
      expect(cost).toBeLessThan(maxCost / 2);
      expect(unsized).toBeUndefined();
    });
});

describe('the tokens of a generation', () => {
  const streaming = operations.filter(
    ({ query }) => /\b(ask|generate|generationEvents)\(.*\) \{/.test(query) && query.includes('subscription'),
  );
  test.each(streaming)('pass the gateway byte for byte ($name)', (operation) => {
    expect(planSubscription(snapshot, prepare(operation))).toMatchObject({
      service: 'inference',
      verbatim: true,
    });
  });

  test('are asked for by at least three committed operations', () => {
    expect(streaming.length).toBeGreaterThanOrEqual(3);
  });
});

test('the default limits admit as many rows as a service says that it takes', () => {
  const preparer = createOperationPreparer(defaultSettings.limits, true);
  const rows = Array.from({ length: 10_000 }, () => ({
    entityKey: 'a',
    at: '2026-01-01T00:00:00Z',
    values: {},
  }));
  const raw = {
    query: 'mutation ($i: IngestFeaturesInput!) { ingestFeatures(input: $i) { __typename } }',
    operationName: undefined,
    variables: { i: { view: 'v', rows } },
    extensions: undefined,
  };
  const prepared = preparer.prepare(snapshot, raw);
  expect(isRefusal(prepared) || preparer.admit(snapshot, prepared, raw)).toMatchObject({ cost: 10 + 20 + 1 });
});
