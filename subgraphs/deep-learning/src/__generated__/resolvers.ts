import type * as Schema from './schema.ts';
import type { Knowledge, UnknownQuestion } from './schema.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { KnowledgeRecord as KnowledgeRecordMapper, KnowledgeMatchRecord as KnowledgeMatchRecordMapper, UnknownQuestionRecord as UnknownQuestionRecordMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };


export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Schema.Maybe<T> extends T ? Schema.Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
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
) => Schema.Maybe<TTypes> | Promise<Schema.Maybe<TTypes>>;

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
    | ( Omit<Schema.Abstention, 'nearest'> & { nearest: ReadonlyArray<_RefType['KnowledgeMatch']> } )
    | ( Omit<Schema.EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<_RefType['KnowledgeMatch']> } )
    | ( Schema.InvalidInput )
  ;
  ForgetResult:
    | ( KnowledgeRecordMapper )
    | ( Schema.NotFound )
  ;
  TeachResult:
    | ( Schema.InvalidInput )
    | ( KnowledgeRecordMapper )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Abstention: ResolverTypeWrapper<Omit<Schema.Abstention, 'nearest'> & { nearest: ReadonlyArray<ResolversTypes['KnowledgeMatch']> }>;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  AnswerUnknownInput: Schema.AnswerUnknownInput;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  AnswerUnknownResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AnswerUnknownResult']>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  EvidencedAnswer: ResolverTypeWrapper<Omit<Schema.EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<ResolversTypes['KnowledgeMatch']> }>;
  Float: ResolverTypeWrapper<Schema.Scalars['Float']['output']>;
  ForgetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ForgetResult']>;
  Generation: ResolverTypeWrapper<Schema.Generation>;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  Knowledge: ResolverTypeWrapper<KnowledgeRecordMapper>;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  KnowledgeConnection: ResolverTypeWrapper<Omit<Schema.KnowledgeConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['KnowledgeEdge']> }>;
  KnowledgeEdge: ResolverTypeWrapper<Omit<Schema.KnowledgeEdge, 'node'> & { node: ResolversTypes['Knowledge'] }>;
  KnowledgeMatch: ResolverTypeWrapper<KnowledgeMatchRecordMapper>;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<Schema.NotFound>;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TeachInput: Schema.TeachInput;
  TeachResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['TeachResult']>;
  UnknownQuestion: ResolverTypeWrapper<UnknownQuestionRecordMapper>;
  UnknownQuestionConnection: ResolverTypeWrapper<Omit<Schema.UnknownQuestionConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['UnknownQuestionEdge']> }>;
  UnknownQuestionEdge: ResolverTypeWrapper<Omit<Schema.UnknownQuestionEdge, 'node'> & { node: ResolversTypes['UnknownQuestion'] }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Abstention: Omit<Schema.Abstention, 'nearest'> & { nearest: ReadonlyArray<ResolversParentTypes['KnowledgeMatch']> };
  String: Schema.Scalars['String']['output'];
  AnswerUnknownInput: Schema.AnswerUnknownInput;
  ID: Schema.Scalars['ID']['output'];
  AnswerUnknownResult: ResolversUnionTypes<ResolversParentTypes>['AnswerUnknownResult'];
  DateTime: Schema.Scalars['DateTime']['output'];
  EvidencedAnswer: Omit<Schema.EvidencedAnswer, 'evidence'> & { evidence: ReadonlyArray<ResolversParentTypes['KnowledgeMatch']> };
  Float: Schema.Scalars['Float']['output'];
  ForgetResult: ResolversUnionTypes<ResolversParentTypes>['ForgetResult'];
  Generation: Schema.Generation;
  InvalidInput: Schema.InvalidInput;
  Knowledge: KnowledgeRecordMapper;
  Int: Schema.Scalars['Int']['output'];
  KnowledgeConnection: Omit<Schema.KnowledgeConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['KnowledgeEdge']> };
  KnowledgeEdge: Omit<Schema.KnowledgeEdge, 'node'> & { node: ResolversParentTypes['Knowledge'] };
  KnowledgeMatch: KnowledgeMatchRecordMapper;
  Boolean: Schema.Scalars['Boolean']['output'];
  Mutation: Record<PropertyKey, never>;
  NotFound: Schema.NotFound;
  PageInfo: Schema.PageInfo;
  Query: Record<PropertyKey, never>;
  TeachInput: Schema.TeachInput;
  TeachResult: ResolversUnionTypes<ResolversParentTypes>['TeachResult'];
  UnknownQuestion: UnknownQuestionRecordMapper;
  UnknownQuestionConnection: Omit<Schema.UnknownQuestionConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['UnknownQuestionEdge']> };
  UnknownQuestionEdge: Omit<Schema.UnknownQuestionEdge, 'node'> & { node: ResolversParentTypes['UnknownQuestion'] };
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
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Knowledge']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alsoAskedAs?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  answer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  forgottenAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  question?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  answerUnknown?: Resolver<ResolversTypes['AnswerUnknownResult'], ParentType, ContextType, RequireFields<Schema.MutationAnswerUnknownArgs, 'input'>>;
  forget?: Resolver<ResolversTypes['ForgetResult'], ParentType, ContextType, RequireFields<Schema.MutationForgetArgs, 'id'>>;
  teach?: Resolver<ResolversTypes['TeachResult'], ParentType, ContextType, RequireFields<Schema.MutationTeachArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  knowledge?: Resolver<Schema.Maybe<ResolversTypes['Knowledge']>, ParentType, ContextType, RequireFields<Schema.QueryKnowledgeArgs, 'id'>>;
  searchKnowledge?: Resolver<ReadonlyArray<ResolversTypes['KnowledgeMatch']>, ParentType, ContextType, RequireFields<Schema.QuerySearchKnowledgeArgs, 'first' | 'text'>>;
  taughtKnowledge?: Resolver<ResolversTypes['KnowledgeConnection'], ParentType, ContextType, RequireFields<Schema.QueryTaughtKnowledgeArgs, 'first'>>;
  unknownQuestions?: Resolver<ResolversTypes['UnknownQuestionConnection'], ParentType, ContextType, RequireFields<Schema.QueryUnknownQuestionsArgs, 'first' | 'includeTaught'>>;
};

export type TeachResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TeachResult'] = ResolversParentTypes['TeachResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'Knowledge', ParentType, ContextType>;
};

export type UnknownQuestionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnknownQuestion'] = ResolversParentTypes['UnknownQuestion'], FederationReferenceType extends FederationReferenceTypes['UnknownQuestion'] = FederationReferenceTypes['UnknownQuestion']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['UnknownQuestion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  firstAskedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastAskedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastGeneration?: Resolver<Schema.Maybe<ResolversTypes['Generation']>, ParentType, ContextType>;
  question?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  taughtAs?: Resolver<Schema.Maybe<ResolversTypes['Knowledge']>, ParentType, ContextType>;
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

