import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'may call another field by the name of a key',
    query: '{ thing { id: name price } }',
    data: { thing: { id: 'Lamp', price: 5 } },
    stockDiffers: 'it sends the alias as the key',
  },
  {
    title: 'may swap the names of two fields',
    query: '{ thing { name: id id: name cost: price } }',
    data: { thing: { name: 't1', id: 'Lamp', cost: 5 } },
    stockDiffers: 'it sends the alias as the key',
  },
  {
    title: 'may call a field __typename',
    query: '{ thing { __typename: name price } }',
    data: { thing: { __typename: 'Lamp', price: 5 } },
    stockDiffers: 'it takes the alias for the type',
  },
  {
    title: 'may ask for __typename under a name of a key',
    query: '{ thing { id: __typename price } }',
    data: { thing: { id: 'Thing', price: 5 } },
  },
  {
    title: 'has fields that are called like members of every object',
    query: '{ thing { constructor toString valueOf price } }',
    data: { thing: { constructor: 'Smith', toString: 'text', valueOf: null, price: 5 } },
  },
  {
    title: 'has aliases that are called like members of every object',
    query: '{ hasOwnProperty: thing { isPrototypeOf: name constructor: price } }',
    data: { hasOwnProperty: { isPrototypeOf: 'Lamp', constructor: 5 } },
  },
  {
    title: 'is null under the name of an inherited member where nothing was found',
    query: '{ thing { toString: valueOf } }',
    data: { thing: { toString: null } },
  },
  {
    title: 'has errors under the names of the client',
    query: '{ lamp: thing { id: broken } }',
    data: { lamp: { id: null } },
    errors: [{ code: 'BROKEN', path: ['lamp', 'id'], service: 'prices' }],
  },
  {
    title: 'keeps names apart that look like those the gateway makes',
    query: '{ thing { as0_id: name id: name as1_id: price } }',
    data: { thing: { as0_id: 'Lamp', id: 'Lamp', as1_id: 5 } },
    stockDiffers: 'it sends the alias as the key',
  },
];
