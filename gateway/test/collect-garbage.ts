/** Runs the garbage collector, so that a test can see what nothing holds any more. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What is only weakly held is held for the rest of the turn in which it was looked at, so a turn comes first. */
export async function collectGarbage(): Promise<void> {
  await turn();
  gc();
}
