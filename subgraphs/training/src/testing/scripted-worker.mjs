/**
 * A training worker that knows nothing but CONTRACT.md: plain Node, no package, no code of the product. What it "trains" is
 * a number: the SHA-256 of what it was a step before. So it resumes to the same end, or is found out.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const store = join(process.env.FATHOM_DATA_DIR, 'artifacts');
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
let stopRequested = false;

function putArtifact(files) {
  const listed = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({ path, sizeBytes: Buffer.byteLength(text), sha256: sha256(text) }));
  const manifest = `${JSON.stringify({ version: 1, files: listed }, null, 1)}\n`;
  const draft = join(store, `.draft-${randomUUID()}`);
  mkdirSync(join(draft, 'files'), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(draft, 'files', path), text);
  writeFileSync(join(draft, 'manifest.json'), manifest);
  try {
    renameSync(draft, join(store, `sha256-${sha256(manifest)}`));
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
  const sizeBytes = listed.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { artifactUri: `artifact:sha256-${sha256(manifest)}`, sizeBytes };
}

const readArtifact = (uri, path) =>
  readFileSync(join(store, uri.replace('artifact:', ''), 'files', path), 'utf8');

async function work({ runId, dataSetUri, hyperparameters, seed, resumeFrom }) {
  say({ type: 'phase', phase: 'VALIDATING', detail: 'reading' });
  const examples = readArtifact(dataSetUri, 'examples.jsonl').trim().split('\n').map(JSON.parse);
  say({ type: 'phase', phase: 'PREPARING', detail: `${examples.length} examples` });
  say({ type: 'phase', phase: 'INITIALISING', detail: resumeFrom ? `from step ${resumeFrom.step}` : 'anew' });
  say({ type: 'initialised', parameterCount: 1 });
  say({ type: 'phase', phase: 'TRAINING', detail: 'counting' });
  let step = resumeFrom?.step ?? 0;
  let state = resumeFrom ? readArtifact(resumeFrom.artifactUri, 'state') : sha256(`${seed}`);
  if (resumeFrom && sha256(state) !== resumeFrom.sha256) {
    return say({ type: 'failed', code: 'CHECKPOINT_CORRUPT', message: 'the state is not the recorded one' });
  }
  while (step < hyperparameters.steps) {
    state = sha256(`${state} ${JSON.stringify(examples[step % examples.length])}`);
    step += 1;
    const loss = Number.parseInt(state.slice(0, 6), 16) / 0xff_ffff;
    const point = { step, tokensSeen: step, loss, heldOutLoss: loss, learningRate: 1, gradientNorm: 1 };
    say({ type: 'stepped', points: [{ ...point, tokensPerSecond: 1 }] });
    const stopping = stopRequested || process.env.SCRIPT_STOPS_AT === String(step);
    if (stopping || step % hyperparameters.checkpointEverySteps === 0 || step === hyperparameters.steps) {
      const saved = putArtifact({ state, 'of-run': runId });
      say({ type: 'checkpointed', step, sha256: sha256(state), heldOutLoss: loss, ...saved });
    }
    if (stopping && step < hyperparameters.steps) return say({ type: 'stopped' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  say({ type: 'trained', reason: 'STEPS_SPENT' });
  say({ type: 'phase', phase: 'EVALUATING', detail: 'measuring' });
  say({ type: 'phase', phase: 'REGISTERING', detail: 'storing' });
  const evaluation = { exampleCount: examples.length, loss: 1, totalNats: 1, exactMatch: null };
  const version = putArtifact({ 'config.json': '{}', state });
  say({ type: 'produced', config: '{}', parameterCount: 1, evaluation, suites: [], incumbent: null, ...version });
  say({ type: 'done' });
}

const lines = createInterface({ input: process.stdin });
let begun = false;
lines.on('line', (line) => {
  if (line === '{"type":"stop"}') stopRequested = true;
  else if (!begun) {
    begun = true;
    work(JSON.parse(line)).then(() => process.exit(0));
  }
});
lines.on('close', () => process.exit(70));
