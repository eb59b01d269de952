import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { KnowledgeRecord as KnowledgeRecordMapper, KnowledgeMatchRecord as KnowledgeMatchRecordMapper, UnknownQuestionRecord as UnknownQuestionRecordMapper } from '../mappers.ts';
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

/** Nobody knows: no taught knowledge is near enough to the question, or what is near contradicts itself. */
export type Abstention = {
  readonly __typename?: 'Abstention';
  /** Why, in a sentence for people. */
  readonly explanation: Scalars['String']['output'];
  /** What came nearest, best first; may be empty. */
  readonly nearest: ReadonlyArray<KnowledgeMatch>;
  /** What to tell the person who asked. */
  readonly text: Scalars['String']['output'];
};

/** A question that the model could not answer with confidence. */
export type AnswerUnknownInput = {
  /** What the model would have said. */
  readonly draft?: InputMaybe<Scalars['String']['input']>;
  /** The generation that asks, for the audit. */
  readonly generationId?: InputMaybe<Scalars['ID']['input']>;
  /** The question, 1 to 8,000 characters. */
  readonly question: Scalars['String']['input'];
};

/** An answer with its evidence, or an honest abstention. */
export type AnswerUnknownResult = Abstention | EvidencedAnswer | InvalidInput;

/** An answer that rests on taught knowledge. */
export type EvidencedAnswer = {
  readonly __typename?: 'EvidencedAnswer';
  /** How sure the service is, 0 to 1. */
  readonly confidence: Scalars['Float']['output'];
  /** What it rests on, best first; never empty. */
  readonly evidence: ReadonlyArray<KnowledgeMatch>;
  /** Why this answer, in a sentence for people. */
  readonly explanation: Scalars['String']['output'];
  /** The answer. */
  readonly text: Scalars['String']['output'];
};

/** What became of a withdrawal. */
export type ForgetResult = Knowledge | NotFound;

/** One answer or completion: a durable thing with an id, from the moment it was accepted. */
export type Generation = {
  readonly __typename?: 'Generation';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

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
  /** Other wordings that were taught with it. */
  readonly alsoAskedAs: ReadonlyArray<Scalars['String']['output']>;
  /** The answer. */
  readonly answer: Scalars['String']['output'];
  /** When it was withdrawn; null while it is in use. */
  readonly forgottenAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The question as it was taught. */
  readonly question: Scalars['String']['output'];
  /** Where the answer comes from, if that was said. */
  readonly source?: Maybe<Scalars['String']['output']>;
  /** When it was taught. */
  readonly taughtAt: Scalars['DateTime']['output'];
  /** Who taught it. */
  readonly taughtBy: Scalars['String']['output'];
  /** How many answers rested on it. */
  readonly timesUsed: Scalars['Int']['output'];
};

/** A page of knowledge. */
export type KnowledgeConnection = {
  readonly __typename?: 'KnowledgeConnection';
  /** The knowledge of this page with its cursors. */
  readonly edges: ReadonlyArray<KnowledgeEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** Knowledge in a page. */
export type KnowledgeEdge = {
  readonly __typename?: 'KnowledgeEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The knowledge. */
  readonly node: Knowledge;
};

/** Knowledge with its distance to a text. */
export type KnowledgeMatch = {
  readonly __typename?: 'KnowledgeMatch';
  /** True if the words confirm what the meaning suggests: the names and numbers of the question occur in the knowledge. */
  readonly isVerified: Scalars['Boolean']['output'];
  /** The knowledge. */
  readonly knowledge: Knowledge;
  /** Cosine similarity of the two meanings, -1 to 1. */
  readonly similarity: Scalars['Float']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Answers a question from taught knowledge, with its evidence, or abstains. Inference calls this when its model is not sure. */
  readonly answerUnknown: AnswerUnknownResult;
  /** Withdraws taught knowledge: no later answer rests on it. */
  readonly forget: ForgetResult;
  /** Teaches the platform an answer. From then on the question, also in other words, is answered with it. */
  readonly teach: TeachResult;
};


export type MutationAnswerUnknownArgs = {
  input: AnswerUnknownInput;
};


export type MutationForgetArgs = {
  id: Scalars['ID']['input'];
};


export type MutationTeachArgs = {
  input: TeachInput;
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
  /** One piece of taught knowledge by its id. */
  readonly knowledge?: Maybe<Knowledge>;
  /** The taught knowledge nearest in meaning to a text, best first. */
  readonly searchKnowledge: ReadonlyArray<KnowledgeMatch>;
  /** What your tenant taught the platform, newest first. */
  readonly taughtKnowledge: KnowledgeConnection;
  /** Questions of your tenant that nobody could answer, the most often asked first: what to teach next. */
  readonly unknownQuestions: UnknownQuestionConnection;
};


export type QueryKnowledgeArgs = {
  id: Scalars['ID']['input'];
};


export type QuerySearchKnowledgeArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  text: Scalars['String']['input'];
};


export type QueryTaughtKnowledgeArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryUnknownQuestionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  includeTaught?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Something to teach. */
export type TeachInput = {
  /** Other wordings of the question, at most 20. */
  readonly alsoAskedAs?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The answer, 1 to 8,000 characters. */
  readonly answer: Scalars['String']['input'];
  /** The question as people ask it, 1 to 8,000 characters. */
  readonly question: Scalars['String']['input'];
  /** Where the answer comes from: a document, a link, a person. */
  readonly source?: InputMaybe<Scalars['String']['input']>;
};

/** What became of a teaching. */
export type TeachResult = InvalidInput | Knowledge;

/** A question that nobody could answer. */
export type UnknownQuestion = {
  readonly __typename?: 'UnknownQuestion';
  /** When it was asked first. */
  readonly firstAskedAt: Scalars['DateTime']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** When it was asked last. */
  readonly lastAskedAt: Scalars['DateTime']['output'];
  /** The generation that asked it last. */
  readonly lastGeneration?: Maybe<Generation>;
  /** The question as it was first asked. */
  readonly question: Scalars['String']['output'];
  /** The knowledge that answers it now; null while nobody taught it. */
  readonly taughtAs?: Maybe<Knowledge>;
  /** How often it was asked. */
  readonly timesAsked: Scalars['Int']['output'];
};

