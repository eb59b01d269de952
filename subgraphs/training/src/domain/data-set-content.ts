import {
  type Conversation,
  checkExample,
  type LineProblem,
  parseExamplesJsonl,
} from '@fathom/neural/training/examples-file';
import { parseCsv } from './csv.ts';

export const maxContentBytes = 16 * 1024 * 1024;
const maxProblemsShown = 20;
const minExamples = 2;

export type DataSetFormat = 'JSONL' | 'CSV';

export type DataSetContent =
  | { readonly kind: 'valid'; readonly examples: readonly Conversation[] }
  | { readonly kind: 'invalid'; readonly message: string; readonly problems: readonly LineProblem[] };

/** All or nothing: one wrong line and nothing is stored. */
export function parseDataSet(content: string, format: DataSetFormat): DataSetContent {
  const { examples, problems } =
    format === 'CSV' ? parseExamplesCsv(content) : parseExamplesJsonl(stripMark(content));
  if (problems.length > 0) {
    const lines = new Set(problems.map(({ line }) => line)).size;
    const message = `${lines} ${lines === 1 ? 'line is' : 'lines are'} wrong; nothing was stored.`;
    return { kind: 'invalid', message, problems: problems.slice(0, maxProblemsShown) };
  }
  if (examples.length < minExamples) {
    const message = `A data set needs at least ${minExamples} examples, one of which is held out; this has ${examples.length}.`;
    return { kind: 'invalid', message, problems: [] };
  }
  return { kind: 'valid', examples };
}

function parseExamplesCsv(content: string): { examples: Conversation[]; problems: LineProblem[] } {
  const { rows, problems: syntax } = parseCsv(content);
  const [header, ...body] = rows;
  const columns = (header?.fields ?? []).map((name) => name.trim());
  const [prompt, completion] = [columns.indexOf('prompt'), columns.indexOf('completion')];
  if (header === undefined) return { examples: [], problems: [] };
  if (prompt < 0 || completion < 0) {
    const message = `the header line needs the columns \`prompt\` and \`completion\`, it has ${columns.map((name) => `\`${name}\``).join(', ')}`;
    return { examples: [], problems: [{ line: header.line, message }] };
  }
  const examples: Conversation[] = [];
  const problems: LineProblem[] = [...syntax];
  for (const { line, fields } of body) {
    if (syntax.some((problem) => problem.line === line)) continue;
    if (fields.length !== columns.length) {
      problems.push({ line, message: `has ${fields.length} fields, the header has ${columns.length}` });
      continue;
    }
    const example = checkExample({ prompt: fields[prompt], completion: fields[completion] });
    if ('problem' in example) problems.push({ line, message: example.problem });
    else examples.push(example);
  }
  return { examples, problems: problems.sort((a, b) => a.line - b.line) };
}

const stripMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
