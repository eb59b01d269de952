/** The configurations in `router/` say what the gateway does, name by name and number by number. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { acceptedAlgorithms } from '../auth/jwt.ts';
import { defaultListSize } from '../limits/operation-cost.ts';
import { defaultSettings } from '../settings.ts';
import { relayKeyHeader } from './relay-socket.ts';

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

it("Apollo Router's uses no key that its documentation does not have, and each as it is documented", () => {
  const schema = JSON.parse(text('router', 'apollo-router.subset.schema.json')) as object;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  validate(apollo);
  expect(validate.errors).toBeNull();
  for (const wrong of [
    { ...apollo, demand_controll: apollo.demand_control },
    { ...apollo, limits: { router: { max_depth: 'deep' } } },
    { ...apollo, demand_control: { ...apollo.demand_control, strategy: { static_estimated: { max: 1 } } } },
    {
      ...apollo,
      subscription: { ...apollo.subscription, mode: { passthrough: { all: { protocol: 'sse' } } } },
    },
  ])
    expect(validate(wrong)).toBe(false);
});

it('every service of the supergraph is reached through the relay, by the key of the router', () => {
  expect(Object.keys(apollo.override_subgraph_url).sort()).toEqual([...services].sort());
  for (const [name, url] of Object.entries(apollo.override_subgraph_url))
    expect(url).toBe(`\${env.FATHOM_RELAY_URL}/subgraphs/${name}/graphql`);
  expect(hive.override_subgraph_urls.all.url.expression).toBe(
    'env!("FATHOM_RELAY_URL") + "/subgraphs/" + string!(.subgraph.name) + "/graphql"',
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

it('operations may cost what they may cost in the gateway, and lists of unknown length count alike', () => {
  expect(hive.demand_control).toMatchObject({
    enabled: true,
    operation_cost: { max: limits.maxCost, mode: 'enforce' },
    default_list_size: { all: defaultListSize },
  });
  expect(apollo.demand_control).toEqual({
    enabled: true,
    mode: 'enforce',
    strategy: { static_estimated: { list_size: defaultListSize, max: limits.maxCost } },
  });
});

it('pages of other origins may call where they are named, and send what clients of the gateway send', () => {
  for (const { allow_any_origin = false, allow_credentials, allow_headers, policies } of [
    hive.cors,
    apollo.cors,
  ]) {
    expect([allow_any_origin, allow_credentials]).toEqual([false, false]);
    expect(allow_headers).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'x-api-key', 'traceparent', 'tracestate']),
    );
    expect(policies).toEqual([{ origins: ['http://localhost:4000'] }]);
  }
});

it("the client's trace goes on through the router", () => {
  expect(hive.telemetry.tracing.propagation).toEqual({ trace_context: true });
  expect(apollo.telemetry.exporters.tracing.propagation).toEqual({ trace_context: true });
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
  expect(apollo.subscription.deduplication).toEqual({ all: { enabled: false } });
  // Hive Router takes equal requests for one only where their propagated headers are equal: the credentials are among them.
  expect(hive.headers.all.request[0].propagate.named).toContain('authorization');
});
