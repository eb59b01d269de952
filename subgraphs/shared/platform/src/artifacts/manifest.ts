/**
 * The manifest of an artifact: its files, by path, size and hash. The artifact's URI is the hash of the manifest's own
 * bytes, so whoever has the URI can verify every byte, wherever the store got it from.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import { raiseArtifact } from './artifact-errors.ts';

const fileSchema = z.object({
  path: z.string().refine(isInnerPath, 'must be a relative path inside the artifact'),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const manifestSchema = z.object({ version: z.literal(1), files: z.array(fileSchema).min(1) });

export type ManifestFile = Readonly<z.infer<typeof fileSchema>>;

export interface Manifest {
  readonly version: 1;
  /** Sorted by path (code units), with `/` on every system. */
  readonly files: readonly ManifestFile[];
}

const uriPattern = /^artifact:sha256-([0-9a-f]{64})$/;

/** The same files give the same bytes on every system. */
export function encodeManifest(files: readonly ManifestFile[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: Manifest = {
    version: 1,
    files: sorted.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })),
  };
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/** Throws ARTIFACT_CORRUPT if the text is not the manifest that `hash` names. */
export function decodeManifest(text: string, hash: string): Manifest {
  if (sha256(text) !== hash)
    throw raiseArtifact('ARTIFACT_CORRUPT', corrupt(hash, 'manifest.json', 'its hash differs'));
  return manifestSchema.parse(JSON.parse(text));
}

export function corrupt(hash: string, file: string, what: string) {
  return { because: `${file} of ${uriOf(hash)}: ${what}`, details: { uri: uriOf(hash), file } };
}

export const uriOf = (hash: string): string => `artifact:sha256-${hash}`;

/** Throws BAD_USER_INPUT for anything but an artifact URI. */
export function hashOf(uri: string): string {
  const hash = uriPattern.exec(uri)?.[1];
  if (!hash)
    throw raiseArtifact('BAD_USER_INPUT', {
      because: `${JSON.stringify(uri.slice(0, 100))} is not an artifact URI (artifact:sha256-<64 hex digits>)`,
    });
  return hash;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isInnerPath(path: string): boolean {
  return (
    path !== '' &&
    !posix.isAbsolute(path) &&
    posix.normalize(path) === path &&
    !path.startsWith('..') &&
    !/[\\\0]/.test(path)
  );
}
