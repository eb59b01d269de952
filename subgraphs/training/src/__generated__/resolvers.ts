import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { DataSet as DataSetMapper, TrainingRun as TrainingRunMapper, Transition as TransitionMapper, Checkpoint as CheckpointMapper, Evaluation as EvaluationMapper, EvaluationSuite as EvaluationSuiteMapper, EvaluationRun as EvaluationRunMapper, Model as ModelMapper, ModelVersion as ModelVersionMapper, ModelVersionRemoval as ModelVersionRemovalMapper, VersionReference as VersionReferenceMapper, ModelAlias as ModelAliasMapper, AliasMove as AliasMoveMapper } from '../domain/records.ts';
import type { Statistics as StatisticsMapper } from '../domain/example-statistics.ts';
import type { Upload as UploadMapper, UploadFile as UploadFileMapper } from '../domain/upload.ts';
import type { ModelVersionInUse as ModelVersionInUseMapper } from '../actions/remove-model-version.ts';
import type { TrainingRunComparison as TrainingRunComparisonMapper } from '../actions/compare-training-runs.ts';
import type { Stepped as SteppedMapper, Checkpointed as CheckpointedMapper, Sampled as SampledMapper, Transitioned as TransitionedMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
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



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  AliasMove: AliasMove;
  Checkpoint: Checkpoint;
  DataSet: DataSet;
  Evaluation: Evaluation;
  EvaluationRun: EvaluationRun;
  EvaluationSuite: EvaluationSuite;
  Model: Model;
  ModelVersion: ModelVersion;
  TrainingRun: TrainingRun;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  AliasMove:
    ( { __typename: 'AliasMove' }
    & GraphQLRecursivePick<FederationTypes['AliasMove'], {"id":true}> );
  Checkpoint:
    ( { __typename: 'Checkpoint' }
    & GraphQLRecursivePick<FederationTypes['Checkpoint'], {"id":true}> );
  DataSet:
    ( { __typename: 'DataSet' }
    & GraphQLRecursivePick<FederationTypes['DataSet'], {"id":true}> );
  Evaluation:
    ( { __typename: 'Evaluation' }
    & GraphQLRecursivePick<FederationTypes['Evaluation'], {"id":true}> );
  EvaluationRun:
    ( { __typename: 'EvaluationRun' }
    & GraphQLRecursivePick<FederationTypes['EvaluationRun'], {"id":true}> );
  EvaluationSuite:
    ( { __typename: 'EvaluationSuite' }
    & GraphQLRecursivePick<FederationTypes['EvaluationSuite'], {"id":true}> );
  Model:
    ( { __typename: 'Model' }
    & GraphQLRecursivePick<FederationTypes['Model'], {"name":true}> );
  ModelVersion:
    ( { __typename: 'ModelVersion' }
    & GraphQLRecursivePick<FederationTypes['ModelVersion'], {"id":true}> );
  TrainingRun:
    ( { __typename: 'TrainingRun' }
    & GraphQLRecursivePick<FederationTypes['TrainingRun'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AbandonUploadResult:
    | ( NotFound )
    | ( UploadAbandoned )
  ;
  BeginUploadResult:
    | ( InvalidInput )
    | ( UploadMapper )
  ;
  ChangeTrainingRunResult:
    | ( NotFound )
    | ( TrainingRunMapper )
    | ( WrongState )
  ;
  CompareTrainingRunsResult:
    | ( InvalidInput )
    | ( NotFound )
    | ( TrainingRunComparisonMapper )
  ;
  CreateDataSetFromUploadResult:
    | ( DataSetMapper )
    | ( InvalidDataSet )
    | ( InvalidInput )
    | ( NotFound )
    | ( WrongState )
  ;
  CreateDataSetResult:
    | ( DataSetMapper )
    | ( InvalidDataSet )
    | ( InvalidInput )
  ;
  CreateEvaluationSuiteResult:
    | ( EvaluationSuiteMapper )
    | ( InvalidInput )
    | ( NotFound )
  ;
  EvaluateModelVersionResult:
    | ( EvaluationRunMapper )
    | ( InvalidInput )
    | ( NotFound )
  ;
  MoveModelAliasResult:
    | ( AliasMoveMapper )
    | ( InvalidInput )
    | ( NotFound )
    | ( WrongState )
  ;
  RegisterModelResult:
    | ( InvalidInput )
    | ( ModelRefused )
    | ( ModelVersionMapper )
    | ( NotFound )
    | ( WrongState )
  ;
  RemoveDataSetResult:
    | ( DataSetMapper )
    | ( DataSetInUse )
    | ( InvalidInput )
    | ( NotFound )
  ;
  RemoveModelVersionResult:
    | ( InvalidInput )
    | ( ModelVersionMapper )
    | ( ModelVersionInUseMapper )
    | ( NotFound )
  ;
  StartTrainingRunResult:
    | ( InvalidInput )
    | ( NotFound )
    | ( TrainingRunMapper )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  TrainingRunProgress:
    | ( CheckpointedMapper )
    | ( TransitionedMapper )
    | ( SampledMapper )
    | ( SteppedMapper )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AbandonUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AbandonUploadResult']>;
  AliasMove: ResolverTypeWrapper<AliasMoveMapper>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  ArchitectureFamily: ArchitectureFamily;
  ArchitectureInput: ArchitectureInput;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  BeginUploadInput: BeginUploadInput;
  BeginUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['BeginUploadResult']>;
  ChangeTrainingRunResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ChangeTrainingRunResult']>;
  Checkpoint: ResolverTypeWrapper<CheckpointMapper>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  CompareTrainingRunsResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CompareTrainingRunsResult']>;
  ComparedMetric: ResolverTypeWrapper<ComparedMetric>;
  ComparedPoint: ResolverTypeWrapper<ComparedPoint>;
  ConfigDifference: ResolverTypeWrapper<ConfigDifference>;
  CreateDataSetFromKnowledgeInput: CreateDataSetFromKnowledgeInput;
  CreateDataSetFromUploadInput: CreateDataSetFromUploadInput;
  CreateDataSetFromUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateDataSetFromUploadResult']>;
  CreateDataSetInput: CreateDataSetInput;
  CreateDataSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateDataSetResult']>;
  CreateEvaluationSuiteInput: CreateEvaluationSuiteInput;
  CreateEvaluationSuiteResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateEvaluationSuiteResult']>;
  DataSet: ResolverTypeWrapper<DataSetMapper>;
  DataSetConnection: ResolverTypeWrapper<Omit<DataSetConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['DataSetEdge']> }>;
  DataSetEdge: ResolverTypeWrapper<Omit<DataSetEdge, 'node'> & { node: ResolversTypes['DataSet'] }>;
  DataSetFormat: DataSetFormat;
  DataSetInUse: ResolverTypeWrapper<DataSetInUse>;
  DataSetProblem: ResolverTypeWrapper<DataSetProblem>;
  DataSetProblemCode: DataSetProblemCode;
  DataSetReference: ResolverTypeWrapper<DataSetReference>;
  DataSetReferenceKind: DataSetReferenceKind;
  DataSetRemoval: ResolverTypeWrapper<DataSetRemoval>;
  DataSetSplit: ResolverTypeWrapper<DataSetSplit>;
  DataSetStatistics: ResolverTypeWrapper<StatisticsMapper>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  EvaluateModelVersionInput: EvaluateModelVersionInput;
  EvaluateModelVersionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EvaluateModelVersionResult']>;
  Evaluation: ResolverTypeWrapper<EvaluationMapper>;
  EvaluationRun: ResolverTypeWrapper<EvaluationRunMapper>;
  EvaluationRunStatus: EvaluationRunStatus;
  EvaluationSuite: ResolverTypeWrapper<EvaluationSuiteMapper>;
  EvaluationSuiteConnection: ResolverTypeWrapper<Omit<EvaluationSuiteConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['EvaluationSuiteEdge']> }>;
  EvaluationSuiteEdge: ResolverTypeWrapper<Omit<EvaluationSuiteEdge, 'node'> & { node: ResolversTypes['EvaluationSuite'] }>;
  Example: ResolverTypeWrapper<Example>;
  ExampleConnection: ResolverTypeWrapper<ExampleConnection>;
  ExampleEdge: ResolverTypeWrapper<ExampleEdge>;
  FeatureView: ResolverTypeWrapper<FeatureView>;
  HyperparametersInput: HyperparametersInput;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  InvalidDataSet: ResolverTypeWrapper<InvalidDataSet>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  LearningRateSchedule: LearningRateSchedule;
  LengthBucket: ResolverTypeWrapper<LengthBucket>;
  LossPoint: ResolverTypeWrapper<LossPoint>;
  Model: ResolverTypeWrapper<ModelMapper>;
  ModelAlias: ResolverTypeWrapper<ModelAliasMapper>;
  ModelConnection: ResolverTypeWrapper<Omit<ModelConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ModelEdge']> }>;
  ModelEdge: ResolverTypeWrapper<Omit<ModelEdge, 'node'> & { node: ResolversTypes['Model'] }>;
  ModelLineage: ResolverTypeWrapper<ModelVersionMapper>;
  ModelRefused: ResolverTypeWrapper<ModelRefused>;
  ModelVersion: ResolverTypeWrapper<ModelVersionMapper>;
  ModelVersionInUse: ResolverTypeWrapper<ModelVersionInUseMapper>;
  ModelVersionKind: ModelVersionKind;
  ModelVersionReference: ResolverTypeWrapper<VersionReferenceMapper>;
  ModelVersionReferenceKind: ModelVersionReferenceKind;
  ModelVersionRemoval: ResolverTypeWrapper<ModelVersionRemovalMapper>;
  MoveModelAliasInput: MoveModelAliasInput;
  MoveModelAliasResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['MoveModelAliasResult']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  OptimizerKind: OptimizerKind;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RegisterModelInput: RegisterModelInput;
  RegisterModelResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RegisterModelResult']>;
  RemoveDataSetInput: RemoveDataSetInput;
  RemoveDataSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RemoveDataSetResult']>;
  RemoveModelVersionInput: RemoveModelVersionInput;
  RemoveModelVersionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RemoveModelVersionResult']>;
  RollBackModelAliasInput: RollBackModelAliasInput;
  SamplingInput: SamplingInput;
  StartTrainingRunInput: StartTrainingRunInput;
  StartTrainingRunResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['StartTrainingRunResult']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SuiteBoundInput: SuiteBoundInput;
  SuiteScoring: SuiteScoring;
  TrainingCheckpointed: ResolverTypeWrapper<CheckpointedMapper>;
  TrainingRun: ResolverTypeWrapper<TrainingRunMapper>;
  TrainingRunComparison: ResolverTypeWrapper<TrainingRunComparisonMapper>;
  TrainingRunConnection: ResolverTypeWrapper<Omit<TrainingRunConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['TrainingRunEdge']> }>;
  TrainingRunEdge: ResolverTypeWrapper<Omit<TrainingRunEdge, 'node'> & { node: ResolversTypes['TrainingRun'] }>;
  TrainingRunProgress: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['TrainingRunProgress']>;
  TrainingRunStatus: TrainingRunStatus;
  TrainingRunTransition: ResolverTypeWrapper<TransitionMapper>;
  TrainingRunTransitioned: ResolverTypeWrapper<TransitionedMapper>;
  TrainingSample: ResolverTypeWrapper<TrainingSample>;
  TrainingSampled: ResolverTypeWrapper<SampledMapper>;
  TrainingStepped: ResolverTypeWrapper<SteppedMapper>;
  TrainingStopReason: TrainingStopReason;
  TrainingTask: TrainingTask;
  Upload: ResolverTypeWrapper<UploadMapper>;
  UploadAbandoned: ResolverTypeWrapper<UploadAbandoned>;
  UploadFile: ResolverTypeWrapper<UploadFileMapper>;
  UploadFileInput: UploadFileInput;
  WrongState: ResolverTypeWrapper<WrongState>;
  sharedStream__Beginning: SharedStream__Beginning;
  sharedStream__Sharing: SharedStream__Sharing;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AbandonUploadResult: ResolversUnionTypes<ResolversParentTypes>['AbandonUploadResult'];
  AliasMove: AliasMoveMapper;
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  ArchitectureInput: ArchitectureInput;
  Int: Scalars['Int']['output'];
  BeginUploadInput: BeginUploadInput;
  BeginUploadResult: ResolversUnionTypes<ResolversParentTypes>['BeginUploadResult'];
  ChangeTrainingRunResult: ResolversUnionTypes<ResolversParentTypes>['ChangeTrainingRunResult'];
  Checkpoint: CheckpointMapper;
  Float: Scalars['Float']['output'];
  CompareTrainingRunsResult: ResolversUnionTypes<ResolversParentTypes>['CompareTrainingRunsResult'];
  ComparedMetric: ComparedMetric;
  ComparedPoint: ComparedPoint;
  ConfigDifference: ConfigDifference;
  CreateDataSetFromKnowledgeInput: CreateDataSetFromKnowledgeInput;
  CreateDataSetFromUploadInput: CreateDataSetFromUploadInput;
  CreateDataSetFromUploadResult: ResolversUnionTypes<ResolversParentTypes>['CreateDataSetFromUploadResult'];
  CreateDataSetInput: CreateDataSetInput;
  CreateDataSetResult: ResolversUnionTypes<ResolversParentTypes>['CreateDataSetResult'];
  CreateEvaluationSuiteInput: CreateEvaluationSuiteInput;
  CreateEvaluationSuiteResult: ResolversUnionTypes<ResolversParentTypes>['CreateEvaluationSuiteResult'];
  DataSet: DataSetMapper;
  DataSetConnection: Omit<DataSetConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['DataSetEdge']> };
  DataSetEdge: Omit<DataSetEdge, 'node'> & { node: ResolversParentTypes['DataSet'] };
  DataSetInUse: DataSetInUse;
  DataSetProblem: DataSetProblem;
  DataSetReference: DataSetReference;
  DataSetRemoval: DataSetRemoval;
  DataSetSplit: DataSetSplit;
  DataSetStatistics: StatisticsMapper;
  DateTime: Scalars['DateTime']['output'];
  EvaluateModelVersionInput: EvaluateModelVersionInput;
  EvaluateModelVersionResult: ResolversUnionTypes<ResolversParentTypes>['EvaluateModelVersionResult'];
  Evaluation: EvaluationMapper;
  EvaluationRun: EvaluationRunMapper;
  EvaluationSuite: EvaluationSuiteMapper;
  EvaluationSuiteConnection: Omit<EvaluationSuiteConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['EvaluationSuiteEdge']> };
  EvaluationSuiteEdge: Omit<EvaluationSuiteEdge, 'node'> & { node: ResolversParentTypes['EvaluationSuite'] };
  Example: Example;
  ExampleConnection: ExampleConnection;
  ExampleEdge: ExampleEdge;
  FeatureView: FeatureView;
  HyperparametersInput: HyperparametersInput;
  Boolean: Scalars['Boolean']['output'];
  InvalidDataSet: InvalidDataSet;
  InvalidInput: InvalidInput;
  LengthBucket: LengthBucket;
  LossPoint: LossPoint;
  Model: ModelMapper;
  ModelAlias: ModelAliasMapper;
  ModelConnection: Omit<ModelConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ModelEdge']> };
  ModelEdge: Omit<ModelEdge, 'node'> & { node: ResolversParentTypes['Model'] };
  ModelLineage: ModelVersionMapper;
  ModelRefused: ModelRefused;
  ModelVersion: ModelVersionMapper;
  ModelVersionInUse: ModelVersionInUseMapper;
  ModelVersionReference: VersionReferenceMapper;
  ModelVersionRemoval: ModelVersionRemovalMapper;
  MoveModelAliasInput: MoveModelAliasInput;
  MoveModelAliasResult: ResolversUnionTypes<ResolversParentTypes>['MoveModelAliasResult'];
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  RegisterModelInput: RegisterModelInput;
  RegisterModelResult: ResolversUnionTypes<ResolversParentTypes>['RegisterModelResult'];
  RemoveDataSetInput: RemoveDataSetInput;
  RemoveDataSetResult: ResolversUnionTypes<ResolversParentTypes>['RemoveDataSetResult'];
  RemoveModelVersionInput: RemoveModelVersionInput;
  RemoveModelVersionResult: ResolversUnionTypes<ResolversParentTypes>['RemoveModelVersionResult'];
  RollBackModelAliasInput: RollBackModelAliasInput;
  SamplingInput: SamplingInput;
  StartTrainingRunInput: StartTrainingRunInput;
  StartTrainingRunResult: ResolversUnionTypes<ResolversParentTypes>['StartTrainingRunResult'];
  Subscription: Record<PropertyKey, never>;
  SuiteBoundInput: SuiteBoundInput;
  TrainingCheckpointed: CheckpointedMapper;
  TrainingRun: TrainingRunMapper;
  TrainingRunComparison: TrainingRunComparisonMapper;
  TrainingRunConnection: Omit<TrainingRunConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['TrainingRunEdge']> };
  TrainingRunEdge: Omit<TrainingRunEdge, 'node'> & { node: ResolversParentTypes['TrainingRun'] };
  TrainingRunProgress: ResolversInterfaceTypes<ResolversParentTypes>['TrainingRunProgress'];
  TrainingRunTransition: TransitionMapper;
  TrainingRunTransitioned: TransitionedMapper;
  TrainingSample: TrainingSample;
  TrainingSampled: SampledMapper;
  TrainingStepped: SteppedMapper;
  Upload: UploadMapper;
  UploadAbandoned: UploadAbandoned;
  UploadFile: UploadFileMapper;
  UploadFileInput: UploadFileInput;
  WrongState: WrongState;
};

