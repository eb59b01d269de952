/** Nobody adds a field to the graph and forgets to say who may ask for it. */
import { readFileSync } from 'node:fs';
import { buildASTSchema, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../settings.ts';
import { readRequirements } from './requirements.ts';

const sdl = readFileSync(defaultSettings.supergraphFile, 'utf8');
const schema = buildASTSchema(parse(sdl), { assumeValid: true, assumeValidSDL: true });
const requirements = readRequirements(sdl);

/** What anybody may ask for without credentials. Nothing is; whoever adds to it says why. */
const publicFields: ReadonlySet<string> = new Set([]);

const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
  (type) => (type ? [type] : []),
);
const coordinates = roots.flatMap((type) =>
  Object.keys(type.getFields())
    .filter((name) => !name.startsWith('_'))
    .map((name) => `${type.name}.${name}`),
);

/** The service that answers it, for instance `deep-learning`. */
function ownerOf(coordinate: string): string {
  const [root = '', name = ''] = coordinate.split('.');
  const field = roots.find((type) => type.name === root)?.getFields()[name];
  const graph = field?.astNode?.directives
    ?.find((directive) => directive.name.value === 'join__field')
    ?.arguments?.find((argument) => argument.name.value === 'graph')?.value;
  return graph?.kind === Kind.ENUM ? graph.value.toLowerCase().replaceAll('_', '-') : '';
}

describe('each root field of the supergraph', () => {
  test('is there to be looked at', () => {
    expect(roots.map(({ name }) => name)).toEqual(['Query', 'Mutation', 'Subscription']);
    expect(coordinates.length).toBeGreaterThan(50);
  });

  test.each(coordinates)('%s says who may ask for it, or is listed as public', (coordinate) => {
    expect(publicFields.has(coordinate) || requirements.of(coordinate).length > 0).toBe(true);
  });

  test('that changes something demands a scope, not just any credential', () => {
    const loose = coordinates.filter(
      (coordinate) =>
        coordinate.startsWith('Mutation.') &&
        !requirements.of(coordinate).some(({ kind }) => kind === 'scopes' || kind === 'policies'),
    );
    expect(loose).toEqual([]);
  });

  test('of each service demands scopes of that service', () => {
    const strange = coordinates.flatMap((coordinate) => {
      const owner = ownerOf(coordinate);
      const scopes = requirements
        .of(coordinate)
        .flatMap((requirement) => (requirement.kind === 'scopes' ? requirement.anyOf.flat() : []));
      const isOwn = scopes.every((scope) => scope === 'admin' || scope.startsWith(`${owner}:`));
      return isOwn ? [] : [`${coordinate} of ${owner}: ${scopes.join(', ')}`];
    });
    expect(strange).toEqual([]);
  });
});
