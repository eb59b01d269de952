/** Ingests bytes that it makes on the fly, in a process whose heap is smaller than they are. Arguments: scenario, megabytes, folder. */
import { join } from 'node:path';
import { ingestExamples, lineItems } from '../ingest-examples.ts';

const [scenario = 'valid', megabytes = '1', folder = '.'] = process.argv.slice(2);
const chunkBytes = 1_000_000;

async function* bytes(): AsyncIterable<Buffer> {
  const filler = 'so much to say '.repeat(130);
  let line = 0;
  for (let chunk = 0; chunk < Number(megabytes); chunk += 1) {
    if (scenario === 'one-line') {
      yield Buffer.alloc(chunkBytes, 'x');
      continue;
    }
    let text = '';
    while (text.length < chunkBytes) {
      line += 1;
      const example = JSON.stringify({ prompt: `question ${line}`, completion: filler });
      text += scenario === 'valid' ? `${example}\n` : `${example.slice(0, -1)}\n`;
    }
    yield Buffer.from(text);
  }
}

const result = await ingestExamples(lineItems('JSONL', bytes()), join(folder, 'examples.jsonl'));
const told =
  result.kind === 'valid'
    ? { kind: result.kind, exampleCount: result.exampleCount, sizeBytes: result.sizeBytes }
    : { kind: result.kind, problemCount: result.problemCount, problems: result.problems.slice(0, 1) };
process.stdout.write(JSON.stringify({ ...told, maxRssBytes: process.resourceUsage().maxRSS * 1024 }));