export type SharedStreamDirectiveArgs = {
  begins?: SharedStream__Beginning;
  by: SharedStream__Sharing;
};

export type SharedStreamDirectiveResolver<Result, Parent, ContextType = Context, Args = SharedStreamDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AbandonUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AbandonUploadResult'] = ResolversParentTypes['AbandonUploadResult']> = {
  __resolveType: TypeResolveFn<'NotFound' | 'UploadAbandoned', ParentType, ContextType>;
};

export type AliasMoveResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AliasMove'] = ResolversParentTypes['AliasMove'], FederationReferenceType extends FederationReferenceTypes['AliasMove'] = FederationReferenceTypes['AliasMove']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['AliasMove']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alias?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  evaluation?: Resolver<Maybe<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  movedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  movedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BeginUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BeginUploadResult'] = ResolversParentTypes['BeginUploadResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'Upload', ParentType, ContextType>;
};

export type ChangeTrainingRunResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeTrainingRunResult'] = ResolversParentTypes['ChangeTrainingRunResult']> = {
  __resolveType: TypeResolveFn<'NotFound' | 'TrainingRun' | 'WrongState', ParentType, ContextType>;
};

export type CheckpointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Checkpoint'] = ResolversParentTypes['Checkpoint'], FederationReferenceType extends FederationReferenceTypes['Checkpoint'] = FederationReferenceTypes['Checkpoint']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Checkpoint']> | FederationReferenceType, FederationReferenceType, ContextType>;
  artifactUri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  heldOutLoss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CompareTrainingRunsResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CompareTrainingRunsResult'] = ResolversParentTypes['CompareTrainingRunsResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingRunComparison', ParentType, ContextType>;
};

