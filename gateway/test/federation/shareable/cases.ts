import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'asks one of the services that can say it',
    query: '{ version place { name } }',
    data: { version: '1', place: { name: 'Here' } },
  },
  {
    title: 'puts an object together that neither service has whole',
    query: '{ place { latitude longitude name } }',
    data: { place: { latitude: 1, longitude: 9, name: 'Here' } },
    fetches: { west: 1, east: 1 },
  },
  {
    title: 'puts objects within objects together',
    query: '{ place { area { east size west } } }',
    data: { place: { area: { east: 'e', size: 4, west: 'w' } } },
  },
  {
    title: 'puts lists together, element by element',
    query: '{ places { name latitude longitude } place { list { west east } } }',
    data: {
      places: [
        { name: 'A', latitude: 1, longitude: 8 },
        { name: 'B', latitude: 2, longitude: 9 },
      ],
      place: { list: [{ west: 'w1', east: 'e1' }] },
    },
  },
  {
    title: 'keeps what one service knows where the other failed',
    query: '{ place { name latitude } }',
    answers: { east: { data: { place: null }, errors: [{ message: 'No.', path: ['place'] }] } },
    data: { place: { name: 'Here', latitude: 1 } },
  },
];
