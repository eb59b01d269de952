/** The supergraph of the gateway's benchmarks: `shop` lists and streams, `people` knows the sellers. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export const shopSdl = /* GraphQL */ `
  schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) {
    query: Query subscription: Subscription
  }
  type Query { product(id: ID!): Product products(first: Int!): [Product!]! }
  type Subscription { tokens(count: Int!, everyMs: Int): Token! quiet: Token! }
  type Token { sequence: Int! cursor: String! text: String! logProbability: Float! seller: Person! }
  type Product { id: ID! name: String! price: Float! inStock: Boolean! seller: Person! }
  type Person @key(fields: "id", resolvable: false) { id: ID! }
`;

export const peopleSdl = /* GraphQL */ `
  schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) { query: Query }
  type Query { person(id: ID!): Person }
  type Person @key(fields: "id") { id: ID! name: String! city: String! }
`;

export type SubgraphUrls = Readonly<Record<'shop' | 'people', string>>;

export function supergraphOf(urls: SubgraphUrls): string {
  const result = composeServices([
    { name: 'shop', url: urls.shop, typeDefs: parse(shopSdl) },
    { name: 'people', url: urls.people, typeDefs: parse(peopleSdl) },
  ]);
  if (result.errors) throw new Error(result.errors.map((error) => error.message).join('\n'));
  return result.supergraphSdl;
}
