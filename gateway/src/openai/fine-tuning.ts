/** Which of the façade's paths of files and fine-tuning jobs is which translation. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UploadRelay } from '../uploads/upload-relay.ts';
import { createFile, deleteFile, listFiles, retrieveFile, sendFileContent } from './files.ts';
import { cancelJob, createJob, listJobs, retrieveJob } from './fine-tuning-jobs.ts';
import type { GraphAccess } from './graph-access.ts';
import { listJobEvents } from './job-events.ts';
import type { Model } from './models.ts';

export interface FineTuningExchange {
  readonly graph: GraphAccess;
  readonly uploads: UploadRelay;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly models: () => Promise<readonly Model[]>;
  readonly readBody: () => Promise<unknown>;
}

const filePath = /^\/v1\/files\/([\w-]{1,100})(\/content)?$/;
const jobPath = /^\/v1\/fine_tuning\/jobs\/([\w-]{1,100})(\/events|\/cancel)?$/;

/** `undefined` where it is none of these, `sent` where the answer is under way already. Throws AppError. */
export async function answerFineTuning(exchange: FineTuningExchange): Promise<object | 'sent' | undefined> {
  const { graph, uploads, request, response, url, models, readBody } = exchange;
  const { pathname: path, searchParams } = url;
  switch (`${request.method} ${path}`) {
    case 'POST /v1/files':
      return createFile({ graph, uploads, request, timeoutMs: uploads.patienceMs });
    case 'GET /v1/files':
      return listFiles(graph, searchParams);
    case 'POST /v1/fine_tuning/jobs':
      return createJob(graph, models, await readBody());
    case 'GET /v1/fine_tuning/jobs':
      return listJobs(graph, searchParams);
  }
  const [, fileId, content] = filePath.exec(path) ?? [];
  if (fileId !== undefined && request.method === 'GET') {
    if (content === undefined) return retrieveFile(graph, fileId);
    await sendFileContent({ graph, uploads, response }, fileId);
    return 'sent';
  }
  if (fileId !== undefined && content === undefined && request.method === 'DELETE')
    return deleteFile(graph, fileId);
  const [, jobId, action] = jobPath.exec(path) ?? [];
  if (jobId === undefined) return undefined;
  switch (`${request.method} ${action ?? ''}`) {
    case 'GET ':
      return retrieveJob(graph, jobId);
    case 'GET /events':
      return listJobEvents(graph, jobId, searchParams);
    case 'POST /cancel':
      return cancelJob(graph, jobId);
  }
  return undefined;
}
