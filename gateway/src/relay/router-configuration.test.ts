/** The configurations in `router/` say what the gateway does, name by name and number by number. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { acceptedAlgorithms } from '../auth/jwt.ts';
import { defaultSettings } from '../settings.ts';
import { relayKeyHeader } from './subgraph-relay.ts';

const text = (...path: readonly string[]): string => readFileSync(join(repositoryRoot(), ...path), 'utf8');
const hive = parse(text('router', 'hive-router.yaml'));
const apollo = parse(text('router', 'apollo-router.yaml'));
const services = [...text('schema', 'supergraph.graphql').matchAll(/@join__graph\(name: "([\w-]+)"/g)].map(
  ([, name]) => name,
);
const { limits, maxBodyBytes } = defaultSettings;

it("Hive Router's fits the schema that is generated from its source", () => {
  const schema = JSON.parse(text('router', 'hive-router.schema.json')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  validate(hive);
  expect(validate.errors).toBeNull();
  expect(validate({ ...hive, limits: { max_depth: { n: 'deep' } } })).toBe(false);
});

it('every service of the supergraph is reached through the relay, by the key of the router', () => {
  expect(Object.keys(apollo.override_subgraph_url).sort()).toEqual([...services].sort());
  for (const [name, url] of Object.entries(apollo.override_subgraph_url))
    expect(url).toBe(`\${env.FATHOM_RELAY_URL}/subgraphs/${name}/graphql`);
  expect(hive.override_subgraph_urls.all.url.expression).toBe(
    'env!("FATHOM_RELAY_URL") + "/subgraphs/" + .subgraph.name + "/graphql"',
  );
  const insertedBy = (rules: { insert?: { name: string } }[]) =>
    rules.flatMap(({ insert }) => insert?.name ?? []);
  expect(insertedBy(hive.headers.all.request)).toEqual([relayKeyHeader]);
  expect(insertedBy(apollo.headers.all.request.operations)).toEqual([relayKeyHeader]);
});

it("the client's credentials reach the relay", () => {
  const named = (rules: { propagate?: { named: string | string[] } }[]) =>
    rules.flatMap(({ propagate }) => propagate?.named ?? []);
  for (const rules of [hive.headers.all.request, apollo.headers.all.request.operations])
    expect(named(rules)).toEqual(expect.arrayContaining(['authorization', 'x-api-key']));
});

it('operations have the limits that they have in the gateway', () => {
  expect(hive.limits).toEqual({
    max_tokens: { n: limits.maxTokens },
    max_depth: { n: limits.maxDepth },
    max_aliases: { n: limits.maxAliases },
    max_directives: { n: limits.maxDirectives },
    max_request_body_size: `${maxBodyBytes}B`,
  });
  expect(apollo.limits.router).toEqual({
    parser_max_tokens: limits.maxTokens,
    max_depth: limits.maxDepth,
    max_aliases: limits.maxAliases,
    max_root_fields: limits.maxRootFields,
    http_max_request_bytes: maxBodyBytes,
  });
});

it('nobody is answered without a token of the issuer, and the directives of the schema are enforced', () => {
  const [jwks] = apollo.authentication.router.jwt.jwks;
  expect(jwks.algorithms).toEqual(acceptedAlgorithms);
  expect(hive.jwt.allowed_algorithms).toEqual(acceptedAlgorithms);
  expect([hive.jwt.enabled, hive.jwt.require_authentication]).toEqual([true, true]);
  expect(apollo.authorization).toMatchObject({
    require_authentication: true,
    directives: { enabled: true },
  });
  expect(hive.authorization.directives.enabled).toBe(true);
  expect([hive.introspection, apollo.supergraph.introspection]).toEqual([false, false]);
});

it('streams of different clients are never taken for one', () => {
  expect(apollo.subscription.deduplication).toEqual({ enabled: false });
  // Hive Router takes equal requests for one only where their propagated headers are equal: the credentials are among them.
  expect(hive.headers.all.request[0].propagate.named).toContain('authorization');
});
