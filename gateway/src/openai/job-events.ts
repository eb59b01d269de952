/**
 * `/v1/fine_tuning/jobs/<id>/events`: what a job has told of itself up to now, newest first. The graph has it as a stream
 * from the beginning; it is read as far as the job has come, and left.
 */
import { raise } from '../errors.ts';
import { findJob, secondsOf } from './fine-tuning-jobs.ts';
import type { GraphAccess } from './graph-access.ts';

type Progress =
  | {
      readonly __typename: 'FineTuningStepped';
      readonly sequence: number;
      readonly point: { readonly step: number; readonly loss: number; readonly learningRate: number };
    }
  | {
      readonly __typename: 'FineTuningJobTransitioned';
      readonly sequence: number;
      readonly status: string;
      readonly detail: string | null;
    };

export async function listJobEvents(graph: GraphAccess, id: string, query: URLSearchParams): Promise<object> {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw raise('BAD_USER_INPUT', { because: '`limit` is 1 to 100', details: { param: 'limit' } });
  const job = await findJob(graph, id);
  const progress: Progress[] = [];
  const stream = graph.stream<{ fineTuningJobProgressed: Progress }>('FollowFineTuningJob', { id });
  for await (const { fineTuningJobProgressed: event } of stream) {
    progress.push(event);
    const isThere =
      event.__typename === 'FineTuningStepped'
        ? job.status === 'TRAINING' && event.point.step >= job.step
        : event.status === job.status && (job.status !== 'TRAINING' || job.step === 0);
    // A job that has ended ends its stream.
    if (isThere && job.finishedAt === null) break;
  }
  const events = progress.map((event) => eventOf(event, id, secondsOf(job.createdAt))).reverse();
  const after = query.get('after');
  const start = after === null ? 0 : events.findIndex((event) => event.id === after) + 1;
  return {
    object: 'list',
    data: events.slice(start, start + limit),
    has_more: events.length > start + limit,
  };
}

function eventOf(event: Progress, jobId: string, createdAt: number) {
  const common = {
    id: `ftevent-${jobId}-${event.sequence}`,
    object: 'fine_tuning.job.event' as const,
    // The graph orders events, it does not date them.
    created_at: createdAt,
  };
  if (event.__typename === 'FineTuningStepped') {
    const { step, loss, learningRate } = event.point;
    return {
      ...common,
      level: 'info',
      type: 'metrics',
      message: `Step ${step}: training loss=${loss.toFixed(4)}`,
      data: { step, train_loss: loss, learning_rate: learningRate },
    };
  }
  const { status, detail } = event;
  return {
    ...common,
    level: status === 'FAILED' ? 'error' : 'info',
    type: 'message',
    message: detail ? `${status}: ${detail}` : status,
    data: {},
  };
}
