/**
 * How much memory this process may still take, and how often the kernel's out-of-memory killer struck where it lives: of
 * the machine, or of the control group (container, pod) that bounds it, whichever is less.
 */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

export interface SystemMemory {
  /** Bytes, page cache that can be dropped counted as free. */
  available(): number;
  /** Processes that the kernel killed for want of memory since the group exists; null where it does not say. */
  oomKills(): number | null;
}

/** `root` is for tests: a folder with `proc` and `sys` in it. */
export function createSystemMemory(root = '/'): SystemMemory {
  const read = (...path: readonly string[]): string | null => {
    try {
      return readFileSync(join(root, ...path), 'utf8');
    } catch {
      return null;
    }
  };
  return {
    available: () => Math.min(ofMachine(read), ofGroup(read)),
    oomKills: () => {
      const [kills] = groupFolders(read).flatMap((folder) => {
        const text =
          read(folder, 'memory.events.local') ??
          read(folder, 'memory.events') ??
          read(folder, 'memory.oom_control');
        return field(text, /^oom_kill (\d+)$/m) ?? [];
      });
      return kills ?? field(read('proc/vmstat'), /^oom_kill (\d+)$/m);
    },
  };
}

type Read = (...path: readonly string[]) => string | null;

function ofMachine(read: Read): number {
  const kilobytes = field(read('proc/meminfo'), /^MemAvailable:\s+(\d+) kB$/m);
  return kilobytes === null ? freemem() : kilobytes * 1024;
}

/** Infinite where nothing bounds the group. */
function ofGroup(read: Read): number {
  const left = groupFolders(read).map((folder) => {
    const limit = number(read(folder, 'memory.max') ?? read(folder, 'memory.limit_in_bytes'));
    const used = number(read(folder, 'memory.current') ?? read(folder, 'memory.usage_in_bytes'));
    if (limit === null || used === null) return Number.POSITIVE_INFINITY;
    const cache = field(read(folder, 'memory.stat'), /^(?:total_)?inactive_file (\d+)$/m) ?? 0;
    return Math.max(0, limit - used + cache);
  });
  return Math.min(...left, Number.POSITIVE_INFINITY);
}

/** Of version 2 (`0::/path`) and of version 1 (`5:memory:/path`); a container sees its own group as the root. */
function groupFolders(read: Read): readonly string[] {
  const lines = (read('proc/self/cgroup') ?? '').split('\n');
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return [join('sys/fs/cgroup', path), 'sys/fs/cgroup'];
    if (controllers?.split(',').includes('memory'))
      return [join('sys/fs/cgroup/memory', path), 'sys/fs/cgroup/memory'];
    return [];
  });
}

/** `max`, version 2's word for no limit, is no number. */
function number(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}

function field(text: string | null, pattern: RegExp): number | null {
  const found = pattern.exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
}
