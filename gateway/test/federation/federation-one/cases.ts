import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has the fields of an extension',
    query: '{ me { name reviews { body } } }',
    data: { me: { name: 'Ada', reviews: [{ body: 'by u1' }] } },
  },
  {
    title: 'goes through two extensions',
    query: '{ me { reviews { product { price reviews { body } } } } }',
    data: { me: { reviews: [{ product: { price: 10, reviews: [{ body: 'ok' }] } }] } },
  },
  {
    title: 'meets requirements',
    query: '{ me { contact } top { heavy } }',
    data: { me: { contact: 'mailto:a@x' }, top: [{ heavy: true }] },
  },
  {
    title: 'takes what is provided',
    query: '{ top { reviews { author { email } } } }',
    data: { top: [{ reviews: [{ author: { email: 'a@x' } }] }] },
    fetches: { products: 1, reviews: 1 },
  },
];
