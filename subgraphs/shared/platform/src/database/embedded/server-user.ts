/**
 * Who runs the server. PostgreSQL refuses to run as root, and wants a user that has a name in /etc/passwd.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { raiseEmbedded } from './errors.ts';

/** `self` runs as whoever we are; `other` is the unprivileged user that root hands the server to. */
export type ServerUser =
  | { readonly kind: 'self' }
  | { readonly kind: 'other'; readonly uid: number; readonly gid: number; readonly name: string };

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Users that exist on most machines and own nothing of value, best first. */
const preferredNames = ['postgres', 'nobody', 'daemon'] as const;

/**
 * An existing cluster keeps its owner; a new one, under root, goes to the first of `postgres`, `nobody`, `daemon` that exists.
 * Throws POSTGRES_DATA_INCOMPATIBLE when the cluster belongs to somebody we cannot act as.
 */
export async function chooseServerUser(clusterDir: string): Promise<ServerUser> {
  const ourUid = process.getuid?.();
  if (ourUid === undefined) return { kind: 'self' };
  const owner = await stat(clusterDir).catch(() => undefined);
  if (ourUid !== 0) {
    if (owner && owner.uid !== ourUid) {
      throw raiseEmbedded('POSTGRES_DATA_INCOMPATIBLE', {
        because: `${clusterDir} belongs to user id ${owner.uid} and we run as ${ourUid}; it was probably made by a start under sudo. Give it back with chown, or start as that user.`,
      });
    }
    return { kind: 'self' };
  }
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const chosen =
    owner && owner.uid !== 0
      ? users.find((user) => user.uid === owner.uid)
      : preferredNames
          .map((name) => users.find((user) => user.name === name))
          .find((user) => user !== undefined);
  if (!chosen) {
    throw raiseEmbedded('POSTGRES_UNSUPPORTED', {
      because:
        'PostgreSQL does not run as root, and /etc/passwd names no unprivileged user (postgres, nobody or daemon)',
    });
  }
  return { kind: 'other', ...chosen };
}

export function parsePasswd(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && Number(uid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** What `spawn` needs to run as this user. */
export function spawnIdentity(user: ServerUser): { uid?: number; gid?: number } {
  return user.kind === 'other' ? { uid: user.uid, gid: user.gid } : {};
}

/** True when this user may read the file and pass through every folder above it. */
export async function canRead(user: ServerUser, file: string): Promise<boolean> {
  if (user.kind === 'self') return true;
  if (!(await grants(user, file, 0o4))) return false;
  for (let at = dirname(file); ; at = dirname(at)) {
    if (!(await grants(user, at, 0o1))) return false;
    if (at === dirname(at)) return true;
  }
}

async function grants(
  user: Extract<ServerUser, { kind: 'other' }>,
  path: string,
  bits: number,
): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
