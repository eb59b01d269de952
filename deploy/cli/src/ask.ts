import { createFathomClient, FathomError } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from './command-error.ts';
import { readConnection } from './connection.ts';
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
const refusedKeyCodes: readonly string[] = ['UNAUTHENTICATED', 'KEY_REVOKED', 'KEY_EXPIRED'];

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
  const connection = readConnection(process.env);
  await requireAnswer(connection.url);
  const client = createFathomClient({ ...connection, onReconnect: createReconnectReport() });
  try {
    return await streamAnswer(client, question);
  } catch (error) {
    throw toCommandError(error);
  } finally {
    await client.close();
  }
}

/** Says why the stream is resumed, and again only when the reason is another one. */
function createReconnectReport(): (error: FathomError, attempt: number) => void {
  let said = '';
  return ({ message }, attempt) => {
    process.stderr.write(`\n(${message === said ? '' : `${message} `}Resuming, attempt ${attempt} …)\n`);
    said = message;
  };
}

/** A platform that is not there is said at once; one that goes away later is waited for by the client. */
async function requireAnswer(url: string): Promise<void> {
  await fetch(new URL('/livez', url)).catch((error: unknown) => {
    throw new CommandError(
      `Nothing answers at ${new URL(url).origin}. Start the platform with \`npm start\`.`,
      3,
      error,
    );
  });
}

async function streamAnswer(
  client: ReturnType<typeof createFathomClient>,
  question: string,
): Promise<number> {
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

async function provenanceOf(client: ReturnType<typeof createFathomClient>, id: string): Promise<string> {
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

function toCommandError(error: unknown): unknown {
  if (!(error instanceof FathomError)) return error;
  if (error.code === 'CONNECTION_LOST') {
    return new CommandError(
      `The platform does not answer: ${error.message} Is it running? Start it with \`npm start\`.`,
      3,
      error,
    );
  }
  if (refusedKeyCodes.includes(error.code)) {
    return new CommandError(
      `The API key is not accepted (${error.code}). Set FATHOM_API_KEY to a valid one, or unset it to use the admin key of the data folder.`,
      1,
      error,
    );
  }
  return new CommandError(`${error.message} (${error.code})`, 1, error);
}
