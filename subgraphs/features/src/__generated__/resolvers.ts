import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { FeatureEntityRecord as FeatureEntityRecordMapper, FeatureViewRecord as FeatureViewRecordMapper, TrainingSetExportRecord as TrainingSetExportRecordMapper } from '../mappers.ts';
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
  FeatureEntity: FeatureEntity;
  FeatureView: FeatureView;
  TrainingSetExport: TrainingSetExport;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  FeatureEntity:
    ( { __typename: 'FeatureEntity' }
    & GraphQLRecursivePick<FederationTypes['FeatureEntity'], {"id":true}> );
  FeatureView:
    ( { __typename: 'FeatureView' }
    & GraphQLRecursivePick<FederationTypes['FeatureView'], {"id":true}> );
  TrainingSetExport:
    ( { __typename: 'TrainingSetExport' }
    & GraphQLRecursivePick<FederationTypes['TrainingSetExport'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  DefineFeatureEntityResult:
    | ( FeatureEntityRecordMapper )
    | ( InvalidInput )
  ;
  DefineFeatureViewResult:
    | ( FeatureViewRecordMapper )
    | ( InvalidInput )
    | ( NotFound )
  ;
  ExportTrainingSetResult:
    | ( InvalidInput )
    | ( NotFound )
    | ( TrainingSetExportRecordMapper )
  ;
  HistoricalFeaturesResult:
    | ( FeatureVectors )
    | ( InvalidInput )
    | ( NotFound )
  ;
  IngestFeaturesResult:
    | ( Omit<FeatureIngestion, 'view'> & { view: _RefType['FeatureView'] } )
    | ( InvalidFeatureRows )
    | ( InvalidInput )
    | ( NotFound )
  ;
  OnlineFeaturesResult:
    | ( FeatureVectors )
    | ( InvalidInput )
    | ( NotFound )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DataSet: ResolverTypeWrapper<DataSet>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DefineFeatureEntityInput: DefineFeatureEntityInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  DefineFeatureEntityResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['DefineFeatureEntityResult']>;
  DefineFeatureViewInput: DefineFeatureViewInput;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  DefineFeatureViewResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['DefineFeatureViewResult']>;
  ExportTrainingSetInput: ExportTrainingSetInput;
  ExportTrainingSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ExportTrainingSetResult']>;
  Feature: ResolverTypeWrapper<Feature>;
  FeatureEntity: ResolverTypeWrapper<FeatureEntityRecordMapper>;
  FeatureIngestion: ResolverTypeWrapper<Omit<FeatureIngestion, 'view'> & { view: ResolversTypes['FeatureView'] }>;
  FeatureInput: FeatureInput;
  FeatureRowInput: FeatureRowInput;
  FeatureRowProblem: ResolverTypeWrapper<FeatureRowProblem>;
  FeatureType: FeatureType;
  FeatureVector: ResolverTypeWrapper<FeatureVector>;
  FeatureVectorStatus: FeatureVectorStatus;
  FeatureVectors: ResolverTypeWrapper<FeatureVectors>;
  FeatureView: ResolverTypeWrapper<FeatureViewRecordMapper>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  FeatureViewConnection: ResolverTypeWrapper<Omit<FeatureViewConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['FeatureViewEdge']> }>;
  FeatureViewEdge: ResolverTypeWrapper<Omit<FeatureViewEdge, 'node'> & { node: ResolversTypes['FeatureView'] }>;
  HistoricalFeaturesInput: HistoricalFeaturesInput;
  HistoricalFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['HistoricalFeaturesResult']>;
  HistoricalRowInput: HistoricalRowInput;
  IngestFeaturesInput: IngestFeaturesInput;
  IngestFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['IngestFeaturesResult']>;
  InvalidFeatureRows: ResolverTypeWrapper<InvalidFeatureRows>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  OnlineFeaturesInput: OnlineFeaturesInput;
  OnlineFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['OnlineFeaturesResult']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TrainingSetExport: ResolverTypeWrapper<TrainingSetExportRecordMapper>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DataSet: DataSet;
  ID: Scalars['ID']['output'];
  DateTime: Scalars['DateTime']['output'];
  DefineFeatureEntityInput: DefineFeatureEntityInput;
  String: Scalars['String']['output'];
  DefineFeatureEntityResult: ResolversUnionTypes<ResolversParentTypes>['DefineFeatureEntityResult'];
  DefineFeatureViewInput: DefineFeatureViewInput;
  Int: Scalars['Int']['output'];
  DefineFeatureViewResult: ResolversUnionTypes<ResolversParentTypes>['DefineFeatureViewResult'];
  ExportTrainingSetInput: ExportTrainingSetInput;
  ExportTrainingSetResult: ResolversUnionTypes<ResolversParentTypes>['ExportTrainingSetResult'];
  Feature: Feature;
  FeatureEntity: FeatureEntityRecordMapper;
  FeatureIngestion: Omit<FeatureIngestion, 'view'> & { view: ResolversParentTypes['FeatureView'] };
  FeatureInput: FeatureInput;
  FeatureRowInput: FeatureRowInput;
  FeatureRowProblem: FeatureRowProblem;
  FeatureVector: FeatureVector;
  FeatureVectors: FeatureVectors;
  FeatureView: FeatureViewRecordMapper;
  Float: Scalars['Float']['output'];
  FeatureViewConnection: Omit<FeatureViewConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['FeatureViewEdge']> };
  FeatureViewEdge: Omit<FeatureViewEdge, 'node'> & { node: ResolversParentTypes['FeatureView'] };
  HistoricalFeaturesInput: HistoricalFeaturesInput;
  HistoricalFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['HistoricalFeaturesResult'];
  HistoricalRowInput: HistoricalRowInput;
  IngestFeaturesInput: IngestFeaturesInput;
  IngestFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['IngestFeaturesResult'];
  InvalidFeatureRows: InvalidFeatureRows;
  InvalidInput: InvalidInput;
  JSON: Scalars['JSON']['output'];
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  OnlineFeaturesInput: OnlineFeaturesInput;
  OnlineFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['OnlineFeaturesResult'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  TrainingSetExport: TrainingSetExportRecordMapper;
};

