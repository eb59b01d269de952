import { type FederationGraph, imports, refuse } from '../suite.ts';

interface Line {
  readonly sku: string;
  readonly count: number;
}

interface Order {
  readonly id: string;
  status: string;
  note: string | null;
  readonly lines: readonly Line[];
  readonly customer: { readonly id: string };
}

interface Placed {
  readonly customer: string;
  readonly lines: readonly Line[] | null;
  readonly note?: string | null;
  readonly status: string;
}

interface Filter {
  readonly status?: readonly string[] | null;
  readonly not?: Filter | null;
}

const orders: Order[] = [];
const left = new Map<string, number>();
const visits = new Map<string, number>();
const done: string[] = [];

function reset(): void {
  done.length = 0;
  left.clear();
  for (const [sku, count] of [
    ['a', 5],
    ['b', 1],
  ] as const)
    left.set(sku, count);
  visits.clear();
  for (const id of ['ada', 'bob']) visits.set(id, 0);
  orders.length = 0;
  orders.push(
    { id: '1', status: 'OPEN', note: null, lines: [{ sku: 'a', count: 2 }], customer: { id: 'ada' } },
    { id: '2', status: 'PAID', note: 'x', lines: [], customer: { id: 'ghost' } },
  );
}
reset();

const orderBy = (id: string): Order | undefined => orders.find((order) => order.id === id);

function place({ customer, lines, note = null, status }: Placed): Order {
  const order: Order = {
    id: String(orders.length + 1),
    status,
    note,
    lines: lines ?? [],
    customer: { id: customer },
  };
  done.push(`place ${JSON.stringify(order)}`);
  orders.push(order);
  return order;
}

function matches(order: Order, filter: Filter | null | undefined): boolean {
  if (!filter) return true;
  const isOfStatus = !filter.status || filter.status.includes(order.status);
  return isOfStatus && !(filter.not && matches(order, filter.not));
}

const personOf = ({ id }: { id: string }) => (visits.has(id) ? { id } : null);
const productOf = ({ sku }: { sku: string }) => (left.has(sku) ? { sku } : null);

