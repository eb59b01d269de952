import { describe, expect, it } from 'vitest';
import { createLogger } from './logging.ts';

function createSubject() {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { lines, logger: createLogger({ service: 'training', level: 'info', destination }) };
}

describe('a log line', () => {
  it('has the field names of ECS', () => {
    const { lines, logger } = createSubject();
    logger.warn({ runId: '7' }, 'a run was lost');
    expect(lines[0]).toMatchObject({
      'log.level': 'warn',
      message: 'a run was lost',
      'service.name': 'training',
      runId: '7',
    });
    expect(Date.parse(String(lines[0]?.['@timestamp']))).not.toBeNaN();
  });

  it('tells an error with its causes', () => {
    const { lines, logger } = createSubject();
    logger.error({ err: new Error('outer', { cause: new TypeError('inner') }) }, 'failed');
    const error = lines[0]?.['error'] as { type: string; message: string; stack_trace: string };
    expect(error).toMatchObject({ type: 'Error', message: 'outer' });
    expect(error.stack_trace).toMatch(/outer[\s\S]*Caused by: TypeError: inner/);
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('never holds a secret, at the top or nested', () => {
    const { lines, logger } = createSubject();
    logger.info(
      { token: 'hunter2', headers: { authorization: 'hunter2' }, a: { b: { password: 'hunter2' } } },
      'asked',
    );
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