/** A page of unknown questions. */
export type UnknownQuestionConnection = {
  readonly __typename?: 'UnknownQuestionConnection';
  /** The questions of this page with their cursors. */
  readonly edges: ReadonlyArray<UnknownQuestionEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** An unknown question in a page. */
export type UnknownQuestionEdge = {
  readonly __typename?: 'UnknownQuestionEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The question. */
  readonly node: UnknownQuestion;
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
  Knowledge: Knowledge;
  UnknownQuestion: UnknownQuestion;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Knowledge:
    ( { __typename: 'Knowledge' }
    & GraphQLRecursivePick<FederationTypes['Knowledge'], {"id":true}> );
  UnknownQuestion:
    ( { __typename: 'UnknownQuestion' }
    & GraphQLRecursivePick<FederationTypes['UnknownQuestion'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AnswerUnknownResult:
    | ( Omit<Abstention, 'nearest'> & { nearest: ReadonlyArray<_RefType['KnowledgeMatch']> } )
    | ( Omit<EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<_RefType['KnowledgeMatch']> } )
    | ( InvalidInput )
  ;
  ForgetResult:
    | ( KnowledgeRecordMapper )
    | ( NotFound )
  ;
  TeachResult:
    | ( InvalidInput )
    | ( KnowledgeRecordMapper )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Abstention: ResolverTypeWrapper<Omit<Abstention, 'nearest'> & { nearest: ReadonlyArray<ResolversTypes['KnowledgeMatch']> }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  AnswerUnknownInput: AnswerUnknownInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  AnswerUnknownResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AnswerUnknownResult']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  EvidencedAnswer: ResolverTypeWrapper<Omit<EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<ResolversTypes['KnowledgeMatch']> }>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ForgetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ForgetResult']>;
  Generation: ResolverTypeWrapper<Generation>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  Knowledge: ResolverTypeWrapper<KnowledgeRecordMapper>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  KnowledgeConnection: ResolverTypeWrapper<Omit<KnowledgeConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['KnowledgeEdge']> }>;
  KnowledgeEdge: ResolverTypeWrapper<Omit<KnowledgeEdge, 'node'> & { node: ResolversTypes['Knowledge'] }>;
  KnowledgeMatch: ResolverTypeWrapper<KnowledgeMatchRecordMapper>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TeachInput: TeachInput;
  TeachResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['TeachResult']>;
  UnknownQuestion: ResolverTypeWrapper<UnknownQuestionRecordMapper>;
  UnknownQuestionConnection: ResolverTypeWrapper<Omit<UnknownQuestionConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['UnknownQuestionEdge']> }>;
  UnknownQuestionEdge: ResolverTypeWrapper<Omit<UnknownQuestionEdge, 'node'> & { node: ResolversTypes['UnknownQuestion'] }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Abstention: Omit<Abstention, 'nearest'> & { nearest: ReadonlyArray<ResolversParentTypes['KnowledgeMatch']> };
  String: Scalars['String']['output'];
  AnswerUnknownInput: AnswerUnknownInput;
  ID: Scalars['ID']['output'];
  AnswerUnknownResult: ResolversUnionTypes<ResolversParentTypes>['AnswerUnknownResult'];
  DateTime: Scalars['DateTime']['output'];
  EvidencedAnswer: Omit<EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<ResolversParentTypes['KnowledgeMatch']> };
  Float: Scalars['Float']['output'];
  ForgetResult: ResolversUnionTypes<ResolversParentTypes>['ForgetResult'];
  Generation: Generation;
  InvalidInput: InvalidInput;
  Knowledge: KnowledgeRecordMapper;
  Int: Scalars['Int']['output'];
  KnowledgeConnection: Omit<KnowledgeConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['KnowledgeEdge']> };
  KnowledgeEdge: Omit<KnowledgeEdge, 'node'> & { node: ResolversParentTypes['Knowledge'] };
  KnowledgeMatch: KnowledgeMatchRecordMapper;
  Boolean: Scalars['Boolean']['output'];
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  TeachInput: TeachInput;
  TeachResult: ResolversUnionTypes<ResolversParentTypes>['TeachResult'];
  UnknownQuestion: UnknownQuestionRecordMapper;
  UnknownQuestionConnection: Omit<UnknownQuestionConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['UnknownQuestionEdge']> };
  UnknownQuestionEdge: Omit<UnknownQuestionEdge, 'node'> & { node: ResolversParentTypes['UnknownQuestion'] };
};

export type AbstentionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Abstention'] = ResolversParentTypes['Abstention']> = {
  explanation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  nearest?: Resolver<ReadonlyArray<ResolversTypes['KnowledgeMatch']>, ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AnswerUnknownResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AnswerUnknownResult'] = ResolversParentTypes['AnswerUnknownResult']> = {
  __resolveType: TypeResolveFn<'Abstention' | 'EvidencedAnswer' | 'InvalidInput', ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EvidencedAnswerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvidencedAnswer'] = ResolversParentTypes['EvidencedAnswer']> = {
  confidence?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  evidence?: Resolver<ReadonlyArray<ResolversTypes['KnowledgeMatch']>, ParentType, ContextType>;
  explanation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ForgetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ForgetResult'] = ResolversParentTypes['ForgetResult']> = {
  __resolveType: TypeResolveFn<'Knowledge' | 'NotFound', ParentType, ContextType>;
};

