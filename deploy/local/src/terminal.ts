/** What the user sees: results on stdout, news on stderr, and on a terminal one status line that replaces itself. */
export interface Terminal {
  /** What is going on now; empty to clear. Shown on terminals only. */
  status(text: string): void;
  write(text: string): void;
  warn(text: string): void;
}

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
}

const clearLine = '\r\u001b[2K';

export function createTerminal({ stdout, stderr }: TerminalStreams = process): Terminal {
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true;
  // A reader that left (`npm start | head`) must not end the services.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  let shown = '';
  const clear = () => {
    if (shown) stderr.write(clearLine);
  };
  return {
    status(text) {
      if (!isTerminal || text === shown) return;
      clear();
      shown = text.slice(0, (stderr as NodeJS.WriteStream).columns || 80);
      stderr.write(shown);
    },
    write(text) {
      clear();
      shown = '';
      stdout.write(`${text}\n`);
    },
    warn(text) {
      clear();
      stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n${shown}`);
    },
  };
}
