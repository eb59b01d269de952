import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountOf } from './account.ts';

test('no name of a tenant gives it the account of another, or of copies', () => {
  const copies = accountOf({ tenant: 'a', isCopy: true });
  expect(copies).not.toBe(accountOf({ tenant: 'a' }));
  for (const tenant of ['shadow/a', 'copy', copies, `own${copies}`, ''])
    expect(accountOf({ tenant })).not.toBe(copies);
  expect(accountOf({ tenant: 'null' })).not.toBe(accountOf({}));
  fc.assert(
    fc.property(fc.string(), fc.boolean(), fc.string(), fc.boolean(), (one, isCopy, other, isOtherCopy) => {
      const isSame = one === other && isCopy === isOtherCopy;
      expect(accountOf({ tenant: one, isCopy }) === accountOf({ tenant: other, isCopy: isOtherCopy })).toBe(
        isSame,
      );
    }),
  );
});
