/**
 * Which prompts of a step are computed in one run: those of a lane that begin, because a run reads all weights however few
 * tokens it has. Shorter ones are padded to the longest, so only lengths that are near each other go together.
 *
 *   chunks  s1 0..14 | s2 64..128 | s3 0..13 | s4 0..40        runs  [s4] [s1 s3] [s2]
 *
 * What begins is computed before what goes on: a prompt that begins with a copy of another's finds it written.
 */
import type { PrefillChunk } from './scheduler.ts';

/** Of what a run computes, padding included, at least so much is tokens. */
const leastShare = 0.8;

export function jointPrefills(
  chunks: readonly PrefillChunk[],
  canJoin: (lane: string) => boolean,
): readonly (readonly PrefillChunk[])[] {
  const isBeginning = ({ lane, start, copy }: PrefillChunk): boolean =>
    start === 0 && copy === undefined && canJoin(lane);
  const longestFirst = chunks.filter(isBeginning).sort((a, b) => b.count - a.count);
  const runs: PrefillChunk[][] = [];
  for (const chunk of longestFirst) {
    const run = runs.find((joined) => joined[0]?.lane === chunk.lane && isDense([...joined, chunk]));
    if (run) run.push(chunk);
    else runs.push([chunk]);
  }
  return [...runs, ...chunks.filter((chunk) => !isBeginning(chunk)).map((chunk) => [chunk])];
}

/** The longest stands first. */
function isDense(chunks: readonly PrefillChunk[]): boolean {
  const tokens = chunks.reduce((sum, { count }) => sum + count, 0);
  return tokens >= leastShare * chunks.length * (chunks[0]?.count ?? 0);
}