export type DataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSet'] = ResolversParentTypes['DataSet']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DefineFeatureEntityResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DefineFeatureEntityResult'] = ResolversParentTypes['DefineFeatureEntityResult']> = {
  __resolveType: TypeResolveFn<'FeatureEntity' | 'InvalidInput', ParentType, ContextType>;
};

export type DefineFeatureViewResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DefineFeatureViewResult'] = ResolversParentTypes['DefineFeatureViewResult']> = {
  __resolveType: TypeResolveFn<'FeatureView' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type ExportTrainingSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExportTrainingSetResult'] = ResolversParentTypes['ExportTrainingSetResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingSetExport', ParentType, ContextType>;
};

export type FeatureResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Feature'] = ResolversParentTypes['Feature']> = {
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['FeatureType'], ParentType, ContextType>;
};

export type FeatureEntityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureEntity'] = ResolversParentTypes['FeatureEntity'], FederationReferenceType extends FederationReferenceTypes['FeatureEntity'] = FederationReferenceTypes['FeatureEntity']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['FeatureEntity']> | FederationReferenceType, FederationReferenceType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  views?: Resolver<ReadonlyArray<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureIngestionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureIngestion'] = ResolversParentTypes['FeatureIngestion']> = {
  ingestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  rowCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  view?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureRowProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureRowProblem'] = ResolversParentTypes['FeatureRowProblem']> = {
  feature?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  row?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FeatureVectorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureVector'] = ResolversParentTypes['FeatureVector']> = {
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  entityKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['FeatureVectorStatus'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Maybe<ResolversTypes['JSON']>>, ParentType, ContextType>;
};

export type FeatureVectorsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureVectors'] = ResolversParentTypes['FeatureVectors']> = {
  features?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  vectors?: Resolver<ReadonlyArray<ResolversTypes['FeatureVector']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureViewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureView'] = ResolversParentTypes['FeatureView'], FederationReferenceType extends FederationReferenceTypes['FeatureView'] = FederationReferenceTypes['FeatureView']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['FeatureView']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  entity?: Resolver<ResolversTypes['FeatureEntity'], ParentType, ContextType>;
  entityCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  exports?: Resolver<ReadonlyArray<ResolversTypes['TrainingSetExport']>, ParentType, ContextType>;
  features?: Resolver<ReadonlyArray<ResolversTypes['Feature']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lifetimeSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  newestRowAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rowCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureViewConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureViewConnection'] = ResolversParentTypes['FeatureViewConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FeatureViewEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type FeatureViewEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureViewEdge'] = ResolversParentTypes['FeatureViewEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
};

