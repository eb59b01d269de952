import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkSchema } from './check.ts';
import { checkCommand } from './check-command.ts';
import { compose } from './compose.ts';
import { supergraphFile } from './generated-files.ts';
import { readOperations } from './operations.ts';
import { readSubgraphs, subgraphSource } from './subgraphs.ts';

const inference = readSubgraphs().find(({ name }) => name === 'inference')!;

function composed(...subgraphs: Parameters<typeof compose>[0]): string {
  const composition = compose(subgraphs);
  if (composition.kind === 'failed')
    throw new Error(composition.problems.map(({ message }) => message).join('\n'));
  return composition.supergraphSdl;
}

async function runCheck(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await checkCommand([...args, '--baseline', fileURLToPath(supergraphFile)], {
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
  });
  return { code, out: out.join(''), err: err.join('') };
}

function fileWith(sdl: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'fathom-check-')), 'inference.graphql');
  writeFileSync(file, sdl);
  return file;
}

test('the committed subgraphs pass against the committed supergraph', async () => {
  const { code, out } = await runCheck();
  expect(out).toContain('The schema check passed: 0 breaking, 0 dangerous, 0 safe.');
  expect(code).toBe(0);
});

test('a removed field is breaking, located at its type, and exits with 1', async () => {
  const line = inference.sdl.split('\n').indexOf('type Usage {') + 1;
  const file = fileWith(inference.sdl.replace(/ {2}"[^"]*"\n {2}promptTokens: Int!\n/, ''));
  const { code, out } = await runCheck('--subgraph', 'inference', '--file', file, '--format', 'json');
  const report = JSON.parse(out);
  expect(report.outcome).toBe('breaking');
  expect(report.changes).toContainEqual({
    severity: 'breaking',
    message: "Field 'promptTokens' was removed from object type 'Usage'",
    coordinate: 'Usage.promptTokens',
    location: { path: file, line },
  });
  expect(code).toBe(1);
});

test('a removed field also breaks the checked-in operation that asks for it, named with its line', async () => {
  const file = fileWith(inference.sdl.replace(/ {2}"[^"]*"\n {2}promptTokens: Int!\n/, ''));
  const { out } = await runCheck('--subgraph', 'inference', '--file', file, '--format', 'json');
  const ask = readFileSync(new URL('../operations/ask.graphql', import.meta.url), 'utf8');
  expect(JSON.parse(out).problems).toContainEqual({
    code: 'OPERATION_BROKEN',
    message: 'Cannot query field "promptTokens" on type "Usage".',
    location: {
      path: 'schema/operations/ask.graphql',
      line: ask.split('\n').indexOf('        promptTokens') + 1,
    },
  });
});

test('an added field is safe and exits with 0', async () => {
  const file = fileWith(
    inference.sdl.replace('type Usage {', 'type Usage {\n  "Cached prompt tokens."\n  cachedTokens: Int'),
  );
  const { code, out } = await runCheck('--subgraph', 'inference', '--file', file);
  expect(out).toContain("✓ safe      Field 'cachedTokens' was added to object type 'Usage'");
  expect(code).toBe(0);
});

test('a breaking line is annotated for GitHub with file and line, its separators escaped', async () => {
  const file = fileWith(inference.sdl.replace('  promptTokens: Int!', '  promptTokens: String!'));
  const { code, out } = await runCheck('--subgraph', 'inference', '--file', file, '--format', 'github');
  const line = inference.sdl.split('\n').indexOf('  promptTokens: Int!') + 1;
  expect(out).toContain(
    `::error file=${file},line=${line},title=breaking change::Field 'Usage.promptTokens' changed type from 'Int!' to 'String!'`,
  );
  expect(code).toBe(1);
});

test('subgraphs that do not compose fail with the composition code and where to mend it', async () => {
  const file = fileWith(inference.sdl.replace('type PageInfo @shareable {', 'type PageInfo {'));
  const { code, out } = await runCheck('--subgraph', 'inference', '--file', file, '--format', 'json');
  const report = JSON.parse(out);
  expect(report.outcome).toBe('composition-failed');
  expect(report.problems[0].code).toBe('INVALID_FIELD_SHARING');
  expect(code).toBe(1);
});

test('SDL that does not parse is a failure with its line, not a crash', async () => {
  const { code, out } = await runCheck(
    '--subgraph',
    'inference',
    '--file',
    fileWith('type Query {\n  a: Int\n  b: }'),
  );
  expect(out).toContain('INVALID_GRAPHQL');
  expect(out).toContain(':3)');
  expect(code).toBe(1);
});

test.each([
  [['--format', 'xml'], '--format xml is none of text, json, github'],
  [['--subgraph', 'inference'], '--subgraph and --file go together'],
  [['--frobnicate'], "Unknown option '--frobnicate'"],
])('wrong usage %j exits with 2 and says why', async (args, reason) => {
  const { code, out, err } = await runCheck(...args);
  expect(err).toContain(reason);
  expect(out).toBe('');
  expect(code).toBe(2);
});

test('an unknown baseline exits with 2 and names it', async () => {
  const err: string[] = [];
  const code = await checkCommand(['--baseline', 'no-such-thing'], {
    stdout: () => {},
    stderr: (text) => err.push(text),
  });
  expect(err.join('')).toContain('--baseline no-such-thing is neither a file nor a git revision');
  expect(code).toBe(2);
});

test('an argument that becomes required is breaking', async () => {
  const before = subgraphSource('a', 'type Query { item(id: ID): String }');
  const after = subgraphSource('a', 'type Query { item(id: ID!): String }');
  const report = await checkSchema({ baselineSdl: composed(before), proposed: [after], operations: [] });
  expect(report.changes.map(({ severity, coordinate }) => [severity, coordinate])).toEqual([
    ['breaking', 'Query.item.id'],
  ]);
});

test('every type, field, argument and enum value that clients see has a description', () => {
  const undescribed = readSubgraphs().flatMap(({ path, sdl }) => {
    const lines = sdl.split('\n');
    return lines.flatMap((line, index) => {
      const isDefinition =
        /^(type|interface|union|enum|input|scalar) /.test(line) ||
        /^ {2}[a-zA-Z_]+(\(|: )/.test(line) ||
        /^ {2}[A-Z_]+$/.test(line);
      const isSchemaEntry = /^ {2}(query|mutation|subscription): (Query|Mutation|Subscription)$/.test(line);
      const isRoot = /^type (Query|Mutation|Subscription)\b/.test(line);
      const before = lines[index - 1]?.trim() ?? '';
      return isDefinition && !isSchemaEntry && !isRoot && !before.endsWith('"')
        ? [`${path}:${index + 1}: ${line.trim()}`]
        : [];
    });
  });
  expect(undescribed).toEqual([]);
});

test('every checked-in operation parses and starts with a comment that says what it is for', () => {
  expect(
    readOperations()
      .filter(({ source }) => !source.startsWith('# '))
      .map(({ path }) => path),
  ).toEqual([]);
});
