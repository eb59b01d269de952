import { describe, expect, it } from 'vitest';
import { parsePasswd } from './server-user.ts';

describe('the users of a machine', () => {
  it('are read from /etc/passwd, root and broken lines left out', () => {
    const text =
      'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nbroken\n\n';
    expect(parsePasswd(text)).toEqual([{ name: 'nobody', uid: 65534, gid: 65534 }]);
  });
});