export type HistoricalFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HistoricalFeaturesResult'] = ResolversParentTypes['HistoricalFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureVectors' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type IngestFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IngestFeaturesResult'] = ResolversParentTypes['IngestFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureIngestion' | 'InvalidFeatureRows' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type InvalidFeatureRowsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidFeatureRows'] = ResolversParentTypes['InvalidFeatureRows']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  problems?: Resolver<ReadonlyArray<ResolversTypes['FeatureRowProblem']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  defineFeatureEntity?: Resolver<ResolversTypes['DefineFeatureEntityResult'], ParentType, ContextType, RequireFields<MutationDefineFeatureEntityArgs, 'input'>>;
  defineFeatureView?: Resolver<ResolversTypes['DefineFeatureViewResult'], ParentType, ContextType, RequireFields<MutationDefineFeatureViewArgs, 'input'>>;
  exportTrainingSet?: Resolver<ResolversTypes['ExportTrainingSetResult'], ParentType, ContextType, RequireFields<MutationExportTrainingSetArgs, 'input'>>;
  ingestFeatures?: Resolver<ResolversTypes['IngestFeaturesResult'], ParentType, ContextType, RequireFields<MutationIngestFeaturesArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OnlineFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OnlineFeaturesResult'] = ResolversParentTypes['OnlineFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureVectors' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  featureEntities?: Resolver<ReadonlyArray<ResolversTypes['FeatureEntity']>, ParentType, ContextType>;
  featureView?: Resolver<Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType, RequireFields<QueryFeatureViewArgs, 'id'>>;
  featureViewNamed?: Resolver<Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType, RequireFields<QueryFeatureViewNamedArgs, 'name'>>;
  featureViews?: Resolver<ResolversTypes['FeatureViewConnection'], ParentType, ContextType, RequireFields<QueryFeatureViewsArgs, 'first'>>;
  historicalFeatures?: Resolver<ResolversTypes['HistoricalFeaturesResult'], ParentType, ContextType, RequireFields<QueryHistoricalFeaturesArgs, 'input'>>;
  onlineFeatures?: Resolver<ResolversTypes['OnlineFeaturesResult'], ParentType, ContextType, RequireFields<QueryOnlineFeaturesArgs, 'input'>>;
};

export type TrainingSetExportResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSetExport'] = ResolversParentTypes['TrainingSetExport'], FederationReferenceType extends FederationReferenceTypes['TrainingSetExport'] = FederationReferenceTypes['TrainingSetExport']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['TrainingSetExport']> | FederationReferenceType, FederationReferenceType, ContextType>;
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  skippedCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  view?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  DataSet?: DataSetResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DefineFeatureEntityResult?: DefineFeatureEntityResultResolvers<ContextType>;
  DefineFeatureViewResult?: DefineFeatureViewResultResolvers<ContextType>;
  ExportTrainingSetResult?: ExportTrainingSetResultResolvers<ContextType>;
  Feature?: FeatureResolvers<ContextType>;
  FeatureEntity?: FeatureEntityResolvers<ContextType>;
  FeatureIngestion?: FeatureIngestionResolvers<ContextType>;
  FeatureRowProblem?: FeatureRowProblemResolvers<ContextType>;
  FeatureVector?: FeatureVectorResolvers<ContextType>;
  FeatureVectors?: FeatureVectorsResolvers<ContextType>;
  FeatureView?: FeatureViewResolvers<ContextType>;
  FeatureViewConnection?: FeatureViewConnectionResolvers<ContextType>;
  FeatureViewEdge?: FeatureViewEdgeResolvers<ContextType>;
  HistoricalFeaturesResult?: HistoricalFeaturesResultResolvers<ContextType>;
  IngestFeaturesResult?: IngestFeaturesResultResolvers<ContextType>;
  InvalidFeatureRows?: InvalidFeatureRowsResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  OnlineFeaturesResult?: OnlineFeaturesResultResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  TrainingSetExport?: TrainingSetExportResolvers<ContextType>;
};

