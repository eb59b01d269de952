import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has of each member what its fragment asks for',
    query: '{ search { __typename ... on Song { title } ... on Artist { name } ... on Nothing { reason } } }',
    data: {
      search: [
        { __typename: 'Song', title: 'Yesterday' },
        { __typename: 'Artist', name: 'Nina' },
        { __typename: 'Song', title: 'Help' },
        { __typename: 'Nothing', reason: 'empty' },
      ],
    },
    fetches: { search: 1 },
  },
  {
    title: 'completes members elsewhere, in one fetch for all of them',
    query: '{ search { ... on Song { title plays } ... on Artist { name plays } } }',
    data: {
      search: [
        { title: 'Yesterday', plays: 100 },
        { name: 'Nina', plays: 7 },
        { title: 'Help', plays: 5 },
        {},
      ],
    },
    fetches: { search: 1, plays: 1 },
    entities: { plays: 3 },
  },
  {
    title: 'completes one member in two places at once',
    query: '{ top { ... on Song { title plays rank } } }',
    data: { top: { title: 'Yesterday', plays: 100, rank: 1 } },
    fetches: { search: 1, plays: 1, charts: 1 },
  },
  {
    title: 'goes on from a member that is no entity',
    query: '{ played { ... on Podcast { title host { name plays } } ... on Song { title } } }',
    data: { played: { title: 'Talk', host: { name: 'Nina', plays: 7 } } },
  },
  {
    title: 'goes on from a member to entities of its own',
    query: '{ search { ... on Artist { songs { id rank plays } } } }',
    data: { search: [{}, { songs: [{ id: 's2', rank: null, plays: 5 }] }, {}, {}] },
  },
  {
    title: 'is empty where no fragment fits',
    query: '{ search(first: 1) { ... on Nothing { reason } } }',
    data: { search: [{}] },
  },
];