export type GenerationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Generation'] = ResolversParentTypes['Generation']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type KnowledgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Knowledge'] = ResolversParentTypes['Knowledge'], FederationReferenceType extends FederationReferenceTypes['Knowledge'] = FederationReferenceTypes['Knowledge']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Knowledge']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alsoAskedAs?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  answer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  forgottenAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  question?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  taughtAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  taughtBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timesUsed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type KnowledgeConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeConnection'] = ResolversParentTypes['KnowledgeConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['KnowledgeEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type KnowledgeEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeEdge'] = ResolversParentTypes['KnowledgeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Knowledge'], ParentType, ContextType>;
};

export type KnowledgeMatchResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeMatch'] = ResolversParentTypes['KnowledgeMatch']> = {
  isVerified?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  knowledge?: Resolver<ResolversTypes['Knowledge'], ParentType, ContextType>;
  similarity?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  answerUnknown?: Resolver<ResolversTypes['AnswerUnknownResult'], ParentType, ContextType, RequireFields<MutationAnswerUnknownArgs, 'input'>>;
  forget?: Resolver<ResolversTypes['ForgetResult'], ParentType, ContextType, RequireFields<MutationForgetArgs, 'id'>>;
  teach?: Resolver<ResolversTypes['TeachResult'], ParentType, ContextType, RequireFields<MutationTeachArgs, 'input'>>;
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
  knowledge?: Resolver<Maybe<ResolversTypes['Knowledge']>, ParentType, ContextType, RequireFields<QueryKnowledgeArgs, 'id'>>;
  searchKnowledge?: Resolver<ReadonlyArray<ResolversTypes['KnowledgeMatch']>, ParentType, ContextType, RequireFields<QuerySearchKnowledgeArgs, 'first' | 'text'>>;
  taughtKnowledge?: Resolver<ResolversTypes['KnowledgeConnection'], ParentType, ContextType, RequireFields<QueryTaughtKnowledgeArgs, 'first'>>;
  unknownQuestions?: Resolver<ResolversTypes['UnknownQuestionConnection'], ParentType, ContextType, RequireFields<QueryUnknownQuestionsArgs, 'first' | 'includeTaught'>>;
};

export type TeachResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TeachResult'] = ResolversParentTypes['TeachResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'Knowledge', ParentType, ContextType>;
};

export type UnknownQuestionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnknownQuestion'] = ResolversParentTypes['UnknownQuestion'], FederationReferenceType extends FederationReferenceTypes['UnknownQuestion'] = FederationReferenceTypes['UnknownQuestion']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['UnknownQuestion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  firstAskedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastAskedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastGeneration?: Resolver<Maybe<ResolversTypes['Generation']>, ParentType, ContextType>;
  question?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  taughtAs?: Resolver<Maybe<ResolversTypes['Knowledge']>, ParentType, ContextType>;
  timesAsked?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UnknownQuestionConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnknownQuestionConnection'] = ResolversParentTypes['UnknownQuestionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['UnknownQuestionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UnknownQuestionEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnknownQuestionEdge'] = ResolversParentTypes['UnknownQuestionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['UnknownQuestion'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Abstention?: AbstentionResolvers<ContextType>;
  AnswerUnknownResult?: AnswerUnknownResultResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EvidencedAnswer?: EvidencedAnswerResolvers<ContextType>;
  ForgetResult?: ForgetResultResolvers<ContextType>;
  Generation?: GenerationResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Knowledge?: KnowledgeResolvers<ContextType>;
  KnowledgeConnection?: KnowledgeConnectionResolvers<ContextType>;
  KnowledgeEdge?: KnowledgeEdgeResolvers<ContextType>;
  KnowledgeMatch?: KnowledgeMatchResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  TeachResult?: TeachResultResolvers<ContextType>;
  UnknownQuestion?: UnknownQuestionResolvers<ContextType>;
  UnknownQuestionConnection?: UnknownQuestionConnectionResolvers<ContextType>;
  UnknownQuestionEdge?: UnknownQuestionEdgeResolvers<ContextType>;
};

