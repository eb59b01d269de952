import { expect, test } from 'vitest';
import { type Candidate, confidenceBound, decide, type JudgedCandidate, judge } from './match-knowledge.ts';

const candidate = (wording: string, similarity: number, answer = 'At nine.'): Candidate => ({
  knowledgeId: wording,
  wording,
  context: [answer],
  similarity,
});

const never = () => false;

test('the same wording in other case and punctuation is certain', () => {
  const judged = judge(
    'when does the LISBON office open',
    candidate('When does the Lisbon office open?', 0.8),
  );
  expect(judged).toMatchObject({ isVerified: true, confidence: 1 });
});

test.each([
  ['another name', 'When does the Porto office open?', 'When does the Lisbon office open?'],
  ['another name in lower case', 'when does the porto office open', 'When does the Lisbon office open?'],
  ['another number', 'What is the limit of project 8?', 'What is the limit of project 7?'],
  ['another year', 'What did Marie Dupont discover in 1988?', 'What did Marie Dupont discover in 1987?'],
  ['an exchanged word', 'What is the wifi password for employees?', 'What is the wifi password for guests?'],
  ['the opposite', 'What is the minimum upload size?', 'What is the maximum upload size?'],
  ['another kind of thing asked for', 'When was Fathom founded?', 'Who founded Fathom?'],
])('however near in meaning, %s is not verified', (_, question, taught) => {
  expect(judge(question, candidate(taught, 0.98)).isVerified).toBe(false);
});

test.each([
  ['what time does the lisbon office open', 'When does the Lisbon office open?', 0.85],
  ['How frequently are backups taken?', 'How often are backups taken?', 0.9],
  ['Name the capital city of Wakanda.', 'What is the capital of Wakanda?', 0.85],
])('a paraphrase is verified and reaches the bound: %s', (question, taught, similarity) => {
  const judged = judge(question, candidate(taught, similarity));
  expect(judged.isVerified).toBe(true);
  expect(judged.confidence).toBeGreaterThanOrEqual(confidenceBound);
});

test('a name that only the answer has still confirms the question', () => {
  const judged = judge(
    'Is the office in Lisbon open?',
    candidate('Is the office open?', 0.8, 'The Lisbon office is.'),
  );
  expect(judged.isVerified).toBe(true);
});

const judged = (wording: string, confidence: number, isVerified = true): JudgedCandidate => ({
  ...candidate(wording, 0.9),
  confidence,
  isVerified,
});

test('the most confident verified candidate answers', () => {
  const decision = decide([judged('a', 0.7), judged('b', 0.9), judged('c', 0.95, false)], never);
  expect(decision).toMatchObject({ kind: 'answer', from: { wording: 'b' } });
});

test('two candidates that fit equally well and answer differently make it abstain', () => {
  const decision = decide([judged('a', 0.9), judged('b', 0.88)], never);
  expect(decision).toMatchObject({ kind: 'abstain' });
  expect(decision.explanation).toContain('contradict');
});

test('two candidates that say the same do not contradict each other', () => {
  expect(decide([judged('a', 0.9), judged('b', 0.88)], () => true)).toMatchObject({
    kind: 'answer',
    from: { wording: 'a' },
  });
});

test('below the bound it abstains and says how far off it was', () => {
  const decision = decide([judged('a', confidenceBound - 0.01)], never);
  expect(decision).toMatchObject({ kind: 'abstain' });
  expect(decision.explanation).toContain('not near enough (confidence 0.61, bound 0.62)');
});

test('near in meaning about another name, it abstains and says so', () => {
  expect(decide([judged('a', 0.9, false)], never).explanation).toContain('other names or numbers');
});

test('with nothing taught it abstains', () => {
  expect(decide([], never)).toEqual({
    kind: 'abstain',
    explanation: 'Nothing was taught that comes near this question.',
  });
});