export type ComparedMetricResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ComparedMetric'] = ResolversParentTypes['ComparedMetric']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
};

export type ComparedPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ComparedPoint'] = ResolversParentTypes['ComparedPoint']> = {
  heldOutLosses?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
  losses?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ConfigDifferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConfigDifference'] = ResolversParentTypes['ConfigDifference']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Maybe<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type CreateDataSetFromUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateDataSetFromUploadResult'] = ResolversParentTypes['CreateDataSetFromUploadResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'InvalidDataSet' | 'InvalidInput' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type CreateDataSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateDataSetResult'] = ResolversParentTypes['CreateDataSetResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'InvalidDataSet' | 'InvalidInput', ParentType, ContextType>;
};

export type CreateEvaluationSuiteResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateEvaluationSuiteResult'] = ResolversParentTypes['CreateEvaluationSuiteResult']> = {
  __resolveType: TypeResolveFn<'EvaluationSuite' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type DataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSet'] = ResolversParentTypes['DataSet'], FederationReferenceType extends FederationReferenceTypes['DataSet'] = FederationReferenceTypes['DataSet']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['DataSet']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  examples?: Resolver<ResolversTypes['ExampleConnection'], ParentType, ContextType, RequireFields<DataSetExamplesArgs, 'first'>>;
  featureView?: Resolver<Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  featuresAsOf?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  provenance?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  removal?: Resolver<Maybe<ResolversTypes['DataSetRemoval']>, ParentType, ContextType>;
  sample?: Resolver<ReadonlyArray<ResolversTypes['Example']>, ParentType, ContextType, RequireFields<DataSetSampleArgs, 'first'>>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  split?: Resolver<Maybe<ResolversTypes['DataSetSplit']>, ParentType, ContextType, RequireFields<DataSetSplitArgs, 'heldOutShare' | 'seed'>>;
  statistics?: Resolver<Maybe<ResolversTypes['DataSetStatistics']>, ParentType, ContextType>;
  tokenEstimate?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType, RequireFields<DataSetTokenEstimateArgs, 'modelVersionId'>>;
  trainingRuns?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['DataSet']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DataSetConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetConnection'] = ResolversParentTypes['DataSetConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['DataSetEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type DataSetEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetEdge'] = ResolversParentTypes['DataSetEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
};

