import { describe, expect, it } from 'vitest';
import { portVariableOf, readLocalEnv } from './env.ts';

function read(source: Record<string, string>) {
  const result = readLocalEnv(source);
  if (!result.ok) throw new Error(result.problems.join());
  return result.env;
}

describe('ports', () => {
  it('are 4000 to 4006 and 5439 unless told otherwise', () => {
    const env = read({});
    expect([env.gatewayPort, ...Object.values(env.servicePorts), env.postgresPort]).toEqual([
      4000, 4001, 4002, 4003, 4004, 4005, 4006, 5439,
    ]);
  });

  it('follow the gateway’s, except those that were set', () => {
    const env = read({ PORT: '5000', TRAINING_PORT: '7000' });
    expect(env.servicePorts).toMatchObject({ inference: 5001, training: 7000, monitoring: 5006 });
  });

  it('are all free ones when the gateway’s is 0', () => {
    const env = read({ PORT: '0' });
    expect(new Set([...Object.values(env.servicePorts), env.postgresPort])).toEqual(new Set([0]));
  });

  it('are set by variables named after their parts', () => {
    expect(['gateway', 'deep-learning', 'postgres'].map(portVariableOf)).toEqual([
      'PORT',
      'DEEP_LEARNING_PORT',
      'POSTGRES_PORT',
    ]);
  });
});

describe('the data folder', () => {
  it('is FATHOM_HOME, or FATHOM_DATA_DIR, or .fathom in the repository', () => {
    expect(read({ FATHOM_HOME: '/a', FATHOM_DATA_DIR: '/b' }).home).toBe('/a');
    expect(read({ FATHOM_DATA_DIR: '/b' }).home).toBe('/b');
    expect(read({}).home).toMatch(/\/\.fathom$/);
  });
});
