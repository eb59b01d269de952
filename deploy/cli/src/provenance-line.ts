/** The line under an answer: who, why, how sure, which model, how fast. */
export interface ProvenanceFacts {
  readonly service: string | null;
  readonly reason: string | null;
  readonly score: number | null;
  readonly bound: number | null;
  readonly finishReason: string | null;
  readonly modelVersion: { readonly id: string } | null;
  readonly device: { readonly id: string } | null;
  readonly usage: {
    readonly completionTokens: number;
    readonly timeToFirstTokenMs: number | null;
    readonly tokensPerSecond: number | null;
  };
}

export function provenanceLine(facts: ProvenanceFacts): string {
  const { service, reason, score, bound, finishReason, modelVersion, device, usage } = facts;
  const parts = [
    `${service ?? 'nobody'} (${reason ?? 'undecided'})`,
    score === null || bound === null ? undefined : `score ${score.toFixed(3)}, bound ${bound.toFixed(3)}`,
    modelVersion ? `model ${modelVersion.id}${device ? ` on ${device.id}` : ''}` : undefined,
    `${usage.completionTokens} tokens`,
    usage.timeToFirstTokenMs === null ? undefined : `first after ${usage.timeToFirstTokenMs.toFixed(0)} ms`,
    usage.tokensPerSecond === null ? undefined : `${usage.tokensPerSecond.toFixed(0)} tokens/s`,
    finishReason === 'STOP' || finishReason === null ? undefined : finishReason.toLowerCase(),
  ];
  return `— ${parts.filter((part) => part !== undefined).join(' · ')}`;
}
