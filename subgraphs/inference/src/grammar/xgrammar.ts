/**
 * XGrammar (Dong et al. 2024, mlc-ai), which compiles a form into masks of the tokens that may come next, as WebAssembly.
 *
 * The package is CommonJS that calls itself a module, so it is compiled here from its text. Each call gives an instance
 * of its own: what the library cannot compile it aborts over, and an instance that has aborted is not to be used again.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

export type XGrammar = typeof import('@mlc-ai/web-xgrammar');

export interface XGrammarInstance {
  readonly library: XGrammar;
  /** What the library said last, in words of its own without the place in its sources. */
  lastComplaint(): string;
}

const packageName = '@mlc-ai/web-xgrammar';

export function createXGrammar(): XGrammarInstance {
  const require = createRequire(import.meta.url);
  const file = require.resolve(packageName);
  // Its one dynamic import is of a built-in module, which this function may not do without a loader of its own.
  const source = readFileSync(file, 'utf8').replace("await import('module')", "require('module')");
  let complaint = '';
  const quiet = {
    log: () => undefined,
    warn: () => undefined,
    error: (message: unknown) => {
      if (String(message).startsWith('[')) complaint = String(message);
    },
  };
  const module = { exports: {} };
  const names = ['exports', 'module', 'require', '__filename', '__dirname', 'console'];
  compileFunction(source, names, { filename: file })(
    module.exports,
    module,
    require,
    file,
    dirname(file),
    quiet,
  );
  return {
    library: module.exports as XGrammar,
    lastComplaint: () => readable(complaint),
  };
}

/** `[FATAL] /src/x.cc:75: Check failed: (a) is false: The reason` is `The reason`. */
function readable(complaint: string): string {
  return complaint
    .replace(/^\[\w+\] [^ ]*:\d+: /, '')
    .replace(/^Check failed: .* is false: ?/s, '')
    .trim();
}