export type DataSetInUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetInUse'] = ResolversParentTypes['DataSetInUse']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  references?: Resolver<ReadonlyArray<ResolversTypes['DataSetReference']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DataSetProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetProblem'] = ResolversParentTypes['DataSetProblem']> = {
  byteOffset?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['DataSetProblemCode'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rowGroup?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type DataSetReferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetReference'] = ResolversParentTypes['DataSetReference']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DataSetReferenceKind'], ParentType, ContextType>;
};

export type DataSetRemovalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetRemoval'] = ResolversParentTypes['DataSetRemoval']> = {
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  removedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  removedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DataSetSplitResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetSplit'] = ResolversParentTypes['DataSetSplit']> = {
  heldOutCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DataSetStatisticsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetStatistics'] = ResolversParentTypes['DataSetStatistics']> = {
  completionCharacters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  duplicateCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lengths?: Resolver<ReadonlyArray<ResolversTypes['LengthBucket']>, ParentType, ContextType>;
  longestCharacters?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  promptCharacters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EvaluateModelVersionResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluateModelVersionResult'] = ResolversParentTypes['EvaluateModelVersionResult']> = {
  __resolveType: TypeResolveFn<'EvaluationRun' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type EvaluationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Evaluation'] = ResolversParentTypes['Evaluation'], FederationReferenceType extends FederationReferenceTypes['Evaluation'] = FederationReferenceTypes['Evaluation']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Evaluation']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accuracy?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  evaluationSuite?: Resolver<Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType>;
  exactMatch?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  loss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  macroF1?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  perplexity?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  retrievalAccuracy?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  score?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  spearman?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  suite?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type EvaluationRunResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationRun'] = ResolversParentTypes['EvaluationRun'], FederationReferenceType extends FederationReferenceTypes['EvaluationRun'] = FederationReferenceTypes['EvaluationRun']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['EvaluationRun']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  evaluation?: Resolver<Maybe<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  evaluationSuite?: Resolver<Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType>;
  failureCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['EvaluationRunStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EvaluationSuiteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuite'] = ResolversParentTypes['EvaluationSuite'], FederationReferenceType extends FederationReferenceTypes['EvaluationSuite'] = FederationReferenceTypes['EvaluationSuite']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['EvaluationSuite']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scoring?: Resolver<ResolversTypes['SuiteScoring'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EvaluationSuiteConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuiteConnection'] = ResolversParentTypes['EvaluationSuiteConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['EvaluationSuiteEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type EvaluationSuiteEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuiteEdge'] = ResolversParentTypes['EvaluationSuiteEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['EvaluationSuite'], ParentType, ContextType>;
};

export type ExampleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Example'] = ResolversParentTypes['Example']> = {
  completion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type ExampleConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExampleConnection'] = ResolversParentTypes['ExampleConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ExampleEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ExampleEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExampleEdge'] = ResolversParentTypes['ExampleEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Example'], ParentType, ContextType>;
};

