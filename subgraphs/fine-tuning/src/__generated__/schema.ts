export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment as an ISO 8601 string in UTC, for instance `2026-11-24T08:30:00.000Z`. */
  DateTime: { input: string; output: Date | string; }
  _FieldSet: { input: string; output: string; }
};

/** What became of a cancellation. */
export type CancelFineTuningJobResult = FineTuningJob | NotFound | WrongState;

/** Examples to train on: immutable and named by their content. */
export type DataSet = {
  readonly __typename?: 'DataSet';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

/** One example. */
export type ExampleInput = {
  /** What it shall answer, 1 to 8,000 characters. */
  readonly completion: Scalars['String']['input'];
  /** What the model is given, 1 to 8,000 characters. */
  readonly prompt: Scalars['String']['input'];
};

/** A LoRA job. */
export type FineTuningJob = {
  readonly __typename?: 'FineTuningJob';
  /** The adapter's scale is `alpha / rank`. */
  readonly alpha: Scalars['Float']['output'];
  /** The version that it starts from. */
  readonly baseVersion: ModelVersion;
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** What it trains on. Null where the examples came with the job. */
  readonly dataSet?: Maybe<DataSet>;
  /** Why it stands there, for people; always set when `status` is `FAILED`. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** How many examples it trains on. Null until they are read. */
  readonly exampleCount?: Maybe<Scalars['Int']['output']>;
  /** A stable code where `status` is `FAILED`. */
  readonly failureCode?: Maybe<Scalars['String']['output']>;
  /** Loss on held-out examples after the last step. Null until measured. */
  readonly finalHeldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** When it ended. Null while it runs. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Loss on held-out examples before the first step. Null until measured. */
  readonly initialHeldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** Training loss of the last step, nats a token. */
  readonly loss?: Maybe<Scalars['Float']['output']>;
  /** The loss curve, evenly thinned. */
  readonly lossCurve: ReadonlyArray<FineTuningLossPoint>;
  /** The name under which the adapter is registered. */
  readonly modelName: Scalars['String']['output'];
  /** The adapter as a registered version. Null until it is. */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** Trainable parameters of the adapter. Null until the job has begun. */
  readonly parameterCount?: Maybe<Scalars['Float']['output']>;
  /** The adapter's rank. */
  readonly rank: Scalars['Int']['output'];
  /** Who started it. */
  readonly startedBy: Scalars['String']['output'];
  /** Where it stands. */
  readonly status: FineTuningJobStatus;
  /** Steps done. */
  readonly step: Scalars['Int']['output'];
  /** Steps to do. */
  readonly totalSteps: Scalars['Int']['output'];
};


/** A LoRA job. */
export type FineTuningJobLossCurveArgs = {
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of jobs. */
export type FineTuningJobConnection = {
  readonly __typename?: 'FineTuningJobConnection';
  /** The jobs of this page with their cursors. */
  readonly edges: ReadonlyArray<FineTuningJobEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A job in a page. */
export type FineTuningJobEdge = {
  readonly __typename?: 'FineTuningJobEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The job. */
  readonly node: FineTuningJob;
};

/** One event of a job's progress. Sequences are gapless from 1; a cursor resumes after its event. */
export type FineTuningJobProgress = {
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** Where a job stands. */
export type FineTuningJobStatus =
  /** Stopped on request. */
  | 'CANCELLED'
  /** Done: `modelVersion` is there. */
  | 'COMPLETED'
  /** The adapter is measured and stored. */
  | 'EVALUATING'
  /** Stopped by a fault, see `detail`. */
  | 'FAILED'
  /** Files and examples are fetched and checked. */
  | 'PREPARING'
  /** Waiting for a worker. */
  | 'QUEUED'
  /** The adapter waits for its place in the registry. */
  | 'REGISTERING'
  /** Steps are taken. */
  | 'TRAINING';

/** The job changed its state. The last event is one of these. */
export type FineTuningJobTransitioned = FineTuningJobProgress & {
  readonly __typename?: 'FineTuningJobTransitioned';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Why, for people. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The new state. */
  readonly status: FineTuningJobStatus;
};

/** A point of a job's loss curve. */
export type FineTuningLossPoint = {
  readonly __typename?: 'FineTuningLossPoint';
  /** The learning rate of this step. */
  readonly learningRate: Scalars['Float']['output'];
  /** Training loss, nats a token. */
  readonly loss: Scalars['Float']['output'];
  /** The optimizer step, from 1. */
  readonly step: Scalars['Int']['output'];
  /** Training tokens a second around this step. */
  readonly tokensPerSecond: Scalars['Float']['output'];
};

/** Steps were taken. */
export type FineTuningStepped = FineTuningJobProgress & {
  readonly __typename?: 'FineTuningStepped';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Seconds until the last step, at the present speed. */
  readonly etaSeconds: Scalars['Float']['output'];
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** The newest point of the loss curve. */
  readonly point: FineTuningLossPoint;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

/** An immutable version of a model. */
export type ModelVersion = {
  readonly __typename?: 'ModelVersion';
  /** The job that made it. Null for versions that training made. */
  readonly fineTuningJob?: Maybe<FineTuningJob>;
  /** Its id, `name@number`. */
  readonly id: Scalars['ID']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Stops a job after the step under way. Nothing is registered. */
  readonly cancelFineTuningJob: CancelFineTuningJobResult;
  /** Starts a LoRA job on a registered version. */
  readonly startFineTuningJob: StartFineTuningJobResult;
};


export type MutationCancelFineTuningJobArgs = {
  id: Scalars['ID']['input'];
};


export type MutationStartFineTuningJobArgs = {
  input: StartFineTuningJobInput;
};

/** Nothing by that id exists for your tenant. */
export type NotFound = {
  readonly __typename?: 'NotFound';
  /** The id that was asked for. */
  readonly id: Scalars['ID']['output'];
  /** What was looked for. */
  readonly message: Scalars['String']['output'];
};

/** Where a page ends and whether another follows. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Pass it as `after` to get the next page. Null for an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** True if there is another page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** One fine-tuning job by its id. */
  readonly fineTuningJob?: Maybe<FineTuningJob>;
  /** Fine-tuning jobs, newest first. */
  readonly fineTuningJobs: FineTuningJobConnection;
};


export type QueryFineTuningJobArgs = {
  id: Scalars['ID']['input'];
};


export type QueryFineTuningJobsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What to fine-tune. */
export type StartFineTuningJobInput = {
  /** The adapter's scale is `alpha / rank`. */
  readonly alpha?: InputMaybe<Scalars['Float']['input']>;
  /** The version to start from, a `FULL` one. */
  readonly baseVersionId: Scalars['ID']['input'];
  /** Sequences a step, 1 to 64. */
  readonly batchSize?: InputMaybe<Scalars['Int']['input']>;
  /** The data set's id. Either this or `examples`. */
  readonly dataSetId?: InputMaybe<Scalars['ID']['input']>;
  /** The examples themselves, at most 10,000. Either these or `dataSetId`. */
  readonly examples?: InputMaybe<ReadonlyArray<ExampleInput>>;
  /** The highest learning rate. */
  readonly learningRate?: InputMaybe<Scalars['Float']['input']>;
  /** The name under which the adapter is registered, 1 to 60 characters of `a-z`, `0-9` and `-`. */
  readonly modelName: Scalars['String']['input'];
  /** The adapter's rank, 1 to 64. */
  readonly rank?: InputMaybe<Scalars['Int']['input']>;
  /** Decides the adapter's initial weights and the order of examples. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Optimizer steps, 1 to 20,000. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
};

/** What became of the start of a job. */
export type StartFineTuningJobResult = FineTuningJob | InvalidInput | NotFound;

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** The progress of a job, from the beginning or after a cursor, then live, each event exactly once. Ends with the job. */
  readonly fineTuningJobProgressed: FineTuningJobProgress;
};


export type SubscriptionFineTuningJobProgressedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
};

/** The object's state does not allow this. */
export type WrongState = {
  readonly __typename?: 'WrongState';
  /** What state it is in and what would be possible. */
  readonly message: Scalars['String']['output'];
  /** The state it is in. */
  readonly state: Scalars['String']['output'];
};

/** What a shared stream begins with where `after` is not given. */
export type SharedStream__Beginning =
  /** The first event there is. */
  | 'FIRST'
  /** The next event to come. */
  | 'NOW';

/** What else the events of a shared stream depend on. */
export type SharedStream__Sharing =
  /** Nothing: they are the same for everybody. */
  | 'NOBODY'
  /** The caller's tenant. */
  | 'TENANT';