export const graph: FederationGraph = {
  about: 'mutations that several services remember, with inputs of every kind',
  reset,
  journal: () => done,
  subgraphs: {
    shop: {
      sdl: `${imports('@key')}
        type Query {
          order(id: ID!): Order
          orders(where: OrderFilter, ids: [ID!]): [Order!]!
          sum(of: [[Int!]!] = [[1]], times: Float = 1.5): Float!
        }
        type Mutation {
          place(input: PlaceInput!): Order!
          placeAll(inputs: [PlaceInput!]): [Order!]!
          change(id: ID!, status: Status! = PAID, note: String): Order
          cancel(ids: [ID!]!): [Order]!
        }
        type Order @key(fields: "id") {
          id: ID! status: Status! note: String lines: [Line!]! customer: Customer
          labels(prefix: String = "is", of: [Status!]): [String!]!
        }
        type Line { sku: ID! count: Int! product: Product! }
        type Product @key(fields: "sku", resolvable: false) { sku: ID! }
        type Customer @key(fields: "id", resolvable: false) { id: ID! }
        enum Status { OPEN PAID GONE }
        input PlaceInput { customer: ID! lines: [LineInput!] = [{ sku: "a" }] note: String status: Status! = OPEN urgent: Boolean }
        input LineInput { sku: ID! count: Int! = 1 }
        input OrderFilter { status: [Status!] not: OrderFilter }`,
      resolvers: {
        Query: {
          order: (_: unknown, { id }: { id: string }) => orderBy(id),
          orders: (_: unknown, { where, ids }: { where?: Filter; ids?: readonly string[] | null }) =>
            orders.filter((order) => matches(order, where) && (ids?.includes(order.id) ?? true)),
          sum: (_: unknown, { of, times }: { of: number[][] | null; times: number | null }) =>
            (of ?? []).flat().reduce((sum, number) => sum + number, 0) * (times ?? 1),
        },
        Mutation: {
          place: (_: unknown, { input }: { input: Placed }) => place(input),
          placeAll: (_: unknown, { inputs }: { inputs?: readonly Placed[] | null }) =>
            (inputs ?? []).map(place),
          change: (
            _: unknown,
            { id, status, note }: { id: string; status: string; note?: string | null },
          ) => {
            const order = orderBy(id);
            done.push(`change ${id} ${status} ${note === undefined ? 'nothing' : note}`);
            if (!order) return refuse('UNKNOWN_ORDER', `There is no order ${id}.`);
            order.status = status;
            if (note !== undefined) order.note = note;
            return order;
          },
          cancel: (_: unknown, { ids }: { ids: readonly string[] }) =>
            ids.map((id) => {
              const order = orderBy(id);
              done.push(`cancel ${id}`);
              if (order) order.status = 'GONE';
              return order;
            }),
        },
        Order: {
          __resolveReference: ({ id }: { id: string }) => orderBy(id),
          labels: (
            { status }: Order,
            { prefix, of }: { prefix: string | null; of?: readonly string[] | null },
          ) => (of ?? [status]).map((label) => `${prefix ?? ''} ${label}`),
        },
        Line: { product: ({ sku }: Line) => ({ sku }) },
      },
    },
    people: {
      sdl: `${imports('@key')}
        type Query { customer(id: ID!): Customer }
        type Mutation { greet(id: ID!, words: [String!]): Customer! }
        type Customer @key(fields: "id") { id: ID! name: String! visits: Int! orders: [Order!]! }
        type Order @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: { customer: (_: unknown, reference: { id: string }) => personOf(reference) },
        Mutation: {
          greet: (_: unknown, { id, words }: { id: string; words?: readonly string[] | null }) => {
            done.push(`greet ${id} ${words?.join('+') ?? 'silently'}`);
            visits.set(id, (visits.get(id) ?? 0) + 1);
            return { id };
          },
        },
        Customer: {
          __resolveReference: personOf,
          name: ({ id }: { id: string }) => id.toUpperCase(),
          visits: ({ id }: { id: string }) => visits.get(id),
          orders: ({ id }: { id: string }) => orders.filter(({ customer }) => customer.id === id),
        },
      },
    },
    stock: {
      sdl: `${imports('@key', '@requires', '@external')}
        type Query { product(sku: ID!): Product }
        type Mutation { take(sku: ID!, count: Int = 1): Product refill: [Product!]! }
        type Product @key(fields: "sku") { sku: ID! left: Int! }
        type Order @key(fields: "id") { id: ID! lines: [Line!]! @external total(less: Float = 0): Float! @requires(fields: "lines { sku count }") }
        type Line { sku: ID! @external count: Int! @external }`,
      resolvers: {
        Query: { product: (_: unknown, reference: { sku: string }) => productOf(reference) },
        Mutation: {
          take: (_: unknown, { sku, count }: { sku: string; count: number | null }) => {
            done.push(`take ${count} of ${sku}`);
            const has = left.get(sku) ?? 0;
            if (has < (count ?? 0)) return refuse('SOLD_OUT', `There are ${has} of ${sku}.`);
            left.set(sku, has - (count ?? 0));
            return { sku };
          },
          refill: () => {
            done.push('refill');
            for (const [sku, count] of left) left.set(sku, count + 10);
            return [...left.keys()].map((sku) => ({ sku }));
          },
        },
        Product: { __resolveReference: productOf, left: ({ sku }: { sku: string }) => left.get(sku) },
        Order: {
          __resolveReference: (reference: object) => reference,
          total: ({ lines }: { lines: readonly Line[] }, { less }: { less: number | null }) =>
            lines.reduce((sum, { count }) => sum + count * 2.5, 0) - (less ?? 0),
        },
      },
    },
  },
};
