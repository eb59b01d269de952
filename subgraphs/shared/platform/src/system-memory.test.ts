import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createSystemMemory } from './system-memory.ts';

const roots: string[] = [];
afterEach(() => Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true }))));

async function memoryOf(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'fathom-memory-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return createSystemMemory(root);
}
const meminfo = 'MemTotal: 8000000 kB\nMemFree: 100 kB\nMemAvailable:    4000000 kB\n';

test('where nothing bounds the group, the machine has the say', async () => {
  const memory = await memoryOf({
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '0::/pod\n',
    'sys/fs/cgroup/pod/memory.max': 'max\n',
    'sys/fs/cgroup/pod/memory.current': '1000\n',
    'sys/fs/cgroup/pod/memory.events': 'low 0\noom 3\noom_kill 2\n',
  });
  expect(memory.available()).toBe(4_096_000_000);
  expect(memory.oomKills()).toBe(2);
});

test("a group's limit counts, its droppable page cache does not count as used", async () => {
  const memory = await memoryOf({
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '0::/\n',
    'sys/fs/cgroup/memory.max': '1000000\n',
    'sys/fs/cgroup/memory.current': '900000\n',
    'sys/fs/cgroup/memory.stat': 'anon 500\ninactive_file 300000\n',
    'sys/fs/cgroup/memory.events': 'oom_kill 0\n',
  });
  expect(memory.available()).toBe(400_000);
  expect(memory.oomKills()).toBe(0);
});

test('groups of the first version are understood', async () => {
  const memory = await memoryOf({
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/job\n',
    'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '2000000\n',
    'sys/fs/cgroup/memory/job/memory.usage_in_bytes': '1500000\n',
    'sys/fs/cgroup/memory/job/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 7\n',
  });
  expect(memory.available()).toBe(500_000);
  expect(memory.oomKills()).toBe(7);
});

test('a system that says nothing of groups and killings has free memory all the same', async () => {
  const memory = await memoryOf({});
  expect(memory.available()).toBeGreaterThan(0);
  expect(memory.oomKills()).toBeNull();
});

test('the real system answers', () => {
  expect(createSystemMemory().available()).toBeGreaterThan(1e6);
});
