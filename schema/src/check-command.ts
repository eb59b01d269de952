import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkSchema } from './check.ts';
import { readOperations } from './operations.ts';
import { formatReport, type ReportFormat, reportFormats } from './report.ts';
import { readSubgraphs, SdlSyntaxError, type SubgraphSource, subgraphSource } from './subgraphs.ts';

/**
 * `fathom schema check`: compares the subgraphs of the work tree, or one subgraph's file among them, with the
 * committed baseline. Data goes to stdout, complaints to stderr.
 * Exit codes: 0 pass; 1 breaking change, composition failure or broken operation; 2 wrong usage.
 */
export const checkUsage = `Usage: fathom schema check [options]

  --baseline REF|FILE   what clients use today: a git revision whose schema/supergraph.graphql counts, or a
                        supergraph file (default: HEAD)
  --subgraph NAME       check one subgraph's new SDL among the others of the work tree, with --file
  --file FILE           that SDL
  --format FORMAT       ${reportFormats.join(', ')} (default: text)

Exit codes: 0 pass, 1 breaking change or composition failure, 2 wrong usage.`;

export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

class UsageError extends Error {}

export async function checkCommand(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const options = parse(args);
    if (options.help) {
      io.stdout(`${checkUsage}\n`);
      return 0;
    }
    const report = await checkSchema({
      baselineSdl: readBaseline(options.baseline),
      proposed: proposedSubgraphs(options),
      operations: readOperations(),
    });
    io.stdout(formatReport(report, options.format));
    return report.outcome === 'pass' ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`${error.message}\n\n${checkUsage}\n`);
      return 2;
    }
    if (error instanceof SdlSyntaxError) {
      const report = {
        outcome: 'composition-failed' as const,
        changes: [],
        problems: [
          {
            code: 'INVALID_GRAPHQL',
            message: error.message,
            location: { path: error.path, line: error.line },
          },
        ],
      };
      io.stdout(formatReport(report, parse(args).format));
      return 1;
    }
    throw error;
  }
}

interface CheckOptions {
  readonly baseline: string;
  readonly subgraph?: string;
  readonly file?: string;
  readonly format: ReportFormat;
  readonly help: boolean;
}

function parse(args: readonly string[]): CheckOptions {
  const values = parseValues(args);
  const format = reportFormats.find((known) => known === values.format);
  if (!format) throw new UsageError(`--format ${values.format} is none of ${reportFormats.join(', ')}`);
  if ((values.subgraph === undefined) !== (values.file === undefined)) {
    throw new UsageError('--subgraph and --file go together');
  }
  return { ...values, format };
}

function parseValues(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        baseline: { type: 'string', default: 'HEAD' },
        subgraph: { type: 'string' },
        file: { type: 'string' },
        format: { type: 'string', default: 'text' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function proposedSubgraphs({ subgraph, file }: CheckOptions): readonly SubgraphSource[] {
  const current = readSubgraphs();
  if (subgraph === undefined || file === undefined) return current;
  if (!existsSync(file)) throw new UsageError(`--file ${file} does not exist`);
  const replacement = { ...subgraphSource(subgraph, readFileSync(file, 'utf8')), path: file };
  return [...current.filter(({ name }) => name !== subgraph), replacement];
}

function readBaseline(baseline: string): string {
  if (existsSync(resolve(baseline))) return readFileSync(resolve(baseline), 'utf8');
  try {
    return execFileSync('git', ['show', `${baseline}:schema/supergraph.graphql`], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new UsageError(
      `--baseline ${baseline} is neither a file nor a git revision that holds schema/supergraph.graphql`,
      {
        cause: error,
      },
    );
  }
}
