import type { CheckReport, SchemaChange } from './check.ts';
import type { SourceLocation } from './locate.ts';

export const reportFormats = ['text', 'json', 'github'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A report as text for people, as JSON for programs, or as annotations of a GitHub pull request. */
export function formatReport(report: CheckReport, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'github':
      return asAnnotations(report);
    case 'text':
      return asText(report);
  }
}

const marks = { breaking: '✗ breaking ', dangerous: '! dangerous', safe: '✓ safe     ' } as const;

function asText(report: CheckReport): string {
  const lines = [
    ...report.problems.map(
      ({ code, message, location }) => `✗ ${code} ${at(location)}\n    ${message.replaceAll('\n', '\n    ')}`,
    ),
    ...bySeverity(report.changes).map((change) =>
      `${marks[change.severity]} ${change.message} ${at(change.location)}`.trimEnd(),
    ),
    summary(report),
  ];
  return `${lines.join('\n')}\n`;
}

function asAnnotations(report: CheckReport): string {
  const problems = report.problems.map(({ code, message, location }) =>
    annotation('error', code, message, location),
  );
  const changes = bySeverity(report.changes)
    .filter((change) => change.severity !== 'safe')
    .map((change) =>
      annotation(
        change.severity === 'breaking' ? 'error' : 'warning',
        `${change.severity} change`,
        change.message,
        change.location,
      ),
    );
  return `${[...problems, ...changes, summary(report)].join('\n')}\n`;
}

/** GitHub's workflow command; `%`, CR and LF must be escaped, in properties `:` and `,` too. */
function annotation(
  level: 'error' | 'warning',
  title: string,
  message: string,
  location?: SourceLocation,
): string {
  const place = location ? `file=${property(location.path)},line=${location.line},` : '';
  return `::${level} ${place}title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function at(location: SourceLocation | undefined): string {
  return location ? `(${location.path}:${location.line})` : '';
}

function bySeverity(changes: readonly SchemaChange[]): readonly SchemaChange[] {
  const order = { breaking: 0, dangerous: 1, safe: 2 } as const;
  return [...changes].sort((a, b) => order[a.severity] - order[b.severity]);
}

function summary(report: CheckReport): string {
  const count = (severity: SchemaChange['severity']) =>
    report.changes.filter((change) => change.severity === severity).length;
  const counts = `${count('breaking')} breaking, ${count('dangerous')} dangerous, ${count('safe')} safe`;
  switch (report.outcome) {
    case 'pass':
      return `The schema check passed: ${counts}.`;
    case 'breaking':
      return `The schema check failed: ${counts}.`;
    case 'operation-broken':
      return `The schema check failed: ${report.problems.length} problems in checked-in operations.`;
    case 'composition-failed':
      return `The schema check failed: the subgraphs do not compose (${report.problems.length} problems).`;
  }
}
