import type { UploadFileResolvers, UploadResolvers } from '../__generated__/resolvers.ts';
import { incompleteFile, maxChunkBytes } from '../domain/upload.ts';

export const Upload: UploadResolvers = {
  isComplete: (upload) => incompleteFile(upload) === undefined,
  maxChunkBytes: () => maxChunkBytes,
};

export const UploadFile: UploadFileResolvers = {
  path: ({ path }) => path,
  /** As the gateway knows it: by the service's name. */
  url: ({ uploadId, position }) => `/uploads/training/${uploadId}/${position}`,
};
