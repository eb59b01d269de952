import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'shows each mutation what those before it left behind, across services',
    query: `mutation {
      greet(id: "ada") { visits }
      place(input: { customer: "ada", note: "n" }) { id customer { visits orders { id } } total }
      again: greet(id: "ada", words: ["hi", "ho"]) { visits orders { id note status } }
    }`,
    data: {
      greet: { visits: 1 },
      place: { id: '3', customer: { visits: 1, orders: [{ id: '1' }, { id: '3' }] }, total: 2.5 },
      again: {
        visits: 2,
        orders: [
          { id: '1', note: null, status: 'OPEN' },
          { id: '3', note: 'n', status: 'OPEN' },
        ],
      },
    },
  },
  {
    title: 'tells null, absent and default apart in mutations, too',
    query: `mutation ($note: String, $status: Status! = GONE, $none: [LineInput!]) {
      absent: change(id: "2", note: $note) { status note }
      null: change(id: "2", status: $status, note: null) { status note }
      place(input: { customer: "bob", lines: $none }) { lines { count } }
      nothing: place(input: { customer: "bob", lines: null }) { lines { count } }
    }`,
    data: {
      absent: { status: 'PAID', note: 'x' },
      null: { status: 'GONE', note: null },
      place: { lines: [{ count: 1 }] },
      nothing: { lines: [] },
    },
  },
  {
    title: 'makes lists of single values, at each depth',
    query:
      'query ($ids: [ID!], $of: [[Int!]!]) { orders(ids: $ids, where: { status: OPEN }) { id labels(of: PAID) } sum(of: $of) }',
    variables: { ids: 1, of: [4, [5, 6]] },
    data: { orders: [{ id: '1', labels: ['is PAID'] }], sum: 22.5 },
  },
  {
    title: 'goes on behind a mutation that failed in one service, in another',
    query:
      'mutation { take(sku: "b", count: 2) { left } cancel(ids: ["1", "9"]) { status } refill { sku left } }',
    data: {
      take: null,
      cancel: [{ status: 'GONE' }, null],
      refill: [
        { sku: 'a', left: 15 },
        { sku: 'b', left: 11 },
      ],
    },
    errors: [{ code: 'SOLD_OUT', path: ['take'], service: 'stock' }],
  },
];
