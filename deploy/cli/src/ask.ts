import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from './command-error.ts';
import { withClient } from './platform-client.ts';
import { type ProvenanceFacts, provenanceLine } from './provenance-line.ts';

/**
 * `fathom ask QUESTION`: the answer goes to stdout token by token, everything else to stderr. Without a question it is
 * read from standard input. Ctrl-C unsubscribes, which cancels on the server; a lost connection is resumed.
 */
export const askUsage = `Usage: fathom ask [QUESTION]

Without QUESTION it is read from standard input.
FATHOM_URL (default: the platform started here, or http://127.0.0.1:4000) and FATHOM_API_KEY (default: the key in the
data folder) say whom to ask.

Exit codes: 0 answered, 1 failed, 2 wrong usage, 3 not reachable, 130 cancelled.`;

const cancelledExitCode = 130;
interface AskEvent {
  readonly __typename: string;
  readonly generation: { readonly id: string };
  readonly text?: string;
  readonly retractedText?: string;
  readonly code?: string;
  readonly message?: string;
}

export async function askCommand(args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    process.stdout.write(`${askUsage}\n`);
    return 0;
  }
  const question = args.length > 0 ? args.join(' ') : await readStandardInput();
  if (question.trim() === '') throw new CommandError(`There is no question.\n\n${askUsage}`, 2);
  return withClient((client) => streamAnswer(client, question));
}

async function streamAnswer(client: FathomClient, question: string): Promise<number> {
  const events = client.stream<{ readonly ask: AskEvent }, { input: { question: string } }>(
    readOperation('ask'),
    {
      input: { question },
    },
  );
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    void events.return?.();
  };
  process.once('SIGINT', cancel);
  let id: string | undefined;
  for await (const { ask } of events) {
    id = ask.generation.id;
    if (ask.__typename === 'GenerationFailed') throw new CommandError(`${ask.message} (${ask.code})`, 1);
    show(ask);
  }
  process.stdout.write('\n');
  if (isCancelled) process.stderr.write('— cancelled\n');
  else if (id) process.stderr.write(`${await provenanceOf(client, id)}\n`);
  return isCancelled ? cancelledExitCode : 0;
}

function show({ __typename, text }: AskEvent): void {
  if (__typename === 'TokenGenerated') process.stdout.write(text ?? '');
  if (__typename === 'TextRetracted') {
    process.stdout.write('\n');
    process.stderr.write('(The model was not sure enough after all; what stands above is withdrawn.)\n');
  }
}

async function provenanceOf(client: FathomClient, id: string): Promise<string> {
  const { generation } = await client.request<
    { readonly generation: ProvenanceFacts | null },
    { id: string }
  >(readOperation('provenance-line'), { id });
  return generation ? provenanceLine(generation) : `— the generation ${id} is gone`;
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').trim();
}
