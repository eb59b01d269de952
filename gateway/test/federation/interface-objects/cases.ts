import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has the added field on every implementation',
    query: '{ media { title reviews { text } } }',
    data: {
      media: [
        { title: 'Emma', reviews: [{ text: 'Good.' }] },
        { title: 'Alien', reviews: [{ text: 'Loud.' }, { text: 'Long.' }] },
      ],
    },
    fetches: { media: 1, reviews: 1 },
  },
  {
    title: 'has the added field on an object type',
    query: '{ book { pages reviews { text } } }',
    data: { book: { pages: 400, reviews: [{ text: 'Good.' }] } },
  },
  {
    title: 'finds out which type it is when it begins at the service that does not know',
    query: '{ best { __typename id title } }',
    data: { best: { __typename: 'Film', id: 'm2', title: 'Alien' } },
  },
  {
    title: 'has fields of an object type when it begins at the service that does not know',
    query: '{ reviewed { ... on Book { pages } ... on Film { minutes } reviews { text } } }',
    data: {
      reviewed: [
        { pages: 400, reviews: [{ text: 'Good.' }] },
        { minutes: 117, reviews: [{ text: 'Loud.' }, { text: 'Long.' }] },
      ],
    },
  },
  {
    title: 'needs no type where none is asked for',
    query: '{ reviewed { id reviews { text } } }',
    data: {
      reviewed: [
        { id: 'm1', reviews: [{ text: 'Good.' }] },
        { id: 'm2', reviews: [{ text: 'Loud.' }, { text: 'Long.' }] },
      ],
    },
    fetches: { reviews: 1 },
  },
  {
    title: 'takes arguments of the added field, each as it was asked for',
    query: '{ medium(id: "m1") { stars three: stars(of: 3) ... on Book { stars } } }',
    data: { medium: { stars: '1 of 5', three: '1 of 3' } },
  },
  {
    title: 'has the added field in a fragment on one type alone',
    query: '{ media { id ... on Film { reviews { text } } } }',
    data: { media: [{ id: 'm1' }, { id: 'm2', reviews: [{ text: 'Loud.' }, { text: 'Long.' }] }] },
  },
  {
    title: 'keeps the name of the object where the service of the added field knows only the interface',
    query: '{ book { __typename reviews { text } } }',
    data: { book: { __typename: 'Book', reviews: [{ text: 'Good.' }] } },
    stockDiffers: 'the name of the interface takes the place of the name of the object',
  },
];
