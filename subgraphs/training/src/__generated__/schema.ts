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

/** What became of the end of an upload. */
export type AbandonUploadResult = NotFound | UploadAbandoned;

/** A move of an alias: an entry of the audit that is never changed. */
export type AliasMove = {
  readonly __typename?: 'AliasMove';
  /** The alias. */
  readonly alias: Scalars['String']['output'];
  /** The evaluation that the move rested on, where there was one. */
  readonly evaluation?: Maybe<Evaluation>;
  /** Where it led before. Null for its first move. */
  readonly from?: Maybe<ModelVersion>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The model. */
  readonly model: Model;
  /** When. */
  readonly movedAt: Scalars['DateTime']['output'];
  /** Who moved it. */
  readonly movedBy: Scalars['String']['output'];
  /** Why. */
  readonly reason: Scalars['String']['output'];
  /** Where it leads since. */
  readonly to: ModelVersion;
};

/** What a network is. */
export type ArchitectureFamily =
  /**
   * An encoder as BERT has it, with a WordPiece vocabulary of lower-case words. It can learn the tasks `CLASSIFICATION` and `EMBEDDING`; every
   * token sees every other.
   */
  | 'BERT'
  /** A decoder as Llama has it, with a byte-level BPE vocabulary. It can learn every task. */
  | 'LLAMA';

/** A network from scratch. */
export type ArchitectureInput = {
  /** Number of attention heads. */
  readonly attentionHeads?: InputMaybe<Scalars['Int']['input']>;
  /** The longest sequence, in tokens, 32 to 1,024. */
  readonly contextLength?: InputMaybe<Scalars['Int']['input']>;
  /** What it is. */
  readonly family?: InputMaybe<ArchitectureFamily>;
  /** Width of the feed-forward layer. */
  readonly feedForwardSize?: InputMaybe<Scalars['Int']['input']>;
  /** Width of the model; a multiple of `attentionHeads`. */
  readonly hiddenSize?: InputMaybe<Scalars['Int']['input']>;
  /** Number of key-value heads of a decoder; divides `attentionHeads`. */
  readonly keyValueHeads?: InputMaybe<Scalars['Int']['input']>;
  /** Number of layers. */
  readonly layers?: InputMaybe<Scalars['Int']['input']>;
  /** Entries of the vocabulary that is learned from the data set, 300 to 8,192. */
  readonly vocabularySize?: InputMaybe<Scalars['Int']['input']>;
};

/** Files to be uploaded. */
export type BeginUploadInput = {
  /** The files, 1 to 1,000. */
  readonly files: ReadonlyArray<UploadFileInput>;
};

/** What became of an announcement. */
export type BeginUploadResult = InvalidInput | Upload;

/** What became of a pause, a cancellation, a resumption or a retry. */
export type ChangeTrainingRunResult = NotFound | TrainingRun | WrongState;

/** The trainer's whole state at a step, from which a run resumes bitwise. */
export type Checkpoint = {
  readonly __typename?: 'Checkpoint';
  /** Where its files are: a content address. */
  readonly artifactUri: Scalars['String']['output'];
  /** When it was durable. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Loss on the held-out examples after this very step, where it was measured. */
  readonly heldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** SHA-256 of the state, hexadecimal; checked before every resumption. */
  readonly sha256: Scalars['String']['output'];
  /** Its size in bytes. */
  readonly sizeBytes: Scalars['Float']['output'];
  /** The step after which it was taken. */
  readonly step: Scalars['Int']['output'];
};

/** What became of a comparison. */
export type CompareTrainingRunsResult = InvalidInput | NotFound | TrainingRunComparison;

/** One result of several runs. */
export type ComparedMetric = {
  readonly __typename?: 'ComparedMetric';
  /** For instance `loss`, `bestHeldOutLoss`, `tokensSeen` or `held-out.exactMatch`. */
  readonly name: Scalars['String']['output'];
  /** The runs' values; null where a run has none. */
  readonly values: ReadonlyArray<Maybe<Scalars['Float']['output']>>;
};

/** A stretch of steps of several loss curves. */
export type ComparedPoint = {
  readonly __typename?: 'ComparedPoint';
  /** The last held-out loss in the stretch; null where none was measured. */
  readonly heldOutLosses: ReadonlyArray<Maybe<Scalars['Float']['output']>>;
  /** Mean training loss over the stretch, nats a token; null where a run took no step in it. */
  readonly losses: ReadonlyArray<Maybe<Scalars['Float']['output']>>;
  /** The last step of the stretch. */
  readonly step: Scalars['Int']['output'];
};

/** A value of the config that is not the same in all runs. */
export type ConfigDifference = {
  readonly __typename?: 'ConfigDifference';
  /** For instance `hyperparameters.learningRate`, `seed` or `dataSetId`. */
  readonly path: Scalars['String']['output'];
  /** The runs' values as JSON; null where a run has none. */
  readonly values: ReadonlyArray<Maybe<Scalars['String']['output']>>;
};