export type FeatureViewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureView'] = ResolversParentTypes['FeatureView']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type InvalidDataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidDataSet'] = ResolversParentTypes['InvalidDataSet']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  problemCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  problems?: Resolver<ReadonlyArray<ResolversTypes['DataSetProblem']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LengthBucketResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LengthBucket'] = ResolversParentTypes['LengthBucket']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  upTo?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type LossPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LossPoint'] = ResolversParentTypes['LossPoint']> = {
  gradientNorm?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  heldOutLoss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  learningRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  loss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokensSeen?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model'], FederationReferenceType extends FederationReferenceTypes['Model'] = FederationReferenceTypes['Model']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Model']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['ModelAlias']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<ModelVersionsArgs, 'first'>>;
};

export type ModelAliasResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelAlias'] = ResolversParentTypes['ModelAlias']> = {
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  moves?: Resolver<ReadonlyArray<ResolversTypes['AliasMove']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  versionAt?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<ModelAliasVersionAtArgs, 'at'>>;
};

export type ModelConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelConnection'] = ResolversParentTypes['ModelConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ModelEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ModelEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelEdge'] = ResolversParentTypes['ModelEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
};

export type ModelLineageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelLineage'] = ResolversParentTypes['ModelLineage']> = {
  codeVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  config?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  dataSet?: Resolver<Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  dataSetSha256?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  seed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  trainingRun?: Resolver<Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
};

