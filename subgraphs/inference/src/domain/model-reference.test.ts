import { expect, test } from 'vitest';
import { parseModelReference } from './model-reference.ts';

test.each([
  ['fathom-facts', { kind: 'alias', modelName: 'fathom-facts', alias: 'champion' }],
  ['fathom-facts@candidate', { kind: 'alias', modelName: 'fathom-facts', alias: 'candidate' }],
  ['fathom-facts@12', { kind: 'version', versionId: 'fathom-facts@12' }],
])('%s', (text, reference) => expect(parseModelReference(text)).toEqual(reference));
