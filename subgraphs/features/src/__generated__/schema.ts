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
  /** Any JSON value: what a feature holds. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: string; output: string; }
};

/** Examples to train on: immutable and named by their content. */
export type DataSet = {
  readonly __typename?: 'DataSet';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

/** A kind of thing. */
export type DefineFeatureEntityInput = {
  /** What it is, for people. */
  readonly description: Scalars['String']['input'];
  /** Its name, 1 to 60 characters of `a-z`, `0-9` and `_`. */
  readonly name: Scalars['String']['input'];
};

/** What became of a new kind of thing. */
export type DefineFeatureEntityResult = FeatureEntity | InvalidInput;

/** A feature view. */
export type DefineFeatureViewInput = {
  /** What it holds, for people. */
  readonly description: Scalars['String']['input'];
  /** The name of the kind of thing that it describes. */
  readonly entity: Scalars['String']['input'];
  /** Its features, 1 to 200. */
  readonly features: ReadonlyArray<FeatureInput>;
  /** A value older than this many seconds counts as missing. Values live for ever without it. */
  readonly lifetimeSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Its name, 1 to 60 characters of `a-z`, `0-9` and `_`. */
  readonly name: Scalars['String']['input'];
};

/** What became of a new view. */
export type DefineFeatureViewResult = FeatureView | InvalidInput | NotFound;

/** A data set to write from a view. */
export type ExportTrainingSetInput = {
  /** The moment: nothing that became known later is used. Now without it. */
  readonly asOf?: InputMaybe<Scalars['DateTime']['input']>;
  /** The example's completion, likewise. */
  readonly completionTemplate: Scalars['String']['input'];
  /** The data set's name, 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
  /** The example's prompt, with `{feature}` for a feature's value and `{entityKey}` for the thing: `What is the capital of {name}?` */
  readonly promptTemplate: Scalars['String']['input'];
  /** The view's name. */
  readonly view: Scalars['String']['input'];
};

/** What became of a data set's export. */
export type ExportTrainingSetResult = InvalidInput | NotFound | TrainingSetExport;

/** A feature. */
export type Feature = {
  readonly __typename?: 'Feature';
  /** What it means. */
  readonly description: Scalars['String']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** What it holds. */
  readonly type: FeatureType;
};

/** A kind of thing that features describe. */
export type FeatureEntity = {
  readonly __typename?: 'FeatureEntity';
  /** What it is. */
  readonly description: Scalars['String']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** The views that describe it. */
  readonly views: ReadonlyArray<FeatureView>;
};

/** Values that were stored. */
export type FeatureIngestion = {
  readonly __typename?: 'FeatureIngestion';
  /** When the batch was durable. */
  readonly ingestedAt: Scalars['DateTime']['output'];
  /** Rows that were stored or replaced. */
  readonly rowCount: Scalars['Int']['output'];
  /** The view. */
  readonly view: FeatureView;
};

/** A feature. */
export type FeatureInput = {
  /** What it means, for people. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Its name, 1 to 60 characters of `a-z`, `0-9` and `_`. */
  readonly name: Scalars['String']['input'];
  /** What it holds. */
  readonly type: FeatureType;
};

/** Values of one thing at one moment. */
export type FeatureRowInput = {
  /** When these values became true. */
  readonly at: Scalars['DateTime']['input'];
  /** Which thing. */
  readonly entityKey: Scalars['String']['input'];
  /** An object from feature name to value; features left out are null. */
  readonly values: Scalars['JSON']['input'];
};

/** A row that is wrong. */
export type FeatureRowProblem = {
  readonly __typename?: 'FeatureRowProblem';
  /** The feature, where one is to blame. */
  readonly feature?: Maybe<Scalars['String']['output']>;
  /** What is wrong. */
  readonly message: Scalars['String']['output'];
  /** Its place in the input, from 0. */
  readonly row: Scalars['Int']['output'];
};

/** What a feature holds. */
export type FeatureType =
  /** True or false. */
  | 'BOOLEAN'
  /** A moment, ISO 8601. */
  | 'DATE_TIME'
  /** A floating-point number. */
  | 'FLOAT'
  /** A list of floating-point numbers. */
  | 'FLOAT_LIST'
  /** A whole number of at most 53 bits. */
  | 'INTEGER'
  /** A text. */
  | 'STRING';

/** The values of one thing. */
export type FeatureVector = {
  readonly __typename?: 'FeatureVector';
  /** When the values became known. Null where there are none. */
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  /** Which thing. */
  readonly entityKey: Scalars['String']['output'];
  /** Whether there are values. */
  readonly status: FeatureVectorStatus;
  /** The values in the order of `features`; null where missing. */
  readonly values: ReadonlyArray<Maybe<Scalars['JSON']['output']>>;
};

/** Whether there are values. */
export type FeatureVectorStatus =
  /** The thing's values are older than the view's lifetime. */
  | 'EXPIRED'
  /** The thing has no values at that moment. */
  | 'MISSING'
  /** There are. */
  | 'PRESENT';

/** Values, one vector a thing in the order asked. */
export type FeatureVectors = {
  readonly __typename?: 'FeatureVectors';
  /** The names of the values, in the vectors' order. */
  readonly features: ReadonlyArray<Scalars['String']['output']>;
  /** One a thing. */
  readonly vectors: ReadonlyArray<FeatureVector>;
};

/** Named, typed features of a kind of thing. */
export type FeatureView = {
  readonly __typename?: 'FeatureView';
  /** When it was defined. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** What it holds. */
  readonly description: Scalars['String']['output'];
  /** The kind of thing. */
  readonly entity: FeatureEntity;
  /** How many things have values. */
  readonly entityCount: Scalars['Int']['output'];
  /** Data sets that were exported from it, newest first. */
  readonly exports: ReadonlyArray<TrainingSetExport>;
  /** Its features. */
  readonly features: ReadonlyArray<Feature>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** A value older than this many seconds counts as missing. Null: never. */
  readonly lifetimeSeconds?: Maybe<Scalars['Int']['output']>;
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** The newest moment of any row. Null for an empty view. */
  readonly newestRowAt?: Maybe<Scalars['DateTime']['output']>;
  /** How many rows were ever stored. */
  readonly rowCount: Scalars['Float']['output'];
};

/** A page of views. */
export type FeatureViewConnection = {
  readonly __typename?: 'FeatureViewConnection';
  /** The views of this page with their cursors. */
  readonly edges: ReadonlyArray<FeatureViewEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A view in a page. */
export type FeatureViewEdge = {
  readonly __typename?: 'FeatureViewEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The view. */
  readonly node: FeatureView;
};

/** Which values to read as of then. */
export type HistoricalFeaturesInput = {
  /** Only these features. All without it. */
  readonly features?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Which things at which moments, 1 to 20,000. */
  readonly rows: ReadonlyArray<HistoricalRowInput>;
  /** The view's name. */
  readonly view: Scalars['String']['input'];
};

/** Values as of then. */
export type HistoricalFeaturesResult = FeatureVectors | InvalidInput | NotFound;

/** A thing at a moment. */
export type HistoricalRowInput = {
  /** The moment: nothing that became known later is used. */
  readonly at: Scalars['DateTime']['input'];
  /** Which thing. */
  readonly entityKey: Scalars['String']['input'];
};

/** Values to store. */
export type IngestFeaturesInput = {
  /** One entry a thing and moment, 1 to 10,000. */
  readonly rows: ReadonlyArray<FeatureRowInput>;
  /** The view's name. */
  readonly view: Scalars['String']['input'];
};

/** What became of values. */
export type IngestFeaturesResult = FeatureIngestion | InvalidFeatureRows | InvalidInput | NotFound;

/** Rows that were refused; none of the batch was stored. */
export type InvalidFeatureRows = {
  readonly __typename?: 'InvalidFeatureRows';
  /** How many rows are wrong. */
  readonly message: Scalars['String']['output'];
  /** The first that are wrong, at most 20. */
  readonly problems: ReadonlyArray<FeatureRowProblem>;
};

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Defines a kind of thing, for instance `customer`. */
  readonly defineFeatureEntity: DefineFeatureEntityResult;
  /** Defines a feature view: the named, typed features of a kind of thing. A view's features never change their type. */
  readonly defineFeatureView: DefineFeatureViewResult;
  /** Writes a data set from a view as of a moment, for the training service to train on. */
  readonly exportTrainingSet: ExportTrainingSetResult;
  /** Stores values with the moments at which they became known. The same thing at the same moment twice is stored once, the last wins. */
  readonly ingestFeatures: IngestFeaturesResult;
};


export type MutationDefineFeatureEntityArgs = {
  input: DefineFeatureEntityInput;
};


export type MutationDefineFeatureViewArgs = {
  input: DefineFeatureViewInput;
};


export type MutationExportTrainingSetArgs = {
  input: ExportTrainingSetInput;
};


export type MutationIngestFeaturesArgs = {
  input: IngestFeaturesInput;
};

/** Nothing by that id exists for your tenant. */
export type NotFound = {
  readonly __typename?: 'NotFound';
  /** The id that was asked for. */
  readonly id: Scalars['ID']['output'];
  /** What was looked for. */
  readonly message: Scalars['String']['output'];
};

/** Which values to read now. */
export type OnlineFeaturesInput = {
  /** Which things, 1 to 1,000. */
  readonly entityKeys: ReadonlyArray<Scalars['String']['input']>;
  /** Only these features. All without it. */
  readonly features?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The view's name. */
  readonly view: Scalars['String']['input'];
};

/** Newest values. */
export type OnlineFeaturesResult = FeatureVectors | InvalidInput | NotFound;

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
  /** The kinds of things that features describe, by name. */
  readonly featureEntities: ReadonlyArray<FeatureEntity>;
  /** One feature view by its id. */
  readonly featureView?: Maybe<FeatureView>;
  /** One feature view by its name. */
  readonly featureViewNamed?: Maybe<FeatureView>;
  /** Feature views, by name. */
  readonly featureViews: FeatureViewConnection;
  /** For each thing and moment, the values as they were known at that moment and no later: what a model may be trained on. */
  readonly historicalFeatures: HistoricalFeaturesResult;
  /** The newest values for up to 1,000 things, in the order asked. A value older than the view's lifetime is missing. */
  readonly onlineFeatures: OnlineFeaturesResult;
};


export type QueryFeatureViewArgs = {
  id: Scalars['ID']['input'];
};


export type QueryFeatureViewNamedArgs = {
  name: Scalars['String']['input'];
};


export type QueryFeatureViewsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryHistoricalFeaturesArgs = {
  input: HistoricalFeaturesInput;
};


export type QueryOnlineFeaturesArgs = {
  input: OnlineFeaturesInput;
};

/** A data set written from a view. */
export type TrainingSetExport = {
  readonly __typename?: 'TrainingSetExport';
  /** The moment as of which values were read. */
  readonly asOf: Scalars['DateTime']['output'];
  /** When it was written. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The data set, made by the training service from this export: shortly after the export. */
  readonly dataSet: DataSet;
  /** How many examples. */
  readonly exampleCount: Scalars['Int']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The data set's name. */
  readonly name: Scalars['String']['output'];
  /** Things that were left out: a value that the templates need was missing, or what they give is empty or longer than 8,000 characters. */
  readonly skippedCount: Scalars['Int']['output'];
  /** The view. */
  readonly view: FeatureView;
};