/** A data set of taught knowledge. */
export type CreateDataSetFromKnowledgeInput = {
  /** A name for people, 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
};

/** An uploaded file of examples. */
export type CreateDataSetFromUploadInput = {
  /** How the file is written. */
  readonly format: DataSetFormat;
  /** A name for people, 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
  /** Whose fields the examples have, see `TrainingTask`. */
  readonly task?: InputMaybe<TrainingTask>;
  /** The upload's id. It has one file, and all of its bytes. */
  readonly uploadId: Scalars['ID']['input'];
};

/**
 * What became of a data set from an upload. `WrongState` has the state `INCOMPLETE` where bytes are missing, or came with another
 * hash than was announced.
 */
export type CreateDataSetFromUploadResult = DataSet | InvalidDataSet | InvalidInput | NotFound | WrongState;

/** Examples to train on. */
export type CreateDataSetInput = {
  /** The examples, at most 16 MiB, in any format that is text. See `DataSetFormat`. */
  readonly content: Scalars['String']['input'];
  /** How `content` is written. */
  readonly format: DataSetFormat;
  /** A name for people, 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
  /** Whose fields the examples have, see `TrainingTask`. */
  readonly task?: InputMaybe<TrainingTask>;
};

/** What became of a new data set. */
export type CreateDataSetResult = DataSet | InvalidDataSet | InvalidInput;

/** A named set of prompts with expected answers. */
export type CreateEvaluationSuiteInput = {
  /** The prompts and the expected answers: a data set of at most 2,000 examples. */
  readonly dataSetId: Scalars['ID']['input'];
  /** What it is for, at most 500 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Its name, 1 to 60 characters of `a-z`, `0-9` and `-`. A name that is there gets a new version. */
  readonly name: Scalars['String']['input'];
  /** How an answer is held against the expected one. */
  readonly scoring: SuiteScoring;
};

/** What became of a new suite. */
export type CreateEvaluationSuiteResult = EvaluationSuite | InvalidInput | NotFound;

/** Examples to train on: a version of a name, immutable and named by its content. */
export type DataSet = {
  readonly __typename?: 'DataSet';
  /** When it was stored. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** How many examples it holds. */
  readonly exampleCount: Scalars['Int']['output'];
  /** Its examples in their order. */
  readonly examples: ExampleConnection;
  /** The feature view that it was exported from, if it was. */
  readonly featureView?: Maybe<FeatureView>;
  /** The moment as of which the features were read, if it was exported from a feature view. */
  readonly featuresAsOf?: Maybe<Scalars['DateTime']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Where its content comes from and under which licences, if that was recorded. */
  readonly provenance?: Maybe<Scalars['String']['output']>;
  /** Who removed its examples, when and why. Null while they are there, or where only its record was ever kept. */
  readonly removal?: Maybe<DataSetRemoval>;
  /** The first of its examples, at hand even where its content is not kept. None once it is removed. */
  readonly sample: ReadonlyArray<Example>;
  /** SHA-256 of its content, hexadecimal. */
  readonly sha256: Scalars['String']['output'];
  /** Its size in bytes. Null where only the record of a data set is kept, not its content; so once it is removed. */
  readonly sizeBytes?: Maybe<Scalars['Float']['output']>;
  /**
   * How many examples a run with this seed and share trains on and holds out. Which ones is decided by each example's content and the
   * seed alone, and equal examples are on one side. Null where its content is not kept.
   */
  readonly split?: Maybe<DataSetSplit>;
  /** What can be said of all its examples. Null where that was not gathered: for records without content, and for old ones. */
  readonly statistics?: Maybe<DataSetStatistics>;
  /** About how many tokens it has for a model, from its first examples. Null where there are no statistics. */
  readonly tokenEstimate?: Maybe<Scalars['Float']['output']>;
  /** The runs that trained on it, newest first. */
  readonly trainingRuns: ReadonlyArray<TrainingRun>;
  /** Which version of its name it is, from 1. */
  readonly version: Scalars['Int']['output'];
  /** All versions of its name, newest first, at most 100. */
  readonly versions: ReadonlyArray<DataSet>;
};


/** Examples to train on: a version of a name, immutable and named by its content. */
export type DataSetExamplesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Examples to train on: a version of a name, immutable and named by its content. */
export type DataSetSampleArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Examples to train on: a version of a name, immutable and named by its content. */
export type DataSetSplitArgs = {
  heldOutShare?: InputMaybe<Scalars['Float']['input']>;
  seed?: InputMaybe<Scalars['Int']['input']>;
};


/** Examples to train on: a version of a name, immutable and named by its content. */
export type DataSetTokenEstimateArgs = {
  modelVersionId: Scalars['ID']['input'];
};

/** A page of data sets. */
export type DataSetConnection = {
  readonly __typename?: 'DataSetConnection';
  /** The data sets of this page with their cursors. */
  readonly edges: ReadonlyArray<DataSetEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A data set in a page. */
export type DataSetEdge = {
  readonly __typename?: 'DataSetEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The data set. */
  readonly node: DataSet;
};

/** How a data set is written. Text is UTF-8. Which fields an example has, its `TrainingTask` says. */
export type DataSetFormat =
  /** Comma-separated values, quoted as RFC 4180 says; the header line names the fields, in any order and beside others. */
  | 'CSV'
  /** One JSON object a line; fields that the task does not need are passed over. */
  | 'JSONL'
  /** Apache Parquet with the fields as columns. It is binary, so it is uploaded. */
  | 'PARQUET'
  /** Plain text. Paragraphs, parted by blank lines, are put together to passages of about 1,000 to 4,000 characters. For language models alone. */
  | 'TEXT';

/** The data set stays: something needs its examples. */
export type DataSetInUse = {
  readonly __typename?: 'DataSetInUse';
  /** What needs them, for people. */
  readonly message: Scalars['String']['output'];
  /** What needs them. */
  readonly references: ReadonlyArray<DataSetReference>;
};

/** A place that is wrong. */
export type DataSetProblem = {
  readonly __typename?: 'DataSetProblem';
  /** The byte from the beginning of the content, from 0, where that says more than the line. */
  readonly byteOffset?: Maybe<Scalars['Float']['output']>;
  /** What kind of wrong. */
  readonly code: DataSetProblemCode;
  /** The line, in Parquet the row, from 1. */
  readonly line: Scalars['Int']['output'];
  /** What is wrong with it. */
  readonly message: Scalars['String']['output'];
  /** The row group of a Parquet file, from 1. */
  readonly rowGroup?: Maybe<Scalars['Int']['output']>;
};

/** What can be wrong with a place of a data set. */
export type DataSetProblemCode =
  /** The columns that are needed are not there, or a row has another number of fields than the header. */
  | 'COLUMNS_WRONG'
  /** The file is damaged, or is another one than its format says. */
  | 'CORRUPT'
  /** It is not UTF-8. */
  | 'ENCODING_INVALID'
  /** `prompt`, `completion` or `text` is missing, empty, too long or no text. */
  | 'FIELD_INVALID'
  /** It is longer than any example could be. */
  | 'LINE_TOO_LONG'
  /** It is not what the format says: JSON that does not parse, quotes of a CSV that do not match. */
  | 'MALFORMED';

/** Something that needs the examples of a data set. */
export type DataSetReference = {
  readonly __typename?: 'DataSetReference';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What it is. */
  readonly kind: DataSetReferenceKind;
};

/** What may need the examples of a data set. */
export type DataSetReferenceKind =
  /** A measurement that is queued or under way. */
  | 'EVALUATION_RUN'
  /** A suite that measures versions on it. */
  | 'EVALUATION_SUITE'
  /** A fine-tuning job that has not come to an end. */
  | 'FINE_TUNING_JOB'
  /** A run that has not come to an end. */
  | 'TRAINING_RUN';

/** That the examples of a data set were removed. */
export type DataSetRemoval = {
  readonly __typename?: 'DataSetRemoval';
  /** Why. */
  readonly reason: Scalars['String']['output'];
  /** When. */
  readonly removedAt: Scalars['DateTime']['output'];
  /** Who removed them. */
  readonly removedBy: Scalars['String']['output'];
};

/** How a run divides the examples. */
export type DataSetSplit = {
  readonly __typename?: 'DataSetSplit';
  /** Examples that are held out. */
  readonly heldOutCount: Scalars['Int']['output'];
  /** Examples that are trained on. */
  readonly trainingCount: Scalars['Int']['output'];
};

/** What can be said of all examples of a data set. Lengths are in characters, prompt and completion together. */
export type DataSetStatistics = {
  readonly __typename?: 'DataSetStatistics';
  /** Characters of all completions. */
  readonly completionCharacters: Scalars['Float']['output'];
  /** Examples that are equal to an earlier one. */
  readonly duplicateCount: Scalars['Int']['output'];
  /** How many examples have which length, from the shortest on; buckets without examples are there, too. */
  readonly lengths: ReadonlyArray<LengthBucket>;
  /** The longest example. */
  readonly longestCharacters: Scalars['Int']['output'];
  /** Characters of all prompts. */
  readonly promptCharacters: Scalars['Float']['output'];
};

/** A measurement of a version. Give either `suiteId` or `dataSetId`. */
export type EvaluateModelVersionInput = {
  /** The data set to measure it on. */
  readonly dataSetId?: InputMaybe<Scalars['ID']['input']>;
  /** The suite to measure it on. */
  readonly suiteId?: InputMaybe<Scalars['ID']['input']>;
  /** The version's id, `name@number`. */
  readonly versionId: Scalars['ID']['input'];
};

/** What became of the request for a measurement. */
export type EvaluateModelVersionResult = EvaluationRun | InvalidInput | NotFound;

/** How good a version is on a set of examples. */
export type Evaluation = {
  readonly __typename?: 'Evaluation';
  /** Of a classifier: the share of texts whose label it finds, 0 to 1. Null for others. */
  readonly accuracy?: Maybe<Scalars['Float']['output']>;
  /** When. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The data set, where one was asked for. Null for suites and for held-out examples. */
  readonly dataSet?: Maybe<DataSet>;
  /** The named suite. Null for held-out examples. */
  readonly evaluationSuite?: Maybe<EvaluationSuite>;
  /** The share of examples whose completion came out exactly, 0 to 1. Null where that was not measured. */
  readonly exactMatch?: Maybe<Scalars['Float']['output']>;
  /** How many examples. */
  readonly exampleCount: Scalars['Int']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Mean loss: nats a token of a language model, a text of a classifier, a pair of vectors. Null where only answers were compared. */
  readonly loss?: Maybe<Scalars['Float']['output']>;
  /** Of a classifier: the mean of the labels' F1, 0 to 1; a rare label counts as much as a frequent one. Null for others. */
  readonly macroF1?: Maybe<Scalars['Float']['output']>;
  /** The version that was measured. */
  readonly modelVersion: ModelVersion;
  /** e to the power of the loss. Null where there is none. */
  readonly perplexity?: Maybe<Scalars['Float']['output']>;
  /** Of vectors: the share of texts whose partner is the nearest of all partners, 0 to 1. Null for others. */
  readonly retrievalAccuracy?: Maybe<Scalars['Float']['output']>;
  /** The share of a suite's prompts that were answered right by its rule, 0 to 1, or for `SPEARMAN` the rank correlation, -1 to 1. Null where it measures loss. */
  readonly score?: Maybe<Scalars['Float']['output']>;
  /**
   * Of vectors, on a data set of graded pairs: Spearman's rank correlation of their cosines with the grades, -1 to 1. Null for others,
   * and where the grades, or the cosines, are all the same.
   */
  readonly spearman?: Maybe<Scalars['Float']['output']>;
  /** What was measured on: `held-out`, a suite as `name@version`, or `data set name@version`. */
  readonly suite: Scalars['String']['output'];
};

/** A measurement of a registered version that somebody asked for. */
export type EvaluationRun = {
  readonly __typename?: 'EvaluationRun';
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The data set it is measured on, or the suite's. */
  readonly dataSet: DataSet;
  /** Why, for people. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** What was found. Null until it is `COMPLETED`; never changed then. */
  readonly evaluation?: Maybe<Evaluation>;
  /** The suite it is measured on. Null where it is a data set. */
  readonly evaluationSuite?: Maybe<EvaluationSuite>;
  /** A stable code where `status` is `FAILED`, for instance `MODEL_INVALID`. */
  readonly failureCode?: Maybe<Scalars['String']['output']>;
  /** When it ended. Null until it has. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The version that is measured. */
  readonly modelVersion: ModelVersion;
  /** Who asked for it. */
  readonly startedBy: Scalars['String']['output'];
  /** Where it stands. */
  readonly status: EvaluationRunStatus;
};

/** Where a measurement stands. */
export type EvaluationRunStatus =
  /** Done: `evaluation` is there. */
  | 'COMPLETED'
  /** It could not be measured, see `detail`. */
  | 'FAILED'
  /** Waiting for a worker. */
  | 'QUEUED'
  /** The version answers. */
  | 'RUNNING';

/** A named, versioned set of prompts with expected answers and a rule of scoring. Never changed. */
export type EvaluationSuite = {
  readonly __typename?: 'EvaluationSuite';
  /** When. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Who made it. */
  readonly createdBy: Scalars['String']['output'];
  /** The prompts and the expected answers. */
  readonly dataSet: DataSet;
  /** What it is for. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** How an answer is held against the expected one. */
  readonly scoring: SuiteScoring;
  /** Of its name, from 1. */
  readonly version: Scalars['Int']['output'];
};

/** A page of suites. */
export type EvaluationSuiteConnection = {
  readonly __typename?: 'EvaluationSuiteConnection';
  /** The suites of this page with their cursors. */
  readonly edges: ReadonlyArray<EvaluationSuiteEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A suite in a page. */
export type EvaluationSuiteEdge = {
  readonly __typename?: 'EvaluationSuiteEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The suite. */
  readonly node: EvaluationSuite;
};

/** One example. */
export type Example = {
  readonly __typename?: 'Example';
  /** What it shall answer; the text itself for plain text. */
  readonly completion: Scalars['String']['output'];
  /** What the model is given. Empty for plain text, which is learned as it is. */
  readonly prompt: Scalars['String']['output'];
  /** Of a graded pair: how alike people find the two. */
  readonly score?: Maybe<Scalars['Float']['output']>;
};

/** A page of examples. */
export type ExampleConnection = {
  readonly __typename?: 'ExampleConnection';
  /** The examples of this page with their cursors. */
  readonly edges: ReadonlyArray<ExampleEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** An example in a page. */
export type ExampleEdge = {
  readonly __typename?: 'ExampleEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The example. */
  readonly node: Example;
};

/** Named, typed features of a kind of thing. */
export type FeatureView = {
  readonly __typename?: 'FeatureView';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

/** How to train. */
export type HyperparametersInput = {
  /** Sequences a step, 1 to 64. */
  readonly batchSize?: InputMaybe<Scalars['Int']['input']>;
  /** Steps between checkpoints. */
  readonly checkpointEverySteps?: InputMaybe<Scalars['Int']['input']>;
  /**
   * Processes that share the sequences of each step, 1, 2, 4 or 8; each computes `gradientAccumulationSteps` parts. The
   * result is, to the bit, that of one process with as many times the accumulation steps. A lost process is replaced.
   */
  readonly dataParallelWorkers?: InputMaybe<Scalars['Int']['input']>;
  /** Whether the embeddings are decayed as well. */
  readonly decayEmbeddings?: InputMaybe<Scalars['Boolean']['input']>;
  /** The share of activations that a step leaves out, 0 to 0.9. The same ones after a resumption. */
  readonly dropout?: InputMaybe<Scalars['Float']['input']>;
  /**
   * Stop early when the held-out loss has not improved for this many evaluations; the version is then made of the state
   * whose held-out loss was the lowest. 0 never stops early.
   */
  readonly earlyStoppingPatience?: InputMaybe<Scalars['Int']['input']>;
  /** Steps between evaluations on the held-out examples. */
  readonly evaluateEverySteps?: InputMaybe<Scalars['Int']['input']>;
  /** The learning rate of the last step as a share of the highest, 0 to 1, for `COSINE` and `LINEAR`. */
  readonly finalLearningRateShare?: InputMaybe<Scalars['Float']['input']>;
  /**
   * The sequences of a step are computed in so many parts, whose gradients are added: only one part's activations take
   * memory at a time. Divides `batchSize`.
   */
  readonly gradientAccumulationSteps?: InputMaybe<Scalars['Int']['input']>;
  /** The share of examples that is held out, 0.01 to 0.5. */
  readonly heldOutShare?: InputMaybe<Scalars['Float']['input']>;
  /** The highest learning rate, reached after the warm-up. */
  readonly learningRate?: InputMaybe<Scalars['Float']['input']>;
  /** Gradients are scaled down to this global norm. */
  readonly maxGradientNorm?: InputMaybe<Scalars['Float']['input']>;
  /** A budget of seconds spent on training, over all attempts. None without it. */
  readonly maxSeconds?: InputMaybe<Scalars['Float']['input']>;
  /** A budget of tokens: training ends after the step that spends it. None without it. */
  readonly maxTokens?: InputMaybe<Scalars['Float']['input']>;
  /** How much of its last step an `SGD` step keeps, 0 to 0.999. */
  readonly momentum?: InputMaybe<Scalars['Float']['input']>;
  /** Whether `SGD` looks ahead along its momentum (Nesterov). */
  readonly nesterov?: InputMaybe<Scalars['Boolean']['input']>;
  /** What turns gradients into steps. */
  readonly optimizer?: InputMaybe<OptimizerKind>;
  /** How the learning rate moves after the warm-up. */
  readonly schedule?: InputMaybe<LearningRateSchedule>;
  /** The budget of optimizer steps, 1 to 100,000. Also the length of the learning rate's schedule. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
  /** Training has converged when the held-out loss is at or below this, in nats a token. Never without it. */
  readonly targetHeldOutLoss?: InputMaybe<Scalars['Float']['input']>;
  /** Steps over which the learning rate rises from 0. */
  readonly warmupSteps?: InputMaybe<Scalars['Int']['input']>;
  /** Weight decay: beside the gradient for `ADAMW`, within it for `SGD`. Norms and biases are never decayed. */
  readonly weightDecay?: InputMaybe<Scalars['Float']['input']>;
};

/** The content cannot be a data set. */
export type InvalidDataSet = {
  readonly __typename?: 'InvalidDataSet';
  /** What is wrong. */
  readonly message: Scalars['String']['output'];
  /** How many places are wrong. */
  readonly problemCount: Scalars['Int']['output'];
  /** The first places that are wrong, at most 20. */
  readonly problems: ReadonlyArray<DataSetProblem>;
};

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

/** How the learning rate moves after the warm-up. */
export type LearningRateSchedule =
  /** Not at all. */
  | 'CONSTANT'
  /** Down along half a cosine to `finalLearningRateShare`. */
  | 'COSINE'
  /** Down with the inverse square root of the step, whatever the number of steps. */
  | 'INVERSE_SQRT'
  /** Down in a straight line to `finalLearningRateShare`. */
  | 'LINEAR';

/** Examples of a length up to a bound and above the bound before. */
export type LengthBucket = {
  readonly __typename?: 'LengthBucket';
  /** How many examples. */
  readonly count: Scalars['Int']['output'];
  /** The longest length that belongs here. Null for the last bucket, which has no end. */
  readonly upTo?: Maybe<Scalars['Int']['output']>;
};

/** A point of the loss curve. */
export type LossPoint = {
  readonly __typename?: 'LossPoint';
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: Scalars['Float']['output'];
  /** Loss on the held-out examples, where it was measured at this step. */
  readonly heldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** The learning rate of this step. */
  readonly learningRate: Scalars['Float']['output'];
  /** Training loss, nats a token. */
  readonly loss: Scalars['Float']['output'];
  /** The optimizer step, from 1. */
  readonly step: Scalars['Int']['output'];
  /** Training tokens a second around this step. */
  readonly tokensPerSecond: Scalars['Float']['output'];
  /** Tokens seen up to it. */
  readonly tokensSeen: Scalars['Float']['output'];
};

/** A model: a name under which versions are made. */
export type Model = {
  readonly __typename?: 'Model';
  /** Its aliases and where they lead. */
  readonly aliases: ReadonlyArray<ModelAlias>;
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Its versions, newest first. */
  readonly versions: ReadonlyArray<ModelVersion>;
};


/** A model: a name under which versions are made. */
export type ModelVersionsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A name that leads to a version and can be moved. */
export type ModelAlias = {
  readonly __typename?: 'ModelAlias';
  /** The model whose alias it is. */
  readonly model: Model;
  /** Every move that it made, newest first. */
  readonly moves: ReadonlyArray<AliasMove>;
  /** The name, for instance `champion`. */
  readonly name: Scalars['String']['output'];
  /** Where it leads now. */
  readonly version: ModelVersion;
  /** Where it led at a moment. Null before its first move. */
  readonly versionAt?: Maybe<ModelVersion>;
};


/** A name that leads to a version and can be moved. */
export type ModelAliasVersionAtArgs = {
  at: Scalars['DateTime']['input'];
};

/** A page of models. */
export type ModelConnection = {
  readonly __typename?: 'ModelConnection';
  /** The models of this page with their cursors. */
  readonly edges: ReadonlyArray<ModelEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A model in a page. */
export type ModelEdge = {
  readonly __typename?: 'ModelEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The model. */
  readonly node: Model;
};

/** What a version was made of. Null is what does not apply or was not recorded. */
export type ModelLineage = {
  readonly __typename?: 'ModelLineage';
  /** The code that trained it. */
  readonly codeVersion?: Maybe<Scalars['String']['output']>;
  /** The network and the hyperparameters, as JSON. */
  readonly config?: Maybe<Scalars['String']['output']>;
  /** What it was trained on. */
  readonly dataSet?: Maybe<DataSet>;
  /** SHA-256 of that content, hexadecimal. */
  readonly dataSetSha256?: Maybe<Scalars['String']['output']>;
  /** The version that it was fine-tuned or continued from. */
  readonly parent?: Maybe<ModelVersion>;
  /** Decided initial weights, split and order. */
  readonly seed?: Maybe<Scalars['Int']['output']>;
  /** The run that trained it. */
  readonly trainingRun?: Maybe<TrainingRun>;
};

/** Files that cannot be served as a model. */
export type ModelRefused = {
  readonly __typename?: 'ModelRefused';
  /** A stable code, for instance `MODEL_INCOMPLETE` or `ONNX_UNSUPPORTED`. */
  readonly code: Scalars['String']['output'];
  /** Which file or tensor, input or operator of a graph, and what is wrong with it. */
  readonly message: Scalars['String']['output'];
};

/** An immutable version of a model. */
export type ModelVersion = {
  readonly __typename?: 'ModelVersion';
  /** Aliases that lead to it now. */
  readonly aliases: ReadonlyArray<Scalars['String']['output']>;
  /** Where its files are: a content address. */
  readonly artifactUri: Scalars['String']['output'];
  /** The network, as its `config.json`. */
  readonly config: Scalars['String']['output'];
  /** When it was registered. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Measurements of it that your tenant asked for, newest first, at most 20. */
  readonly evaluationRuns: ReadonlyArray<EvaluationRun>;
  /** How good it is, newest first: what was measured when it was made, and what your tenant asked for since. */
  readonly evaluations: ReadonlyArray<Evaluation>;
  /** Its id, `name@number`. */
  readonly id: Scalars['ID']['output'];
  /** What its files are. */
  readonly kind: ModelVersionKind;
  /** A classifier's labels, by class. Empty for others. */
  readonly labels: ReadonlyArray<Scalars['String']['output']>;
  /** What it was made of. */
  readonly lineage: ModelLineage;
  /** The model. */
  readonly model: Model;
  /** Its number, from 1. */
  readonly number: Scalars['Int']['output'];
  /** Parameters; for an adapter, those of the adapter alone. */
  readonly parameterCount: Scalars['Float']['output'];
  /** The version that it was fine-tuned or continued from. */
  readonly parent?: Maybe<ModelVersion>;
  /** By whom and why it was removed; its files are gone then. Null for a version that is there. */
  readonly removal?: Maybe<ModelVersionRemoval>;
  /** Bytes of its files. */
  readonly sizeBytes: Scalars['Float']['output'];
  /** What it does. */
  readonly task: TrainingTask;
  /** The run that trained it. Null for versions that fine-tuning made, and for those that were made elsewhere. */
  readonly trainingRun?: Maybe<TrainingRun>;
};

/** The version is not removed: something refers to it. */
export type ModelVersionInUse = {
  readonly __typename?: 'ModelVersionInUse';
  /** What refers to it, for people. */
  readonly message: Scalars['String']['output'];
  /** What refers to it. */
  readonly references: ReadonlyArray<ModelVersionReference>;
};

/** What the files of a version are. */
export type ModelVersionKind =
  /** A LoRA adapter, to be used with its parent. */
  | 'ADAPTER'
  /** All weights of a network. */
  | 'FULL';

/** Something that refers to a version. */
export type ModelVersionReference = {
  readonly __typename?: 'ModelVersionReference';
  /** Its id; of an alias and of a split of its traffic `model/alias`. */
  readonly id: Scalars['ID']['output'];
  /** What it is. */
  readonly kind: ModelVersionReferenceKind;
};

/** What can refer to a version. */
export type ModelVersionReferenceKind =
  /** An alias leads to it. */
  | 'ALIAS'
  /** A version that was continued or fine-tuned from it, and was not removed. */
  | 'CHILD_VERSION'
  /** An alias is answered with it, it is being loaded, or it finishes its streams. */
  | 'DEPLOYMENT'
  /** It is being measured. */
  | 'EVALUATION_RUN'
  /** A job that fine-tunes it is under way. */
  | 'FINE_TUNING_JOB'
  /** It has a share of an alias's traffic. */
  | 'TRAFFIC_SPLIT'
  /** A run that continues from it is under way or paused. */
  | 'TRAINING_RUN';

/** The removal of a version. */
export type ModelVersionRemoval = {
  readonly __typename?: 'ModelVersionRemoval';
  /** Why. */
  readonly reason: Scalars['String']['output'];
  /** When. */
  readonly removedAt: Scalars['DateTime']['output'];
  /** Who removed it. */
  readonly removedBy: Scalars['String']['output'];
};

/** Which alias to move. */
export type MoveModelAliasInput = {
  /** The alias, for instance `champion`, 1 to 40 characters of `a-z`, `0-9` and `-`. */
  readonly alias: Scalars['String']['input'];
  /** The evaluation of this version that the move rests on, for the audit. Without it that on its held-out examples, else its newest. */
  readonly evaluationId?: InputMaybe<Scalars['ID']['input']>;
  /** The model's name. */
  readonly modelName: Scalars['String']['input'];
  /** Why, for the audit, 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
  /** The version to move it to. */
  readonly versionId: Scalars['ID']['input'];
};

/** What became of an alias's move. */
export type MoveModelAliasResult = AliasMove | InvalidInput | NotFound | WrongState;

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Forgets an upload with its bytes. */
  readonly abandonUpload: AbandonUploadResult;
  /**
   * Announces files that are too large for an operation. Their bytes follow by HTTP to the `url` of each file, in chunks of at
   * most `maxChunkBytes`: `PUT <url>?offset=<receivedBytes>` answers with the new offset once the bytes are durable, `HEAD <url>`
   * tells it in `upload-offset`. Announcing the same files again goes on with the upload that is under way.
   */
  readonly beginUpload: BeginUploadResult;
  /** Stops a run after the step under way and keeps its last checkpoint. */
  readonly cancelTrainingRun: ChangeTrainingRunResult;
  /**
   * Stores a data set as the next version of its name. A version of that name with equal examples is returned as it is, and
   * equal examples are stored once, whatever they are called and however they are written.
   */
  readonly createDataSet: CreateDataSetResult;
  /**
   * The same from what people taught the platform and nobody withdrew, as it is now: every wording of a question with its answer.
   * You need `deep-learning:read` for it as well. Where nothing was taught since, it is the version that is there.
   */
  readonly createDataSetFromKnowledge: CreateDataSetResult;
  /**
   * The same from an upload of one file, of any size. Asked again once it is done, it answers with the same data set, so a lost
   * answer is asked for again. What is invalid stays uploaded: it can be read as another format, or abandoned.
   */
  readonly createDataSetFromUpload: CreateDataSetFromUploadResult;
  /** Makes an evaluation suite of a data set, or the next version of one: versions are measured on it before they are registered. */
  readonly createEvaluationSuite: CreateEvaluationSuiteResult;
  /**
   * Measures a registered version, on a suite by its rule or on a data set by all that its task is measured by. The answer is the
   * measurement's state; ask for it again until it is `COMPLETED`. A service that ends meanwhile costs time and no measurement.
   */
  readonly evaluateModelVersion: EvaluateModelVersionResult;
  /** Moves an alias (`champion`, `candidate`, or a name of your own) to a version. Inference follows without dropping a stream. */
  readonly moveModelAlias: MoveModelAliasResult;
  /**
   * Pauses a run after the step under way: its state is saved as a checkpoint and its worker is free for others. It waits,
   * however long, for `resumeTrainingRun`.
   */
  readonly pauseTrainingRun: ChangeTrainingRunResult;
  /**
   * Registers an uploaded Hugging Face folder as the next version of a model: `model.safetensors` of a family that the platform
   * knows, or ONNX graphs. It is loaded and has to answer a prompt first. Files that are a version of the model already are that
   * version, and an upload that became one is asked for it again. What is refused stays uploaded until it expires or is abandoned.
   */
  readonly registerModel: RegisterModelResult;
  /**
   * Removes a data set: its examples go, its record stays, with who removed it and why, so that runs and versions still say what they
   * learned from. Refused while anything needs its examples. Asked again, it answers the same and makes sure that the examples are gone.
   */
  readonly removeDataSet: RemoveDataSetResult;
  /**
   * Removes a version: its files go, its record stays, with who removed it and why. Refused while anything refers to it. Asked again,
   * it answers the same and makes sure that the files are gone.
   */
  readonly removeModelVersion: RemoveModelVersionResult;
  /**
   * Continues a paused, cancelled or failed run from its last checkpoint, as a further attempt, to the very same state as
   * if it had never stopped.
   */
  readonly resumeTrainingRun: ChangeTrainingRunResult;
  /**
   * Starts a run that rests once more from the beginning: a new run of the same config, data set and seed, linked to the
   * old one by `retryOf`. The old run stays as it is.
   */
  readonly retryTrainingRun: ChangeTrainingRunResult;
  /** Moves an alias back to where it was before its last move. */
  readonly rollBackModelAlias: MoveModelAliasResult;
  /** Starts a training run: validate, prepare, initialise, train, evaluate, register. */
  readonly startTrainingRun: StartTrainingRunResult;
};


export type MutationAbandonUploadArgs = {
  id: Scalars['ID']['input'];
};


export type MutationBeginUploadArgs = {
  input: BeginUploadInput;
};


export type MutationCancelTrainingRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateDataSetArgs = {
  input: CreateDataSetInput;
};


export type MutationCreateDataSetFromKnowledgeArgs = {
  input: CreateDataSetFromKnowledgeInput;
};


export type MutationCreateDataSetFromUploadArgs = {
  input: CreateDataSetFromUploadInput;
};


export type MutationCreateEvaluationSuiteArgs = {
  input: CreateEvaluationSuiteInput;
};


export type MutationEvaluateModelVersionArgs = {
  input: EvaluateModelVersionInput;
};


export type MutationMoveModelAliasArgs = {
  input: MoveModelAliasInput;
};


export type MutationPauseTrainingRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRegisterModelArgs = {
  input: RegisterModelInput;
};


export type MutationRemoveDataSetArgs = {
  input: RemoveDataSetInput;
};


export type MutationRemoveModelVersionArgs = {
  input: RemoveModelVersionInput;
};


export type MutationResumeTrainingRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRetryTrainingRunArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRollBackModelAliasArgs = {
  input: RollBackModelAliasInput;
};


export type MutationStartTrainingRunArgs = {
  input: StartTrainingRunInput;
};

/** Nothing by that id exists for your tenant. */
export type NotFound = {
  readonly __typename?: 'NotFound';
  /** The id that was asked for. */
  readonly id: Scalars['ID']['output'];
  /** What was looked for. */
  readonly message: Scalars['String']['output'];
};

/** What turns gradients into steps. */
export type OptimizerKind =
  /** AdamW: two moments a parameter, decoupled decay. */
  | 'ADAMW'
  /** Stochastic gradient descent with momentum: less memory, more care with the learning rate. */
  | 'SGD';

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
  /** Holds runs against each other: where their configs differ, their loss curves on the same steps, their results. */
  readonly compareTrainingRuns: CompareTrainingRunsResult;
  /** One data set by its id. */
  readonly dataSet?: Maybe<DataSet>;
  /** Data sets, newest first, without those that were removed. */
  readonly dataSets: DataSetConnection;
  /** One measurement of a version that was asked for, by its id. Null for those of others. */
  readonly evaluationRun?: Maybe<EvaluationRun>;
  /** One evaluation suite by its id. */
  readonly evaluationSuite?: Maybe<EvaluationSuite>;
  /** Evaluation suites, newest first, every version of them. */
  readonly evaluationSuites: EvaluationSuiteConnection;
  /** One model of the registry by its name. */
  readonly model?: Maybe<Model>;
  /** One alias of a model. Ask it `versionAt` to learn what was in production at a moment. */
  readonly modelAlias?: Maybe<ModelAlias>;
  /** One version by its id. */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** The models of the registry, by name. */
  readonly models: ModelConnection;
  /** One training run by its id. */
  readonly trainingRun?: Maybe<TrainingRun>;
  /** Training runs, newest first. */
  readonly trainingRuns: TrainingRunConnection;
  /** An upload of your tenant by its id. Null if it is over: abandoned, or left alone until it expired. */
  readonly upload?: Maybe<Upload>;
};


export type QueryCompareTrainingRunsArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryDataSetArgs = {
  id: Scalars['ID']['input'];
};


export type QueryDataSetsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  name?: InputMaybe<Scalars['String']['input']>;
};


export type QueryEvaluationRunArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEvaluationSuiteArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEvaluationSuitesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryModelArgs = {
  name: Scalars['String']['input'];
};


export type QueryModelAliasArgs = {
  alias: Scalars['String']['input'];
  model: Scalars['String']['input'];
};


export type QueryModelVersionArgs = {
  id: Scalars['ID']['input'];
};


export type QueryModelsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTrainingRunArgs = {
  id: Scalars['ID']['input'];
};


export type QueryTrainingRunsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<TrainingRunStatus>;
};


export type QueryUploadArgs = {
  id: Scalars['ID']['input'];
};

/** A model that was made elsewhere. */
export type RegisterModelInput = {
  /** An alias to move to the new version, for instance `candidate`. */
  readonly alias?: InputMaybe<Scalars['String']['input']>;
  /** The model whose next version it is, 1 to 60 characters of `a-z`, `0-9` and `-`. It is created if new. */
  readonly modelName: Scalars['String']['input'];
  /** Why the alias moves, for the audit, 1 to 500 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /**
   * The upload's id. Its files are those of the folder, under their paths in it: config.json, tokenizer.json,
   * tokenizer_config.json and the weights.
   */
  readonly uploadId: Scalars['ID']['input'];
};

/** What became of a model from an upload. `WrongState` has the state `INCOMPLETE` where bytes are missing. */
export type RegisterModelResult = InvalidInput | ModelRefused | ModelVersion | NotFound | WrongState;

/** Which data set to remove. */
export type RemoveDataSetInput = {
  /** The data set's id. */
  readonly dataSetId: Scalars['ID']['input'];
  /** Why, for the record, 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
};

/** The data set without its examples, or why they were not removed. */
export type RemoveDataSetResult = DataSet | DataSetInUse | InvalidInput | NotFound;

/** Which version to remove. */
export type RemoveModelVersionInput = {
  /** Why, for the record, 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
  /** The version's id, `name@number`. */
  readonly versionId: Scalars['ID']['input'];
};

/** What became of a removal. */
export type RemoveModelVersionResult = InvalidInput | ModelVersion | ModelVersionInUse | NotFound;

/** Which alias to move back. */
export type RollBackModelAliasInput = {
  /** The alias. */
  readonly alias: Scalars['String']['input'];
  /** The model's name. */
  readonly modelName: Scalars['String']['input'];
  /** Why, for the audit, 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
};

/** Prompts that a model answers while it is trained. */
export type SamplingInput = {
  /** Steps between two times; also after the last step. */
  readonly everySteps?: InputMaybe<Scalars['Int']['input']>;
  /** The longest answer, in tokens, 1 to 256. */
  readonly maxTokens?: InputMaybe<Scalars['Int']['input']>;
  /** 1 to 20 prompts of at most 500 characters. */
  readonly prompts: ReadonlyArray<Scalars['String']['input']>;
};

/** What to train. */
export type StartTrainingRunInput = {
  /** The network's shape. Ignored where `initialVersionId` is given. */
  readonly architecture?: InputMaybe<ArchitectureInput>;
  /** The data set's id. */
  readonly dataSetId: Scalars['ID']['input'];
  /** How to train. */
  readonly hyperparameters?: InputMaybe<HyperparametersInput>;
  /**
   * The version whose weights to continue from. From scratch, with a new tokenizer, without it. A classifier or vectors can begin from
   * any version; its own labels keep a classifier's head.
   */
  readonly initialVersionId?: InputMaybe<Scalars['ID']['input']>;
  /** The model whose next version the run makes, 1 to 60 characters of `a-z`, `0-9` and `-`. It is created if new. */
  readonly modelName: Scalars['String']['input'];
  /**
   * An alias to move to the new version if it reaches the bounds of its `suites` and its evaluation is at least as good as
   * that of the version it names now.
   */
  readonly promoteTo?: InputMaybe<Scalars['String']['input']>;
  /** Prompts that a language model answers on its way, from the weights in training. */
  readonly samples?: InputMaybe<SamplingInput>;
  /** Decides initial weights, split and order of the examples. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Suites to measure the version on before it is registered, at most 10. */
  readonly suites?: InputMaybe<ReadonlyArray<SuiteBoundInput>>;
  /** What is learned. */
  readonly task?: InputMaybe<TrainingTask>;
};

/** What became of the start of a run. */
export type StartTrainingRunResult = InvalidInput | NotFound | TrainingRun;

export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * The progress of a run: its steps, checkpoints and states, from the beginning or after a cursor, then live, each
   * exactly once. Ends when the run rests: completed, paused, cancelled or failed.
   */
  readonly trainingRunProgressed: TrainingRunProgress;
};


export type SubscriptionTrainingRunProgressedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
};

/** A suite to measure a new version on, and what it must reach for `promoteTo`. */
export type SuiteBoundInput = {
  /** The lowest score, 0 to 1, for a suite that is scored by its answers. */
  readonly atLeast?: InputMaybe<Scalars['Float']['input']>;
  /** The highest loss, nats a token, for a suite that is scored by `LOSS`. */
  readonly atMost?: InputMaybe<Scalars['Float']['input']>;
  /** The suite's id. */
  readonly suiteId: Scalars['ID']['input'];
};

/** How a suite scores. */
export type SuiteScoring =
  /** The share of prompts whose greedy answer contains the expected text, whatever its case. For language models alone. */
  | 'CONTAINS'
  /**
   * The share of prompts whose greedy answer is the expected one; white space at its ends does not count. Of a classifier those
   * whose label it finds, of vectors those whose partner is the nearest of all partners in the suite.
   */
  | 'EXACT_MATCH'
  /** The mean loss on the expected answers, nats a token. */
  | 'LOSS'
  /**
   * Spearman's rank correlation of the vectors' cosines with the grades that people gave, -1 to 1. For models of the task
   * `EMBEDDING` alone, on a data set of graded pairs.
   */
  | 'SPEARMAN';

/** A checkpoint is durable. */
export type TrainingCheckpointed = TrainingRunProgress & {
  readonly __typename?: 'TrainingCheckpointed';
  /** The checkpoint. */
  readonly checkpoint: Checkpoint;
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The run. */
  readonly trainingRun: TrainingRun;
};

/** A training run: a state machine whose history is never rewritten. */
export type TrainingRun = {
  readonly __typename?: 'TrainingRun';
  /** How many workers have taken it on so far: 1 unless it was resumed or a worker was lost. */
  readonly attempt: Scalars['Int']['output'];
  /** Checkpoints that are kept, newest first: the last ones, and that of the lowest held-out loss. */
  readonly checkpoints: ReadonlyArray<Checkpoint>;
  /** The code that the run was started with: the product's version and its commit where that is known. Null for imported runs. */
  readonly codeVersion?: Maybe<Scalars['String']['output']>;
  /** The network and the hyperparameters, as JSON. */
  readonly config: Scalars['String']['output'];
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** What it trains on. Null for runs imported without their data. */
  readonly dataSet?: Maybe<DataSet>;
  /** Why it stands there, for people; always set when `status` is `FAILED`. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** Evaluations, newest first. */
  readonly evaluations: ReadonlyArray<Evaluation>;
  /** A stable code where `status` is `FAILED`, for instance `LOSS_NOT_FINITE`. */
  readonly failureCode?: Maybe<Scalars['String']['output']>;
  /** The feature view that the data set was exported from, if it was. */
  readonly featureView?: Maybe<FeatureView>;
  /** When it ended. Null while it runs. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Every transition of its state, oldest first. */
  readonly history: ReadonlyArray<TrainingRunTransition>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The version that it started from. Null if it started from scratch. */
  readonly initialVersion?: Maybe<ModelVersion>;
  /** Training loss of the last step, nats a token. */
  readonly loss?: Maybe<Scalars['Float']['output']>;
  /**
   * The loss curve. Of a long one as many equal stretches are shown as `maxPoints` allows, each by its last measured, its
   * highest and its lowest point, so that no spike is lost.
   */
  readonly lossCurve: ReadonlyArray<LossPoint>;
  /** The model whose version the run makes. */
  readonly model: Model;
  /** The version that it made. Null until it has. */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** Trainable parameters. Null until the network is initialised. */
  readonly parameterCount?: Maybe<Scalars['Float']['output']>;
  /** The runs that repeat this one, newest first. */
  readonly retries: ReadonlyArray<TrainingRun>;
  /** The run that this one repeats, if it was made by `retryTrainingRun`. */
  readonly retryOf?: Maybe<TrainingRun>;
  /** What the model said on its way to the prompts that the run was started with, newest first. */
  readonly samples: ReadonlyArray<TrainingSample>;
  /** Decided initial weights, split and order. */
  readonly seed: Scalars['Int']['output'];
  /** Who started it. */
  readonly startedBy: Scalars['String']['output'];
  /** Where it stands. */
  readonly status: TrainingRunStatus;
  /** Steps done. */
  readonly step: Scalars['Int']['output'];
  /** Why its training ended. Null until it has, and where the run was imported. */
  readonly stopReason?: Maybe<TrainingStopReason>;
  /** What it learns. */
  readonly task: TrainingTask;
  /** Tokens seen. */
  readonly tokensSeen: Scalars['Float']['output'];
  /** Steps to do. */
  readonly totalSteps: Scalars['Int']['output'];
};


/** A training run: a state machine whose history is never rewritten. */
export type TrainingRunLossCurveArgs = {
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
};


/** A training run: a state machine whose history is never rewritten. */
export type TrainingRunSamplesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** Runs held against each other. Values are in the order of `runs`. */
export type TrainingRunComparison = {
  readonly __typename?: 'TrainingRunComparison';
  /** Their loss curves on the same stretches of steps. */
  readonly curve: ReadonlyArray<ComparedPoint>;
  /** Where their configs differ, by path. */
  readonly differences: ReadonlyArray<ConfigDifference>;
  /** What came out. */
  readonly metrics: ReadonlyArray<ComparedMetric>;
  /** The runs, in the order asked for. */
  readonly runs: ReadonlyArray<TrainingRun>;
};

/** A page of runs. */
export type TrainingRunConnection = {
  readonly __typename?: 'TrainingRunConnection';
  /** The runs of this page with their cursors. */
  readonly edges: ReadonlyArray<TrainingRunEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A run in a page. */
export type TrainingRunEdge = {
  readonly __typename?: 'TrainingRunEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The run. */
  readonly node: TrainingRun;
};

/** One event of a run's progress. Sequences are gapless from 1; a cursor resumes after its event. */
export type TrainingRunProgress = {
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The run. */
  readonly trainingRun: TrainingRun;
};

/** Where a run stands. */
export type TrainingRunStatus =
  /** Stopped on request; can be resumed. */
  | 'CANCELLED'
  /** Done: `modelVersion` is there. */
  | 'COMPLETED'
  /** The result is measured on held-out examples. */
  | 'EVALUATING'
  /** Stopped by a fault, see `detail`; can be resumed where a checkpoint exists. */
  | 'FAILED'
  /** Weights are created or loaded. */
  | 'INITIALISING'
  /** Stopped on request with its state saved and no worker; waits to be resumed. */
  | 'PAUSED'
  /** Examples are tokenised, split and packed. */
  | 'PREPARING'
  /** Waiting for a worker. */
  | 'QUEUED'
  /** The version is stored in the registry. */
  | 'REGISTERING'
  /** Steps are taken. */
  | 'TRAINING'
  /** The data set is read and checked. */
  | 'VALIDATING';

/** A transition of a run. */
export type TrainingRunTransition = {
  readonly __typename?: 'TrainingRunTransition';
  /** When. */
  readonly at: Scalars['DateTime']['output'];
  /** Why, for people. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** The state before. Null for the first. */
  readonly from?: Maybe<TrainingRunStatus>;
  /** The state after. */
  readonly to: TrainingRunStatus;
};

/** The run changed its state. The last event is one of these. */
export type TrainingRunTransitioned = TrainingRunProgress & {
  readonly __typename?: 'TrainingRunTransitioned';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The run. */
  readonly trainingRun: TrainingRun;
  /** The transition. */
  readonly transition: TrainingRunTransition;
};

/** What a model in training said. */
export type TrainingSample = {
  readonly __typename?: 'TrainingSample';
  /** What it answered, decoded greedily. */
  readonly completion: Scalars['String']['output'];
  /** What it was asked. */
  readonly prompt: Scalars['String']['output'];
  /** The step after which it was asked. */
  readonly step: Scalars['Int']['output'];
};

/** The model answered the run's prompts, from the weights in training. */
export type TrainingSampled = TrainingRunProgress & {
  readonly __typename?: 'TrainingSampled';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** What it said. */
  readonly samples: ReadonlyArray<TrainingSample>;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The run. */
  readonly trainingRun: TrainingRun;
};

/** Steps were taken. */
export type TrainingStepped = TrainingRunProgress & {
  readonly __typename?: 'TrainingStepped';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Seconds until the last step, at the present speed. */
  readonly etaSeconds: Scalars['Float']['output'];
  /** The newest point of the loss curve. */
  readonly point: LossPoint;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The run. */
  readonly trainingRun: TrainingRun;
};

/** Why the training of a run ended. */
export type TrainingStopReason =
  /** The held-out loss reached `targetHeldOutLoss`. */
  | 'CONVERGED'
  /** The held-out loss had not improved for `earlyStoppingPatience` evaluations. */
  | 'EARLY_STOPPED'
  /** All `steps` were taken. */
  | 'STEPS_SPENT'
  /** `maxSeconds` had passed. */
  | 'TIME_SPENT'
  /** `maxTokens` were seen. */
  | 'TOKENS_SPENT';

/**
 * What a model learns, and by which fields its examples are written. A data set keeps any pair as a prompt and a completion, so that
 * one data set serves all three: a label is a short completion, and what belongs together are the two.
 */
export type TrainingTask =
  /**
   * To tell which label a text has. An example has a `text` and a `label` of at most 200 characters; there are 2 to 1,000 labels. The
   * version's `onnx/model.onnx` gives `logits`, one a label.
   */
  | 'CLASSIFICATION'
  /**
   * To give texts that belong together vectors that point the same way. An example has an `anchor` and a `positive`: a question and
   * its answer, a sentence and its paraphrase. The version's `onnx/model.onnx` gives `sentence_embedding`, of length 1.
   * To measure by, an example may also be a `text`, an `other` and a `score`, how alike people find the two, on any scale.
   */
  | 'EMBEDDING'
  /** To continue text. An example has a `prompt` and a `completion`, or it is a `text` to learn as it is. The version generates. */
  | 'LANGUAGE_MODEL';

/** Files on their way in. Nothing is made of them before all bytes are there and are what was announced. */
export type Upload = {
  readonly __typename?: 'Upload';
  /** When it is removed if nothing arrives until then. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** The files, as they were announced. */
  readonly files: ReadonlyArray<UploadFile>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** True once all bytes of all files are there. */
  readonly isComplete: Scalars['Boolean']['output'];
  /** A chunk has at most so many bytes. */
  readonly maxChunkBytes: Scalars['Int']['output'];
};

/** The upload is forgotten. */
export type UploadAbandoned = {
  readonly __typename?: 'UploadAbandoned';
  /** The upload's id. */
  readonly id: Scalars['ID']['output'];
};

/** A file on its way in. */
export type UploadFile = {
  readonly __typename?: 'UploadFile';
  /** Its path within the upload. */
  readonly path: Scalars['String']['output'];
  /** How many bytes are durable, from the first one on: where the next chunk begins. */
  readonly receivedBytes: Scalars['Float']['output'];
  /** SHA-256 of its bytes, hexadecimal, as announced. */
  readonly sha256: Scalars['String']['output'];
  /** Its size in bytes, as announced. */
  readonly sizeBytes: Scalars['Float']['output'];
  /** Where its bytes go, at the origin of this graph, with the credentials of this graph. */
  readonly url: Scalars['String']['output'];
};

/** A file to be uploaded, as it will be held against what arrives. */
export type UploadFileInput = {
  /** Its path within the upload, relative and with `/`, at most 255 characters. */
  readonly path: Scalars['String']['input'];
  /** SHA-256 of its bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: Scalars['String']['input'];
  /** Its size in bytes, from 1. */
  readonly sizeBytes: Scalars['Float']['input'];
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
