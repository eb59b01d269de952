/** `generate`: the named model's own words, token by token. */
import { explain } from '../domain/explanations.ts';
import type { GenerationRun } from './generation-run.ts';

/** Runs to the end, or on from where a former process stopped. */
export async function runGenerate(run: GenerationRun): Promise<void> {
  const { modelVersionId, maxTokens } = run.settings;
  if (run.record.service === undefined) {
    void run.emit([
      {
        type: 'routed',
        service: 'INFERENCE',
        reason: 'REQUESTED',
        explanation: explain.requested(modelVersionId),
        modelVersionId,
        deviceId: run.deviceId,
      },
    ]);
  }
  // The former process had sent the last token, but not the end.
  if (run.record.tokens.length >= maxTokens) return run.complete('LENGTH');
  const decoded = await run.decode({
    prior: run.record.tokens,
    onToken: (token) => void run.emit([run.tokenEvent(token)]),
  });
  switch (decoded.kind) {
    case 'finished':
      return run.complete(decoded.reason, decoded.tailText === '' ? [] : [run.textEvent(decoded.tailText)]);
    case 'cancelled':
      return run.complete('CANCELLED');
    case 'failed':
      return run.fail(decoded.code, decoded.message);
  }
}