export type ModelRefusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelRefused'] = ResolversParentTypes['ModelRefused']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion'], FederationReferenceType extends FederationReferenceTypes['ModelVersion'] = FederationReferenceTypes['ModelVersion']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  artifactUri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  config?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  evaluationRuns?: Resolver<ReadonlyArray<ResolversTypes['EvaluationRun']>, ParentType, ContextType>;
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelVersionKind'], ParentType, ContextType>;
  labels?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ModelLineage'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  parameterCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  removal?: Resolver<Maybe<ResolversTypes['ModelVersionRemoval']>, ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  task?: Resolver<ResolversTypes['TrainingTask'], ParentType, ContextType>;
  trainingRun?: Resolver<Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionInUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionInUse'] = ResolversParentTypes['ModelVersionInUse']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  references?: Resolver<ReadonlyArray<ResolversTypes['ModelVersionReference']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionReferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionReference'] = ResolversParentTypes['ModelVersionReference']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelVersionReferenceKind'], ParentType, ContextType>;
};

export type ModelVersionRemovalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionRemoval'] = ResolversParentTypes['ModelVersionRemoval']> = {
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  removedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  removedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MoveModelAliasResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MoveModelAliasResult'] = ResolversParentTypes['MoveModelAliasResult']> = {
  __resolveType: TypeResolveFn<'AliasMove' | 'InvalidInput' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  abandonUpload?: Resolver<ResolversTypes['AbandonUploadResult'], ParentType, ContextType, RequireFields<MutationAbandonUploadArgs, 'id'>>;
  beginUpload?: Resolver<ResolversTypes['BeginUploadResult'], ParentType, ContextType, RequireFields<MutationBeginUploadArgs, 'input'>>;
  cancelTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<MutationCancelTrainingRunArgs, 'id'>>;
  createDataSet?: Resolver<ResolversTypes['CreateDataSetResult'], ParentType, ContextType, RequireFields<MutationCreateDataSetArgs, 'input'>>;
  createDataSetFromKnowledge?: Resolver<ResolversTypes['CreateDataSetResult'], ParentType, ContextType, RequireFields<MutationCreateDataSetFromKnowledgeArgs, 'input'>>;
  createDataSetFromUpload?: Resolver<ResolversTypes['CreateDataSetFromUploadResult'], ParentType, ContextType, RequireFields<MutationCreateDataSetFromUploadArgs, 'input'>>;
  createEvaluationSuite?: Resolver<ResolversTypes['CreateEvaluationSuiteResult'], ParentType, ContextType, RequireFields<MutationCreateEvaluationSuiteArgs, 'input'>>;
  evaluateModelVersion?: Resolver<ResolversTypes['EvaluateModelVersionResult'], ParentType, ContextType, RequireFields<MutationEvaluateModelVersionArgs, 'input'>>;
  moveModelAlias?: Resolver<ResolversTypes['MoveModelAliasResult'], ParentType, ContextType, RequireFields<MutationMoveModelAliasArgs, 'input'>>;
  pauseTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<MutationPauseTrainingRunArgs, 'id'>>;
  registerModel?: Resolver<ResolversTypes['RegisterModelResult'], ParentType, ContextType, RequireFields<MutationRegisterModelArgs, 'input'>>;
  removeDataSet?: Resolver<ResolversTypes['RemoveDataSetResult'], ParentType, ContextType, RequireFields<MutationRemoveDataSetArgs, 'input'>>;
  removeModelVersion?: Resolver<ResolversTypes['RemoveModelVersionResult'], ParentType, ContextType, RequireFields<MutationRemoveModelVersionArgs, 'input'>>;
  resumeTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<MutationResumeTrainingRunArgs, 'id'>>;
  retryTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<MutationRetryTrainingRunArgs, 'id'>>;
  rollBackModelAlias?: Resolver<ResolversTypes['MoveModelAliasResult'], ParentType, ContextType, RequireFields<MutationRollBackModelAliasArgs, 'input'>>;
  startTrainingRun?: Resolver<ResolversTypes['StartTrainingRunResult'], ParentType, ContextType, RequireFields<MutationStartTrainingRunArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  compareTrainingRuns?: Resolver<ResolversTypes['CompareTrainingRunsResult'], ParentType, ContextType, RequireFields<QueryCompareTrainingRunsArgs, 'ids' | 'maxPoints'>>;
  dataSet?: Resolver<Maybe<ResolversTypes['DataSet']>, ParentType, ContextType, RequireFields<QueryDataSetArgs, 'id'>>;
  dataSets?: Resolver<ResolversTypes['DataSetConnection'], ParentType, ContextType, RequireFields<QueryDataSetsArgs, 'first'>>;
  evaluationRun?: Resolver<Maybe<ResolversTypes['EvaluationRun']>, ParentType, ContextType, RequireFields<QueryEvaluationRunArgs, 'id'>>;
  evaluationSuite?: Resolver<Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType, RequireFields<QueryEvaluationSuiteArgs, 'id'>>;
  evaluationSuites?: Resolver<ResolversTypes['EvaluationSuiteConnection'], ParentType, ContextType, RequireFields<QueryEvaluationSuitesArgs, 'first'>>;
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType, RequireFields<QueryModelArgs, 'name'>>;
  modelAlias?: Resolver<Maybe<ResolversTypes['ModelAlias']>, ParentType, ContextType, RequireFields<QueryModelAliasArgs, 'alias' | 'model'>>;
  modelVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<QueryModelVersionArgs, 'id'>>;
  models?: Resolver<ResolversTypes['ModelConnection'], ParentType, ContextType, RequireFields<QueryModelsArgs, 'first'>>;
  trainingRun?: Resolver<Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType, RequireFields<QueryTrainingRunArgs, 'id'>>;
  trainingRuns?: Resolver<ResolversTypes['TrainingRunConnection'], ParentType, ContextType, RequireFields<QueryTrainingRunsArgs, 'first'>>;
  upload?: Resolver<Maybe<ResolversTypes['Upload']>, ParentType, ContextType, RequireFields<QueryUploadArgs, 'id'>>;
};

