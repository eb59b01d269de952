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
