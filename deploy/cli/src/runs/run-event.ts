/** What `trainingRunProgressed` says, as far as it is shown. */
export type RunEvent = {
  readonly sequence: number;
  readonly cursor: string;
} & (
  | {
      readonly __typename: 'TrainingStepped';
      readonly etaSeconds: number;
      readonly point: {
        readonly step: number;
        readonly loss: number;
        readonly heldOutLoss: number | null;
        readonly learningRate: number;
        readonly gradientNorm: number;
        readonly tokensPerSecond: number;
      };
    }
  | {
      readonly __typename: 'TrainingCheckpointed';
      readonly checkpoint: { readonly step: number; readonly sizeBytes: number };
    }
  | {
      readonly __typename: 'TrainingSampled';
      readonly samples: readonly {
        readonly step: number;
        readonly prompt: string;
        readonly completion: string;
      }[];
    }
  | {
      readonly __typename: 'TrainingRunTransitioned';
      readonly transition: {
        readonly from: string | null;
        readonly to: string;
        readonly detail: string | null;
        readonly at: string;
      };
    }
);