export type RegisterModelResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RegisterModelResult'] = ResolversParentTypes['RegisterModelResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'ModelRefused' | 'ModelVersion' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type RemoveDataSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveDataSetResult'] = ResolversParentTypes['RemoveDataSetResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'DataSetInUse' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type RemoveModelVersionResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveModelVersionResult'] = ResolversParentTypes['RemoveModelVersionResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'ModelVersion' | 'ModelVersionInUse' | 'NotFound', ParentType, ContextType>;
};

export type StartTrainingRunResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StartTrainingRunResult'] = ResolversParentTypes['StartTrainingRunResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingRun', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  trainingRunProgressed?: SubscriptionResolver<ResolversTypes['TrainingRunProgress'], "trainingRunProgressed", ParentType, ContextType, RequireFields<SubscriptionTrainingRunProgressedArgs, 'id'>>;
};

export type TrainingCheckpointedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingCheckpointed'] = ResolversParentTypes['TrainingCheckpointed']> = {
  checkpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRun'] = ResolversParentTypes['TrainingRun'], FederationReferenceType extends FederationReferenceTypes['TrainingRun'] = FederationReferenceTypes['TrainingRun']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['TrainingRun']> | FederationReferenceType, FederationReferenceType, ContextType>;
  attempt?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  checkpoints?: Resolver<ReadonlyArray<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  codeVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  config?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  failureCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  featureView?: Resolver<Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['TrainingRunTransition']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  initialVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  loss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  lossCurve?: Resolver<ReadonlyArray<ResolversTypes['LossPoint']>, ParentType, ContextType, RequireFields<TrainingRunLossCurveArgs, 'maxPoints'>>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  modelVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  parameterCount?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  retries?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  retryOf?: Resolver<Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  samples?: Resolver<ReadonlyArray<ResolversTypes['TrainingSample']>, ParentType, ContextType, RequireFields<TrainingRunSamplesArgs, 'first'>>;
  seed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TrainingRunStatus'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stopReason?: Resolver<Maybe<ResolversTypes['TrainingStopReason']>, ParentType, ContextType>;
  task?: Resolver<ResolversTypes['TrainingTask'], ParentType, ContextType>;
  tokensSeen?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunComparisonResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunComparison'] = ResolversParentTypes['TrainingRunComparison']> = {
  curve?: Resolver<ReadonlyArray<ResolversTypes['ComparedPoint']>, ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['ConfigDifference']>, ParentType, ContextType>;
  metrics?: Resolver<ReadonlyArray<ResolversTypes['ComparedMetric']>, ParentType, ContextType>;
  runs?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunConnection'] = ResolversParentTypes['TrainingRunConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TrainingRunEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TrainingRunEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunEdge'] = ResolversParentTypes['TrainingRunEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
};

export type TrainingRunProgressResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunProgress'] = ResolversParentTypes['TrainingRunProgress']> = {
  __resolveType: TypeResolveFn<'TrainingCheckpointed' | 'TrainingRunTransitioned' | 'TrainingSampled' | 'TrainingStepped', ParentType, ContextType>;
};

export type TrainingRunTransitionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunTransition'] = ResolversParentTypes['TrainingRunTransition']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['TrainingRunStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['TrainingRunStatus'], ParentType, ContextType>;
};

