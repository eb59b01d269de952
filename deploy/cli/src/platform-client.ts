/** A client of the platform for a command: what cannot work is said at once, in words that help. */
import { createFathomClient, type FathomClient, FathomError } from '@fathom/gateway/client';
import { CommandError } from './command-error.ts';
import { readConnection } from './connection.ts';

const refusedKeyCodes: readonly string[] = ['UNAUTHENTICATED', 'KEY_REVOKED', 'KEY_EXPIRED'];

/** Runs a command with a client that is closed behind it. Errors of the platform become {@link CommandError}s. */
export async function withClient(command: (client: FathomClient) => Promise<number>): Promise<number> {
  const connection = readConnection(process.env);
  await requireAnswer(connection.url);
  const client = createFathomClient({ ...connection, onReconnect: createReconnectReport() });
  try {
    return await command(client);
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

/** What a mutation answered with, or its refusal as an error of the command. */
export function accepted<Result extends { readonly __typename: string }>(
  result: Result | { readonly __typename: string; readonly message: string; readonly field?: string },
  name: Result['__typename'],
): Result {
  if (result.__typename === name) return result as Result;
  const { message, field } = result as { readonly message: string; readonly field?: string };
  throw new CommandError(field === undefined ? message : `${field}: ${message}`, 1);
}
