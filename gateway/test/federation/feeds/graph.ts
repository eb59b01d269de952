import { type FederationGraph, imports, refuse } from '../suite.ts';

const people = [
  { id: 'ada', name: 'Ada', friend: { id: 'bob' } },
  { id: 'bob', name: 'Bob', friend: { id: 'ghost' } },
];
const items = [
  { __typename: 'Book', id: 'b1', owner: { id: 'ada' }, kind: 'BOOK' },
  null,
  { __typename: 'Film', id: 'f1', owner: { id: 'ghost' }, kind: 'FILM' },
  { __typename: 'Book', id: 'b9', owner: null, kind: 'BOOK' },
];
const named = [{ __typename: 'Person', id: 'bob' }, items[0], { __typename: 'Person', id: 'ghost' }];
const authors = [{ id: 'ada' }, { id: 'bob' }, { id: 'ada' }, null, { id: 'ghost' }];

interface Tick {
  readonly number: number;
}

const tickOf = (number: number) => ({ number, author: authors[number % authors.length] });
const itemOf = (of: readonly string[] | null | undefined, event: number) => {
  const item = items[event];
  return item && (of?.includes(item.kind) ?? true) ? item : null;
};

/** Each event is the value that its field has, so that fields below it resolve as they do in queries. */
function events<Event>(count: number, at: (args: never, event: number) => Event) {
  return {
    async *subscribe(_: unknown, args: never) {
      for (let event = 0; event < count; event += 1) yield { value: at(args, event) };
    },
    resolve: ({ value }: { readonly value: Event }) => value,
  };
}

export const graph: FederationGraph = {
  about: 'subscriptions whose events hold entities of other services',
  eventTwins: { ticked: 'tickAt', arrived: 'itemAt', named: 'namedAt' },
  subgraphs: {
    feed: {
      sdl: `${imports('@key')}
        type Query {
          tickAt(topic: ID!, from: Int = 0, event: Int!): Tick!
          itemAt(of: [Kind!], event: Int!): Item
          namedAt(event: Int!): Named
        }
        type Subscription { ticked(topic: ID!, from: Int = 0): Tick! arrived(of: [Kind!]): Item named: Named }
        type Tick { number: Int! text(style: Style = PLAIN): String author: Person before: [Tick!]! shaky: String brittle: String! }
        enum Style { PLAIN LOUD }
        enum Kind { BOOK FILM }
        interface Item { id: ID! kind: Kind! owner: Person }
        type Book implements Item @key(fields: "id") { id: ID! kind: Kind! owner: Person }
        type Film implements Item @key(fields: "id") { id: ID! kind: Kind! owner: Person minutes: Int }
        union Named = Person | Book
        type Person @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: {
          tickAt: (_: unknown, { from, event }: { from: number | null; event: number }) =>
            tickOf((from ?? 0) + event),
          itemAt: (_: unknown, { of, event }: { of?: readonly string[] | null; event: number }) =>
            itemOf(of, event),
          namedAt: (_: unknown, { event }: { event: number }) => named[event],
        },
        Subscription: {
          ticked: events(4, ({ from }: { from: number | null }, event) => tickOf((from ?? 0) + event)),
          arrived: events(4, ({ of }: { of?: readonly string[] | null }, event) => itemOf(of, event)),
          named: events(3, (_args, event) => named[event]),
        },
        Tick: {
          text: ({ number }: Tick, { style }: { style: string }) =>
            style === 'LOUD' ? `#${number}!` : `#${number}`,
          before: ({ number }: Tick) => (number > 0 ? [tickOf(number - 1)] : []),
          shaky: ({ number }: Tick) => (number % 2 ? refuse('SHAKY', 'Odd.') : 'even'),
          brittle: ({ number }: Tick) => (number === 2 ? refuse('BRITTLE', 'Broken.') : 'whole'),
        },
        Item: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Named: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Film: { minutes: () => 90 },
      },
    },
    people: {
      sdl: `${imports('@key')}
        type Query { person(id: ID!): Person }
        type Person @key(fields: "id") { id: ID! name: String! friend: Person shy: String }
        type Book @key(fields: "id") { id: ID! title: String! }`,
      resolvers: {
        Query: { person: (_: unknown, { id }: { id: string }) => people.find((person) => person.id === id) },
        Person: {
          __resolveReference: ({ id }: { id: string }) => people.find((person) => person.id === id),
          friend: ({ friend }: (typeof people)[number]) => people.find(({ id }) => id === friend.id),
          shy: ({ id }: { id: string }) => (id === 'bob' ? refuse('SHY', 'Not telling.') : 'hello'),
        },
        Book: {
          __resolveReference: ({ id }: { id: string }) => (id === 'b1' ? { id, title: 'On Feeds' } : null),
        },
      },
    },
  },
};
