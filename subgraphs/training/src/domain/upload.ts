/**
 * Files on their way into the artifact store: of a data set, of a model, of whatever else is too large for an operation.
 *
 *     begun -> bytes arrive in chunks, each at the offset that was acknowledged last -> complete -> taken
 *        \____________________________ expired, abandoned ____________________________/
 *
 * What is announced (paths, sizes, hashes) is fixed at the beginning, so the same announcement finds the same upload
 * again, and what has arrived can be held against it before anything is made of it.
 */
import { createHash } from 'node:crypto';
import type { FieldProblem } from '@fathom/platform/refusals';

/** More at once gains nothing, and less of it is lost when a connection is cut. */
export const maxChunkBytes = 64 * 1024 * 1024;
export const maxUploadFiles = 1_000;
const maxPathLength = 255;

export interface AnnouncedFile {
  /** Inside the upload, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface UploadFile extends AnnouncedFile {
  readonly uploadId: string;
  readonly position: number;
  /** Acknowledged: durable, in order, from the first byte on. */
  readonly receivedBytes: number;
}

export interface Upload {
  readonly id: string;
  readonly tenant: string;
  readonly expiresAt: Date;
  readonly takenAs: string | null;
  readonly files: readonly UploadFile[];
}

/** Why these files cannot be announced; undefined if they can. */
export function announcementProblem(files: readonly AnnouncedFile[]): FieldProblem | undefined {
  if (files.length < 1 || files.length > maxUploadFiles) {
    return {
      field: 'input.files',
      message: `number ${files.length}, allowed are 1 to ${maxUploadFiles.toLocaleString('en')}`,
    };
  }
  const seen = new Set<string>();
  for (const [index, file] of files.entries()) {
    const problem = fileProblem(file, seen);
    if (problem) return { ...problem, field: `input.files.${index}.${problem.field}` };
    seen.add(file.path);
  }
  const inside = files.findIndex(({ path }) => foldersOf(path).some((folder) => seen.has(folder)));
  return inside < 0
    ? undefined
    : { field: `input.files.${inside}.path`, message: 'lies in a folder that is a file of this upload' };
}

function fileProblem(
  { path, sizeBytes, sha256 }: AnnouncedFile,
  seen: ReadonlySet<string>,
): FieldProblem | undefined {
  if (!isInnerPath(path)) {
    return {
      field: 'path',
      message: `"${path.slice(0, maxPathLength)}" is not a relative path of 1 to ${maxPathLength} characters without \`.\`, \`..\`, \`\\\` or control characters`,
    };
  }
  if (seen.has(path)) return { field: 'path', message: `"${path}" is announced twice` };
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1)
    return { field: 'sizeBytes', message: `is ${sizeBytes}, allowed is a whole number from 1` };
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return { field: 'sha256', message: 'is not a SHA-256 in 64 lower-case hexadecimal digits' };
  return undefined;
}

function isInnerPath(path: string): boolean {
  if (path.length < 1 || path.length > maxPathLength) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be in a path.
  if (/[\\\u0000-\u001f\u007f]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Equal announcements have equal hashes, in whatever order their files are listed. */
export function announcementSha256(files: readonly AnnouncedFile[]): string {
  const lines = files.map(({ path, sizeBytes, sha256 }) => JSON.stringify([path, sizeBytes, sha256])).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** The first file of which bytes are still to come. */
export const incompleteFile = ({ files }: Upload): UploadFile | undefined =>
  files.find(({ receivedBytes, sizeBytes }) => receivedBytes < sizeBytes);