export type TrainingRunTransitionedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunTransitioned'] = ResolversParentTypes['TrainingRunTransitioned']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  transition?: Resolver<ResolversTypes['TrainingRunTransition'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingSampleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSample'] = ResolversParentTypes['TrainingSample']> = {
  completion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TrainingSampledResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSampled'] = ResolversParentTypes['TrainingSampled']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  samples?: Resolver<ReadonlyArray<ResolversTypes['TrainingSample']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingSteppedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingStepped'] = ResolversParentTypes['TrainingStepped']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  etaSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  point?: Resolver<ResolversTypes['LossPoint'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Upload'] = ResolversParentTypes['Upload']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  files?: Resolver<ReadonlyArray<ResolversTypes['UploadFile']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isComplete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  maxChunkBytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadAbandonedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UploadAbandoned'] = ResolversParentTypes['UploadAbandoned']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadFileResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UploadFile'] = ResolversParentTypes['UploadFile']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  receivedBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WrongStateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WrongState'] = ResolversParentTypes['WrongState']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AbandonUploadResult?: AbandonUploadResultResolvers<ContextType>;
  AliasMove?: AliasMoveResolvers<ContextType>;
  BeginUploadResult?: BeginUploadResultResolvers<ContextType>;
  ChangeTrainingRunResult?: ChangeTrainingRunResultResolvers<ContextType>;
  Checkpoint?: CheckpointResolvers<ContextType>;
  CompareTrainingRunsResult?: CompareTrainingRunsResultResolvers<ContextType>;
  ComparedMetric?: ComparedMetricResolvers<ContextType>;
  ComparedPoint?: ComparedPointResolvers<ContextType>;
  ConfigDifference?: ConfigDifferenceResolvers<ContextType>;
  CreateDataSetFromUploadResult?: CreateDataSetFromUploadResultResolvers<ContextType>;
  CreateDataSetResult?: CreateDataSetResultResolvers<ContextType>;
  CreateEvaluationSuiteResult?: CreateEvaluationSuiteResultResolvers<ContextType>;
  DataSet?: DataSetResolvers<ContextType>;
  DataSetConnection?: DataSetConnectionResolvers<ContextType>;
  DataSetEdge?: DataSetEdgeResolvers<ContextType>;
  DataSetInUse?: DataSetInUseResolvers<ContextType>;
  DataSetProblem?: DataSetProblemResolvers<ContextType>;
  DataSetReference?: DataSetReferenceResolvers<ContextType>;
  DataSetRemoval?: DataSetRemovalResolvers<ContextType>;
  DataSetSplit?: DataSetSplitResolvers<ContextType>;
  DataSetStatistics?: DataSetStatisticsResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EvaluateModelVersionResult?: EvaluateModelVersionResultResolvers<ContextType>;
  Evaluation?: EvaluationResolvers<ContextType>;
  EvaluationRun?: EvaluationRunResolvers<ContextType>;
  EvaluationSuite?: EvaluationSuiteResolvers<ContextType>;
  EvaluationSuiteConnection?: EvaluationSuiteConnectionResolvers<ContextType>;
  EvaluationSuiteEdge?: EvaluationSuiteEdgeResolvers<ContextType>;
  Example?: ExampleResolvers<ContextType>;
  ExampleConnection?: ExampleConnectionResolvers<ContextType>;
  ExampleEdge?: ExampleEdgeResolvers<ContextType>;
  FeatureView?: FeatureViewResolvers<ContextType>;
  InvalidDataSet?: InvalidDataSetResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  LengthBucket?: LengthBucketResolvers<ContextType>;
  LossPoint?: LossPointResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelAlias?: ModelAliasResolvers<ContextType>;
  ModelConnection?: ModelConnectionResolvers<ContextType>;
  ModelEdge?: ModelEdgeResolvers<ContextType>;
  ModelLineage?: ModelLineageResolvers<ContextType>;
  ModelRefused?: ModelRefusedResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  ModelVersionInUse?: ModelVersionInUseResolvers<ContextType>;
  ModelVersionReference?: ModelVersionReferenceResolvers<ContextType>;
  ModelVersionRemoval?: ModelVersionRemovalResolvers<ContextType>;
  MoveModelAliasResult?: MoveModelAliasResultResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RegisterModelResult?: RegisterModelResultResolvers<ContextType>;
  RemoveDataSetResult?: RemoveDataSetResultResolvers<ContextType>;
  RemoveModelVersionResult?: RemoveModelVersionResultResolvers<ContextType>;
  StartTrainingRunResult?: StartTrainingRunResultResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TrainingCheckpointed?: TrainingCheckpointedResolvers<ContextType>;
  TrainingRun?: TrainingRunResolvers<ContextType>;
  TrainingRunComparison?: TrainingRunComparisonResolvers<ContextType>;
  TrainingRunConnection?: TrainingRunConnectionResolvers<ContextType>;
  TrainingRunEdge?: TrainingRunEdgeResolvers<ContextType>;
  TrainingRunProgress?: TrainingRunProgressResolvers<ContextType>;
  TrainingRunTransition?: TrainingRunTransitionResolvers<ContextType>;
  TrainingRunTransitioned?: TrainingRunTransitionedResolvers<ContextType>;
  TrainingSample?: TrainingSampleResolvers<ContextType>;
  TrainingSampled?: TrainingSampledResolvers<ContextType>;
  TrainingStepped?: TrainingSteppedResolvers<ContextType>;
  Upload?: UploadResolvers<ContextType>;
  UploadAbandoned?: UploadAbandonedResolvers<ContextType>;
  UploadFile?: UploadFileResolvers<ContextType>;
  WrongState?: WrongStateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  sharedStream?: SharedStreamDirectiveResolver<any, any, ContextType>;
};
