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

/** The generation had ended before it could be cancelled. */
export type AlreadyFinished = {
  readonly __typename?: 'AlreadyFinished';
  /** The generation as it ended. */
  readonly generation: Generation;
  /** How it ended. */
  readonly message: Scalars['String']['output'];
};

/** One piece of taught knowledge that an answer rests on. */
export type AnswerEvidence = {
  readonly __typename?: 'AnswerEvidence';
  /** The knowledge. */
  readonly knowledge: Knowledge;
  /** How near it is to the question: cosine similarity, -1 to 1. */
  readonly similarity: Scalars['Float']['output'];
};

/** Who answers. */
export type AnsweringService =
  /** The deep-learning service, used when the response is not known. */
  | 'DEEP_LEARNING'
  /** A model on this platform's devices. */
  | 'INFERENCE';

/** A question for the platform. */
export type AskInput = {
  /**
   * A key of your own, up to 100 characters. Asking again with the same key joins the generation that the first call
   * started instead of starting another, so a retry after a lost connection is safe.
   */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The longest answer, in tokens, 1 to 512. */
  readonly maxTokens?: InputMaybe<Scalars['Int']['input']>;
  /** The model to ask, by name. The platform's default model without it. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Its place among your tenant's waiting requests. */
  readonly priority?: InputMaybe<RequestPriority>;
  /** The question in plain words, 1 to 8,000 characters. */
  readonly question: Scalars['String']['input'];
  /** False to compute the answer afresh even where an identical question was answered before. */
  readonly useCache?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of an ask that was waited for. */
export type AskResult = Generation | InvalidInput | Overloaded | UnknownModel;

/** A version that answers a share of an alias's conversations. */
export type CanaryTraffic = {
  readonly __typename?: 'CanaryTraffic';
  /** False while it is not loaded; until then the stable version has its share. Its deployment says why. */
  readonly isServing: Scalars['Boolean']['output'];
  /** The version. */
  readonly modelVersion: ModelVersion;
  /** Its share of the conversations, above 0 and at most 100. */
  readonly percent: Scalars['Float']['output'];
};

/** What became of a cancellation. */
export type CancelGenerationResult = AlreadyFinished | Generation | NotFound;

/** One message of a conversation, as it was given. */
export type ChatMessage = {
  readonly __typename?: 'ChatMessage';
  /** What is said. */
  readonly content: Scalars['String']['output'];
  /** Who says it. */
  readonly role: ChatRole;
};

/** One message of a conversation. */
export type ChatMessageInput = {
  /** What is said. */
  readonly content: Scalars['String']['input'];
  /** Who says it. */
  readonly role: ChatRole;
};

/** Who says a message of a conversation. */
export type ChatRole =
  /** The model. */
  | 'ASSISTANT'
  /** Instructions that hold for the whole conversation. Not every model's template has a place for them. */
  | 'SYSTEM'
  /** The person. */
  | 'USER';

/** One of several completions is whole. Comes only where more than one was asked for with `n`. */
export type ChoiceCompleted = GenerationEvent & {
  readonly __typename?: 'ChoiceCompleted';
  /** Which one, from 0. */
  readonly choice: Scalars['Int']['output'];
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Why it ended. */
  readonly finishReason: FinishReason;
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** The class of a text. */
export type Classification = {
  readonly __typename?: 'Classification';
  /** The place of the text in the input, from 0. */
  readonly index: Scalars['Int']['output'];
  /** The likeliest label. */
  readonly label: Scalars['String']['output'];
  /** How likely it is, 0 to 1. */
  readonly score: Scalars['Float']['output'];
  /** The likeliest labels, likeliest first, as many as `topLabels` asked for. The scores of all labels add up to 1. */
  readonly scores: ReadonlyArray<LabelScore>;
  /** Tokens of the text that were read. */
  readonly tokens: Scalars['Int']['output'];
  /** True if the text has more tokens than the classifier reads: what is behind them has no part in the score. */
  readonly truncated: Scalars['Boolean']['output'];
};

/** The classes of texts. */
export type Classifications = {
  readonly __typename?: 'Classifications';
  /** One for each text, in the order of the texts. */
  readonly classifications: ReadonlyArray<Classification>;
  /** Milliseconds of device time that they took. */
  readonly deviceMs: Scalars['Float']['output'];
  /** The version that found them. What an alias leads to is looked up for each request. */
  readonly modelVersion: ModelVersion;
  /** Tokens that were read, all texts together. */
  readonly totalTokens: Scalars['Int']['output'];
};

/** Texts to be put into classes. */
export type ClassifyInput = {
  /**
   * The classifier: a model trained for the task `CLASSIFICATION`, by its name, by name and alias (`reviews@champion`) or by
   * version (`reviews@1`).
   */
  readonly model: Scalars['String']['input'];
  /** 1 to 256 texts of up to 8,000 characters each, 200,000 characters together. */
  readonly texts: ReadonlyArray<Scalars['String']['input']>;
  /** How many of a text's labels are told, the likeliest first: 1 to 1,000. */
  readonly topLabels?: InputMaybe<Scalars['Int']['input']>;
};

/** What became of a `classify`. */
export type ClassifyResult = Classifications | InvalidInput | Overloaded | UnknownModel;

/** A model version made ready to answer. */
export type Deployment = {
  readonly __typename?: 'Deployment';
  /** Aliases that lead here, for instance `champion`. */
  readonly aliases: ReadonlyArray<Scalars['String']['output']>;
  /** The longest prompt and completion together, in tokens, or what is read of a text. */
  readonly contextLength: Scalars['Int']['output'];
  /** Why it stands there, for people; always set when `status` is `FAILED`. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** The devices that hold it. */
  readonly devices: ReadonlyArray<Device>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** True for the version that answers when no model is named. */
  readonly isDefault: Scalars['Boolean']['output'];
  /** Bytes of weights in memory; 0 when it is not loaded. */
  readonly memoryBytes: Scalars['Float']['output'];
  /** The version that it serves. */
  readonly modelVersion: ModelVersion;
  /** How its weights are held, for instance `fp32`. */
  readonly precision: Scalars['String']['output'];
  /** What it is for. Null until it was loaded for the first time. */
  readonly purpose?: Maybe<ModelPurpose>;
  /**
   * The processes that have it loaded: the one that answers this query, and the peers that it shares requests with, each as it
   * said of itself last. A process that is no peer of the one that answers is not among them.
   */
  readonly replicas: ReadonlyArray<DeploymentReplica>;
  /** Since when it stands where it stands. */
  readonly since: Scalars['DateTime']['output'];
  /** Where it stands. */
  readonly status: DeploymentStatus;
};

/** A process, for instance a pod, that has a model version loaded, with its present load. */
export type DeploymentReplica = {
  readonly __typename?: 'DeploymentReplica';
  /** Sequences that the process decodes at this moment, of all its versions. */
  readonly activeSequences: Scalars['Int']['output'];
  /** The longest prompt and completion together there, in tokens, or what is read of a text. */
  readonly contextLength: Scalars['Int']['output'];
  /** Its devices that hold the version. */
  readonly devices: ReadonlyArray<Device>;
  /** The process by its name, which it keeps across restarts. */
  readonly instance: Scalars['String']['output'];
  /** Sequences that it can decode at once. */
  readonly maxSequences: Scalars['Int']['output'];
  /** Bytes that the version takes there. */
  readonly memoryBytes: Scalars['Float']['output'];
  /** How it holds the weights, for instance `fp32`. */
  readonly precision: Scalars['String']['output'];
  /** Requests that wait there for a slot, for whichever version. */
  readonly queuedRequests: Scalars['Int']['output'];
  /** When it said so. */
  readonly reportedAt: Scalars['DateTime']['output'];
  /** Whether it is given requests. */
  readonly status: ReplicaStatus;
};

/** Where a deployment stands. */
export type DeploymentStatus =
  /** It finishes its running streams and takes no new ones. */
  | 'DRAINING'
  /** It cannot be served, see `detail`. The version served before stays in service. */
  | 'FAILED'
  /** Its files are fetched, verified and loaded. */
  | 'LOADING'
  /** It answers. */
  | 'READY'
  /** It was released from memory and is loaded again when asked for. */
  | 'UNLOADED';

/** A device that runs models, with its present load. */
export type Device = {
  readonly __typename?: 'Device';
  /** Sequences that it decodes at this moment. */
  readonly activeSequences: Scalars['Int']['output'];
  /** The share of the last 10 seconds that it was computing, 0 to 1. */
  readonly busyRatio: Scalars['Float']['output'];
  /** Model versions that are loaded on it. */
  readonly deployments: ReadonlyArray<Deployment>;
  /** What its last worker was lost of, until one computes again; or why it cannot be used. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** Its id, stable across restarts, for instance `cpu-0`, or `cpu-0@INSTANCE` where a peer of the process that answers computes on it. */
  readonly id: Scalars['ID']['output'];
  /** The process that computes on it, by its name. */
  readonly instance: Scalars['String']['output'];
  /** What kind of device it is. */
  readonly kind: DeviceKind;
  /** The share of its KV cache that running sequences have reserved, 0 to 1. */
  readonly kvCacheUsage: Scalars['Float']['output'];
  /** Sequences that it can decode at once. */
  readonly maxSequences: Scalars['Int']['output'];
  /** Bytes that its worker and the models on it hold. */
  readonly memoryBytes: Scalars['Float']['output'];
  /** Bytes that models on it may take, weights and caches together; null where `MODEL_MEMORY_BYTES` alone bounds them. */
  readonly memoryLimitBytes?: Maybe<Scalars['Float']['output']>;
  /** Bytes of memory that the device has, where its driver says so. */
  readonly memoryTotalBytes?: Maybe<Scalars['Float']['output']>;
  /** Its name as the hardware or driver says it. */
  readonly name: Scalars['String']['output'];
  /** Requests that wait for a slot. */
  readonly queuedRequests: Scalars['Int']['output'];
  /** Where it stands. */
  readonly status: DeviceStatus;
  /** Threads that its worker computes with. */
  readonly threads: Scalars['Int']['output'];
  /** Tokens a second over the last 10 seconds, all sequences together. */
  readonly tokensPerSecond: Scalars['Float']['output'];
};

/** What kind of device it is. */
export type DeviceKind =
  /** The machine's processor. */
  | 'CPU'
  /** An NVIDIA GPU through CUDA. */
  | 'CUDA'
  /** A GPU through WebGPU. */
  | 'WEBGPU';

/** Where a device stands. */
export type DeviceStatus =
  /** It computes. */
  | 'READY'
  /** Its worker was lost and is being restarted. */
  | 'RECOVERING'
  /** It is being opened. */
  | 'STARTING'
  /** It was asked for and cannot be used on this machine; `detail` says why. */
  | 'UNAVAILABLE'
  /** Its workers are lost again and again; `detail` says of what. It is tried on with growing pauses. */
  | 'UNHEALTHY';

/** Texts to be turned into vectors. */
export type EmbedInput = {
  /**
   * The encoder: one of `embeddingModels`, or a trained one by its model's name, by name and alias (`people@champion`) or by
   * version (`people@1`). The platform's own without it.
   */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 256 texts of up to 8,000 characters each, 200,000 characters together. */
  readonly texts: ReadonlyArray<Scalars['String']['input']>;
};

/** What became of an `embed`. */
export type EmbedResult = Embeddings | InvalidInput | Overloaded | UnknownModel;

/** The vector of a text. */
export type Embedding = {
  readonly __typename?: 'Embedding';
  /** The place of the text in the input, from 0. */
  readonly index: Scalars['Int']['output'];
  /** Pieces of the text that were read. */
  readonly tokens: Scalars['Int']['output'];
  /** True if the text has more pieces than the encoder reads: what is behind them has no part in the vector. */
  readonly truncated: Scalars['Boolean']['output'];
  /**
   * As many numbers as the encoder has dimensions. Its length is 1 where the encoder's `isNormalized` says so; then the inner
   * product of two is their cosine.
   */
  readonly vector: ReadonlyArray<Scalars['Float']['output']>;
};

/** An encoder of texts. */
export type EmbeddingModel = {
  readonly __typename?: 'EmbeddingModel';
  /** Numbers of a vector. */
  readonly dimensions: Scalars['Int']['output'];
  /** Its name and version, for instance `use-lite-en@0.2.0`, or `people@1`. Vectors of different encoders cannot be compared. */
  readonly id: Scalars['ID']['output'];
  /** Whether vectors have length 1. */
  readonly isNormalized: Scalars['Boolean']['output'];
  /** Pieces that it reads of a text. */
  readonly maxTokens: Scalars['Int']['output'];
  /** How a text's tokens become its vector. */
  readonly pooling: TokenPooling;
};

/** The vectors of texts. */
export type Embeddings = {
  readonly __typename?: 'Embeddings';
  /** Milliseconds of device time that they took. */
  readonly deviceMs: Scalars['Float']['output'];
  /** One for each text, in the order of the texts. */
  readonly embeddings: ReadonlyArray<Embedding>;
  /** The encoder that made them. */
  readonly encoder: EmbeddingModel;
  /** Pieces that were read, all texts together. */
  readonly totalTokens: Scalars['Int']['output'];
};

/** The alias whose split is to end. */
export type EndTrafficSplitInput = {
  /** The alias. */
  readonly alias?: Scalars['String']['input'];
  /** The model's name. */
  readonly modelName: Scalars['String']['input'];
  /** Why, in 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
};

/** What became of a split that was to end: as it was at its end. */
export type EndTrafficSplitResult = InvalidInput | NotFound | TrafficSplit;

/** Why a text ended. */
export type FinishReason =
  /** Nobody knows: deep-learning abstained. */
  | 'ABSTAINED'
  /** It was cancelled. */
  | 'CANCELLED'
  /** It failed. */
  | 'ERROR'
  /** It reached `maxTokens` or the model's context. */
  | 'LENGTH'
  /** The model ended it. */
  | 'STOP';

/** A prompt or a conversation for one model, with full control of sampling. */
export type GenerateInput = {
  /**
   * Milliseconds from acceptance after which it fails with `DEADLINE_EXCEEDED` unless it has ended, waiting included; the
   * text so far is kept. 1 to 3,600,000. No deadline without it.
   */
  readonly deadlineMs?: InputMaybe<Scalars['Int']['input']>;
  /** Taken from the logit of a token as often as it occurs in the completion, -2 to 2. */
  readonly frequencyPenalty?: InputMaybe<Scalars['Float']['input']>;
  /** Asking again with the same key joins the generation that the first call started. Up to 100 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** At most 300 tokens that are to be more or less likely. */
  readonly logitBias?: InputMaybe<ReadonlyArray<TokenBiasInput>>;
  /** The longest completion, in tokens, 1 to 512. */
  readonly maxTokens?: InputMaybe<Scalars['Int']['input']>;
  /**
   * A conversation of several turns, oldest first, rendered by the model's own chat template; the completion is the next
   * turn of the assistant. 1 to 100 messages, together at most 32,000 characters. Give either this or `prompt`.
   */
  readonly messages?: InputMaybe<ReadonlyArray<ChatMessageInput>>;
  /** Leave out tokens that are less than this share as probable as the likeliest, 0 to 1. */
  readonly minP?: InputMaybe<Scalars['Float']['input']>;
  /** The model by name, by name and alias (`fathom-facts@champion`) or by version (`fathom-facts@1`). The default model without it. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /**
   * How many completions of the prompt to draw, 1 to 8; the prompt is computed once. The first is the generation's `text`,
   * all of them are its `choices`.
   */
  readonly n?: InputMaybe<Scalars['Int']['input']>;
  /** Taken from the logit of each token that occurs in the completion, -2 to 2. */
  readonly presencePenalty?: InputMaybe<Scalars['Float']['input']>;
  /** Its place among your tenant's waiting requests. */
  readonly priority?: InputMaybe<RequestPriority>;
  /**
   * The prompt, 1 to 8,000 characters. It is put into the model's own chat template unless `raw` is true. Give either
   * this or `messages`.
   */
  readonly prompt?: InputMaybe<Scalars['String']['input']>;
  /** True to give the prompt to the model as it is, without its template. */
  readonly raw?: InputMaybe<Scalars['Boolean']['input']>;
  /** Above 1 makes tokens less likely that occur in the prompt or the completion, below 1 more. Above 0, at most 10. */
  readonly repetitionPenalty?: InputMaybe<Scalars['Float']['input']>;
  /** The form that the completion must have. */
  readonly responseFormat?: InputMaybe<ResponseFormatInput>;
  /** The same seed, model version and prompt give the same text. A random one is chosen, and reported, without it. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Up to 4 strings that end the completion when they appear; they are not part of it. */
  readonly stop?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** 0 always takes the likeliest token; higher is more varied. 0 to 2. */
  readonly temperature?: InputMaybe<Scalars['Float']['input']>;
  /** Sample only among this many likeliest tokens. 0 means all. */
  readonly topK?: InputMaybe<Scalars['Int']['input']>;
  /** How many of the likeliest tokens to report beside each token, 0 to 20. */
  readonly topLogProbabilities?: InputMaybe<Scalars['Int']['input']>;
  /** Sample only among the likeliest tokens that together have this probability. Above 0, at most 1. */
  readonly topP?: InputMaybe<Scalars['Float']['input']>;
  /**
   * What is longer than the model's context is refused, with both numbers. True shortens it instead: the oldest messages
   * but those of the system go first, then the oldest tokens of what is left, until `maxTokens` fit behind it.
   */
  readonly truncatePrompt?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * True to show the completion again that the very same input had before (version, prompt, sampling and all the rest), and
   * to keep this one for the next. Sampling without a `seed` of your own is never cached.
   */
  readonly useCache?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of a generate that was waited for. */
export type GenerateResult = Generation | InvalidInput | Overloaded | UnknownModel;

/** A token as the model chose it. */
export type GeneratedToken = {
  readonly __typename?: 'GeneratedToken';
  /** Its position in the completion, from 0. */
  readonly index: Scalars['Int']['output'];
  /** The natural logarithm of the probability that the model gave it. */
  readonly logProbability: Scalars['Float']['output'];
  /** The text it added; empty where a character is not complete yet. */
  readonly text: Scalars['String']['output'];
  /** Its id in the model's vocabulary. */
  readonly tokenId: Scalars['Int']['output'];
  /** The likeliest tokens for this place, likeliest first; empty unless `topLogProbabilities` asked for them. */
  readonly topLogProbabilities: ReadonlyArray<TokenAlternative>;
};

/** One answer or completion: a durable thing with an id, from the moment it was accepted. */
export type Generation = {
  readonly __typename?: 'Generation';
  /** The bound that the score was held against. */
  readonly bound?: Maybe<Scalars['Float']['output']>;
  /** The version of the calibration that the bound comes from. */
  readonly calibrationVersion?: Maybe<Scalars['String']['output']>;
  /** All completions that were asked for with `n`, the first one among them. */
  readonly choices: ReadonlyArray<GenerationChoice>;
  /** When it ended. Null while it runs. */
  readonly completedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it was accepted. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The device that the model ran on. Null for answers from the cache. */
  readonly device?: Maybe<Device>;
  /** The draft that the model had written, where deep-learning answered instead. */
  readonly draft?: Maybe<Scalars['String']['output']>;
  /** What deep-learning's answer rests on; empty when the model answered. */
  readonly evidence: ReadonlyArray<AnswerEvidence>;
  /** Why, in a sentence for people. */
  readonly explanation?: Maybe<Scalars['String']['output']>;
  /** What went wrong, where `status` is `FAILED`. */
  readonly failure?: Maybe<GenerationFailure>;
  /** Why the text ended. Null while it runs. */
  readonly finishReason?: Maybe<FinishReason>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The conversation as it was given; empty where a question or a prompt was. */
  readonly messages: ReadonlyArray<ChatMessage>;
  /** The model version that wrote the text (or the draft). */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** The question or prompt as it was given; of a conversation, its last message. */
  readonly prompt: Scalars['String']['output'];
  /** Why that service. Null until that is decided. */
  readonly reason?: Maybe<RoutingReason>;
  /** How sure the model was, 0 to 1. Null for plain `generate` and before the score is known. */
  readonly score?: Maybe<Scalars['Float']['output']>;
  /** The seed that sampling used, where there was sampling. */
  readonly seed?: Maybe<Scalars['Int']['output']>;
  /** Which service produced the text. Null until that is decided. */
  readonly service?: Maybe<AnsweringService>;
  /** Where it stands. */
  readonly status: GenerationStatus;
  /** The text so far; the whole text once `status` is `COMPLETED`. */
  readonly text: Scalars['String']['output'];
  /** Each token with its log-probability, in order. Empty for answers that no model of this platform decoded. */
  readonly tokens: ReadonlyArray<GeneratedToken>;
  /** The W3C trace id under which traces and logs can be found. */
  readonly traceId: Scalars['String']['output'];
  /** Tokens, times and device milliseconds spent. */
  readonly usage: Usage;
};

/** One of several completions of the same prompt. */
export type GenerationChoice = {
  readonly __typename?: 'GenerationChoice';
  /** Why it ended. Null while it runs. */
  readonly finishReason?: Maybe<FinishReason>;
  /** From 0. */
  readonly index: Scalars['Int']['output'];
  /** The text so far. */
  readonly text: Scalars['String']['output'];
  /** Each token with its log-probability, in order. */
  readonly tokens: ReadonlyArray<GeneratedToken>;
};

/** The text is whole. The last event of a stream that went well or was cancelled. */
export type GenerationCompleted = GenerationEvent & {
  readonly __typename?: 'GenerationCompleted';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Why the text ended. */
  readonly finishReason: FinishReason;
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** What it cost. */
  readonly usage: Usage;
};

/** A page of generations. */
export type GenerationConnection = {
  readonly __typename?: 'GenerationConnection';
  /** The generations of this page with their cursors. */
  readonly edges: ReadonlyArray<GenerationEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A generation in a page. */
export type GenerationEdge = {
  readonly __typename?: 'GenerationEdge';
  /** Pass it as `after` to continue behind this generation. */
  readonly cursor: Scalars['String']['output'];
  /** The generation. */
  readonly node: Generation;
};

/** One event of a generation's stream. Sequences are gapless from 1; a cursor resumes after its event. */
export type GenerationEvent = {
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** The generation failed. The last event of its stream. */
export type GenerationFailed = GenerationEvent & {
  readonly __typename?: 'GenerationFailed';
  /** A stable code, for instance `DEVICE_LOST`. */
  readonly code: Scalars['String']['output'];
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** What happened and what to do. */
  readonly message: Scalars['String']['output'];
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** Why a generation failed. */
export type GenerationFailure = {
  readonly __typename?: 'GenerationFailure';
  /** A stable code, for instance `DEVICE_LOST`. */
  readonly code: Scalars['String']['output'];
  /** What happened and what to do. */
  readonly message: Scalars['String']['output'];
};

/** It is decided who answers. Comes before the first token of an answer. */
export type GenerationRouted = GenerationEvent & {
  readonly __typename?: 'GenerationRouted';
  /** The bound that the score was held against. */
  readonly bound?: Maybe<Scalars['Float']['output']>;
  /** The version of the calibration that the bound comes from. */
  readonly calibrationVersion?: Maybe<Scalars['String']['output']>;
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Why, in a sentence for people. */
  readonly explanation: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** Why. */
  readonly reason: RoutingReason;
  /** How sure the model was, 0 to 1, where it was asked. */
  readonly score?: Maybe<Scalars['Float']['output']>;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** Who answers. */
  readonly service: AnsweringService;
};

/** The generation was accepted and has an id. */
export type GenerationStarted = GenerationEvent & {
  readonly __typename?: 'GenerationStarted';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** Where a generation stands. */
export type GenerationStatus =
  /** Stopped on request; the text so far is kept. */
  | 'CANCELLED'
  /** Ended, whole. */
  | 'COMPLETED'
  /** Ended by a fault, see `failure`. */
  | 'FAILED'
  /** Accepted and waiting for a device. */
  | 'QUEUED'
  /** Producing text. */
  | 'RUNNING';

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

/** Something that somebody taught the platform. */
export type Knowledge = {
  readonly __typename?: 'Knowledge';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

/** A label with its score. */
export type LabelScore = {
  readonly __typename?: 'LabelScore';
  /** The label, as the examples had it. */
  readonly label: Scalars['String']['output'];
  /** How likely it is, 0 to 1. */
  readonly score: Scalars['Float']['output'];
};

/** What a model version is for. */
export type ModelPurpose =
  /** It puts texts into classes: `classify`. */
  | 'CLASSIFICATION'
  /** It makes vectors of texts: `embed`. */
  | 'EMBEDDING'
  /** It generates text: `ask`, `generate`. */
  | 'GENERATION';

/** An immutable version of a model. */
export type ModelVersion = {
  readonly __typename?: 'ModelVersion';
  /** How it is served here. Null if this platform does not serve it. */
  readonly deployment?: Maybe<Deployment>;
  /** The latest generations that this version wrote for your tenant, newest first. */
  readonly generations: ReadonlyArray<Generation>;
  /** Its id, `name@number`. */
  readonly id: Scalars['ID']['output'];
};


/** An immutable version of a model. */
export type ModelVersionGenerationsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Asks a question and waits for the whole answer. Answers come from the model where it is confident, and from
   * deep-learning (taught knowledge, or an honest abstention) where it is not.
   */
  readonly ask: AskResult;
  /** Stops a generation. Its device slot is free within one decode step; what was generated so far is kept. */
  readonly cancelGeneration: CancelGenerationResult;
  /** Gives all traffic of an alias back to the version that it leads to. */
  readonly endTrafficSplit: EndTrafficSplitResult;
  /** Completes a prompt with a named model and waits for the whole text. No routing: what the model says is what you get. */
  readonly generate: GenerateResult;
  /**
   * Splits the traffic of an alias: a share of its conversations is answered by a canary, and a share is computed by a shadow as
   * well, whose answers are compared and never shown. What is not named ends. It holds until it is set anew or ended, or the
   * alias moves to the version that has the share.
   */
  readonly setTrafficSplit: SetTrafficSplitResult;
};


export type MutationAskArgs = {
  input: AskInput;
};


export type MutationCancelGenerationArgs = {
  id: Scalars['ID']['input'];
};


export type MutationEndTrafficSplitArgs = {
  input: EndTrafficSplitInput;
};


export type MutationGenerateArgs = {
  input: GenerateInput;
};


export type MutationSetTrafficSplitArgs = {
  input: SetTrafficSplitInput;
};

/** Nothing by that id exists for your tenant. */
export type NotFound = {
  readonly __typename?: 'NotFound';
  /** The id that was asked for. */
  readonly id: Scalars['ID']['output'];
  /** What was looked for. */
  readonly message: Scalars['String']['output'];
};

/** The queue is full. Nothing was started. */
export type Overloaded = {
  readonly __typename?: 'Overloaded';
  /** What is full. */
  readonly message: Scalars['String']['output'];
  /** Try again after this many milliseconds. */
  readonly retryAfterMs: Scalars['Int']['output'];
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
  /**
   * Which of a trained classifier's labels each text has, with a score for each label. Texts are computed in batches beside the
   * token streams of the same device, and are not stored.
   */
  readonly classify: ClassifyResult;
  /** One deployment by its id. */
  readonly deployment?: Maybe<Deployment>;
  /** Every model version that this platform serves or tried to serve. */
  readonly deployments: ReadonlyArray<Deployment>;
  /** One device by its id. */
  readonly device?: Maybe<Device>;
  /** The devices (CPU, WebGPU, CUDA) that run models, with their present load. */
  readonly devices: ReadonlyArray<Device>;
  /**
   * A vector for each text: the nearer the meanings, the larger the cosine of their vectors. Texts are computed in batches
   * beside the token streams of the same device, and are not stored.
   */
  readonly embed: EmbedResult;
  /** The encoders that `embed` can use: the platform's own, and versions of the task `EMBEDDING` that were loaded before. */
  readonly embeddingModels: ReadonlyArray<EmbeddingModel>;
  /** One generation by its id, while it runs and for ever after. */
  readonly generation?: Maybe<Generation>;
  /** The generations of your tenant, newest first. */
  readonly generations: GenerationConnection;
  /** The aliases whose traffic is split between versions. An alias that is not among them has all of it on one version. */
  readonly trafficSplits: ReadonlyArray<TrafficSplit>;
};


export type QueryClassifyArgs = {
  input: ClassifyInput;
};


export type QueryDeploymentArgs = {
  id: Scalars['ID']['input'];
};


export type QueryDeviceArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEmbedArgs = {
  input: EmbedInput;
};


export type QueryGenerationArgs = {
  id: Scalars['ID']['input'];
};


export type QueryGenerationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<GenerationStatus>;
};

/** Whether a process is given requests. */
export type ReplicaStatus =
  /** It ends what it has and takes no more. */
  | 'DRAINING'
  /** It takes requests. */
  | 'READY'
  /** None of its devices computes at present, or it did not answer its peer the last time. */
  | 'RECOVERING';

/**
 * Which of your tenant's waiting requests get a device first. It never takes another tenant's turn: between tenants, who
 * has been served least comes first.
 */
export type RequestPriority =
  /** Before all others of the tenant: somebody is waiting for it. */
  | 'HIGH'
  /** After all others of the tenant: work in bulk. */
  | 'LOW'
  /** In the order of arrival. */
  | 'NORMAL';

/**
 * The form that a completion must have; give exactly one. What the model may say next is held to it token by token, so
 * what ends with `STOP` has the form. What reaches `maxTokens` (`LENGTH`) is the beginning of it.
 */
export type ResponseFormatInput = {
  /** A grammar in EBNF whose first rule is called `root`, for instance `root ::= "yes" | "no"`. */
  readonly grammar?: InputMaybe<Scalars['String']['input']>;
  /** A JSON schema as JSON text, at most 16,000 characters. The completion is one JSON value that it allows. */
  readonly jsonSchema?: InputMaybe<Scalars['String']['input']>;
  /** A regular expression that the whole completion matches. Character classes hold ASCII characters only. */
  readonly regex?: InputMaybe<Scalars['String']['input']>;
};

/** Why that service answers. */
export type RoutingReason =
  /** The same model version answered an identical question, or completed the very same input, before. */
  | 'CACHE_HIT'
  /** The model's score reached the bound. */
  | 'CONFIDENT'
  /** The model's score stayed below the bound. */
  | 'LOW_CONFIDENCE'
  /** The model itself said that it does not know. */
  | 'OUT_OF_SCOPE'
  /** `generate` was called: the model was named, nothing was routed. */
  | 'REQUESTED'
  /** Deep-learning was needed but could not be reached: the model's low-confidence draft, marked as such. */
  | 'SERVICE_UNAVAILABLE'
  /** The question has a taught answer, which goes before the model's. */
  | 'TAUGHT';

/** How the traffic of an alias is to be split. */
export type SetTrafficSplitInput = {
  /** The alias whose traffic it is. */
  readonly alias?: Scalars['String']['input'];
  /** The version that answers a share of the conversations. */
  readonly canary?: InputMaybe<TrafficShareInput>;
  /** The model's name. */
  readonly modelName: Scalars['String']['input'];
  /** Why, in 1 to 500 characters. */
  readonly reason: Scalars['String']['input'];
  /** The version that computes copies of a share of the conversations. */
  readonly shadow?: InputMaybe<TrafficShareInput>;
};

/** What became of a split that was to be set. */
export type SetTrafficSplitResult = InvalidInput | NotFound | TrafficSplit;

/**
 * A version that computes copies of a share of an alias's conversations when devices have little else to do. Its answers are held
 * against those that the model itself gave, and are not shown, stored or billed.
 */
export type ShadowTraffic = {
  readonly __typename?: 'ShadowTraffic';
  /** Copies that came out as something else. */
  readonly different: Scalars['Int']['output'];
  /** Copies that were not computed, or given up, because devices had answers to compute. */
  readonly dropped: Scalars['Int']['output'];
  /** Copies that it could not compute. */
  readonly failed: Scalars['Int']['output'];
  /** False while it is not loaded: nothing is copied until then. Its deployment says why. */
  readonly isServing: Scalars['Boolean']['output'];
  /** The version. */
  readonly modelVersion: ModelVersion;
  /** Its share of the conversations, above 0 and at most 100. */
  readonly percent: Scalars['Float']['output'];
  /** Copies that came out as what was answered, but for the space around it. */
  readonly same: Scalars['Int']['output'];
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * Asks a question and streams the answer as it is produced. Unsubscribing cancels the generation. A connection that
   * breaks does not: ask again with `after`, or for `generationEvents`, within the grace period and miss nothing.
   */
  readonly ask: GenerationEvent;
  /** Completes a prompt with a named model and streams each token with its log-probability. */
  readonly generate: GenerationEvent;
  /**
   * The events of a generation that already exists: those after a cursor first, then those to come, each exactly once.
   * This is how a client resumes after its connection, the gateway or the service was lost.
   */
  readonly generationEvents: GenerationEvent;
};


export type SubscriptionAskArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  input: AskInput;
};


export type SubscriptionGenerateArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  input: GenerateInput;
};


export type SubscriptionGenerationEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
};

/**
 * Text that was streamed is withdrawn: the model's confidence fell below the bound after its first tokens were shown.
 * Discard the text so far; a `GenerationRouted` event and the new answer follow.
 */
export type TextRetracted = GenerationEvent & {
  readonly __typename?: 'TextRetracted';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** The text that is withdrawn. */
  readonly retractedText: Scalars['String']['output'];
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** A token that might have been chosen. */
export type TokenAlternative = {
  readonly __typename?: 'TokenAlternative';
  /** The natural logarithm of the probability that the model gave it. */
  readonly logProbability: Scalars['Float']['output'];
  /** The text it stands for; part of a character shows as U+FFFD. */
  readonly text: Scalars['String']['output'];
  /** Its id in the model's vocabulary. */
  readonly tokenId: Scalars['Int']['output'];
};

/** Makes one token more or less likely. */
export type TokenBiasInput = {
  /** Added to its logit, -100 to 100; the ends practically rule it out or in. */
  readonly bias: Scalars['Float']['input'];
  /** The token's id in the model's vocabulary. */
  readonly tokenId: Scalars['Int']['input'];
};

/** A piece of the text. */
export type TokenGenerated = GenerationEvent & {
  readonly __typename?: 'TokenGenerated';
  /** Which of the completions asked for with `n` it belongs to, from 0. */
  readonly choice: Scalars['Int']['output'];
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The generation that the event belongs to. */
  readonly generation: Generation;
  /** The natural logarithm of the token's probability; null as `tokenId` is. */
  readonly logProbability?: Maybe<Scalars['Float']['output']>;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The text to append. Always whole characters. */
  readonly text: Scalars['String']['output'];
  /** The token's id; null where the text did not come from a model's decoding (taught answers). */
  readonly tokenId?: Maybe<Scalars['Int']['output']>;
  /** The likeliest tokens for this place, likeliest first; empty unless `topLogProbabilities` asked for them. */
  readonly topLogProbabilities: ReadonlyArray<TokenAlternative>;
};

/** Which of a text's tokens speak for it. */
export type TokenPooling =
  /** The first one alone. */
  | 'FIRST'
  /** The last one alone. */
  | 'LAST'
  /** All of them, equally. */
  | 'MEAN';

/** A version and its share. */
export type TrafficShareInput = {
  /** Above 0, at most 100. */
  readonly percent: Scalars['Float']['input'];
  /** Any version that your tenant may use, but for the one that the alias leads to. */
  readonly versionId: Scalars['ID']['input'];
};

/**
 * How the traffic of an alias is split, of prompts and questions; `classify` and `embed` follow the alias alone. Which version answers depends on tenant and beginning of the conversation alone, so all turns
 * of a conversation have the same version, and `Generation.modelVersion` says which.
 */
export type TrafficSplit = {
  readonly __typename?: 'TrafficSplit';
  /** The alias. */
  readonly alias: Scalars['String']['output'];
  /** The version that answers a share of the conversations. */
  readonly canary?: Maybe<CanaryTraffic>;
  /** The model's name. */
  readonly modelName: Scalars['String']['output'];
  /** Why. */
  readonly reason: Scalars['String']['output'];
  /** When. */
  readonly setAt: Scalars['DateTime']['output'];
  /** Who set it. */
  readonly setBy: Scalars['String']['output'];
  /** The version that computes copies, and what became of them. */
  readonly shadow?: Maybe<ShadowTraffic>;
  /** The version that the alias leads to, which has the rest. Null while none answers. */
  readonly stable?: Maybe<ModelVersion>;
};

/** No such model, alias or version is served here. */
export type UnknownModel = {
  readonly __typename?: 'UnknownModel';
  /** The names that would work. */
  readonly available: ReadonlyArray<Scalars['String']['output']>;
  /** What is wrong and what to do. */
  readonly message: Scalars['String']['output'];
  /** The name that was asked for. */
  readonly model: Scalars['String']['output'];
};

/** What a generation cost. */
export type Usage = {
  readonly __typename?: 'Usage';
  /** Tokens of the prompt that need not be computed, because a request of your tenant began alike shortly before. */
  readonly cachedPromptTokens: Scalars['Int']['output'];
  /** Tokens generated. */
  readonly completionTokens: Scalars['Int']['output'];
  /** Milliseconds of device time that this generation took, its share of each batch. */
  readonly deviceMs: Scalars['Float']['output'];
  /** Tokens of the prompt after the template. */
  readonly promptTokens: Scalars['Int']['output'];
  /** From acceptance to the first token, milliseconds. Null before it. */
  readonly timeToFirstTokenMs?: Maybe<Scalars['Float']['output']>;
  /** Completion tokens per second of decoding. Null for answers that were not decoded. */
  readonly tokensPerSecond?: Maybe<Scalars['Float']['output']>;
  /** From acceptance to the end, milliseconds. Null while it runs. */
  readonly totalMs?: Maybe<Scalars['Float']['output']>;
  /** Tokens left out of the prompt because it was longer than the context; 0 unless `truncatePrompt` allowed it. */
  readonly truncatedPromptTokens: Scalars['Int']['output'];
};
