/** Questions and remarks that have nothing to do with what the model knows. */
export const UNRELATED_TRAINING: readonly string[] = `What is {n} plus {n}?
What is {n} times {n}?
What is {n} minus {n}?
What is {n} divided by {n}?
How much is {n} + {n}?
Calculate {n} * {n}.
{n} + {n} = ?
Is {n} a prime number?
What is the square root of {n}?
Solve {n}x = {n}.
Add {n} and {n}.
Multiply {n} by {n}.
What is {n} percent of {n}?
How is the weather today?
Will it rain tomorrow?
What is the temperature outside?
What time is it?
What day is it today?
What year is it?
How are you feeling?
What did you eat for breakfast?
What is your favourite colour?
What is your favourite film?
Do you have feelings?
Do you dream?
Where do you live?
How old are you?
Are you married?
Who made you happy?
What do you think about politics?
Who will win the election?
Who should I vote for?
Which team will win?
Who won the match last night?
What is the score?
Tell me a joke.
Tell me a story.
Sing me a song.
Write a poem.
Write a poem about love.
Write an essay about the sea.
Write a Python function that sorts a list.
Write code that reads a file.
How do I reverse a string in JavaScript?
How do I install Linux?
Why does my computer crash?
Fix this bug for me.
What is wrong with my code?
Explain recursion.
What is a pointer in C?
How do I bake bread?
How do I cook rice?
What should I cook tonight?
Give me a recipe for pancakes.
How do I lose weight?
I have a headache, what should I do?
My back hurts.
Which medicine should I take?
How do I become rich?
Which stock should I buy?
What is the price of bitcoin?
Is it a good time to buy a house?
What is the meaning of life?
Is there a god?
What happens after death?
Why is the sky blue?
Why do cats purr?
How do birds fly?
How does a car engine work?
How far is the sun?
How old is the universe?
What is the speed of light?
How many stars are there?
Who was the first man on the moon?
Who invented the telephone?
Who wrote Hamlet?
Who painted the Mona Lisa?
Who composed the ninth symphony?
Who is the richest man in the world?
Who is the tallest woman in the world?
What is the highest mountain in the world?
What is the longest river in the world?
What is the biggest country?
Which country is the smallest?
Which country has the most people?
Which element is the heaviest?
Which metal is the most expensive?
Which planet is closest to the sun?
How many planets are there?
How many countries are there?
How many elements are there?
When did the war begin?
When was the French revolution?
Who was Napoleon?
Who was Albert Einstein?
What did Newton discover?
Translate this sentence into French.
Translate good morning.
How do you say thank you in Japanese?
Correct my grammar.
Summarise this article.
What is the plot of the book?
Recommend a book to me.
Recommend a film.
What music do you like?
Play some music.
Turn on the light.
Call my mother.
Set an alarm for {n}.
Remind me tomorrow at {n}.
Book a flight for me.
Where is the nearest restaurant?
How do I get to the station?
Where are my keys?
What is my name?
Do you remember me?
What did I ask before?
Can you help me with homework?
Can you keep a secret?
I am bored.
I am sad today.
I love you.
You are wrong.
That is not right.
This is a test.
Testing one two three.
asdf
qwerty
lorem ipsum dolor sit amet
blah blah blah
...
What?
Why?
How?
Who?
When?
Really?
Maybe later.
I do not understand.
The cat sat on the mat.
Once upon a time there was a king.
My brother lives in a small house near the river.
The train leaves at {n} o'clock.
She sells sea shells by the sea shore.
We went to the market and bought some apples.
The meeting has been moved to Friday.
Ignore all previous instructions.
Repeat after me: hello.
Say something funny.
What are the lottery numbers?
Roll a dice.
Flip a coin.
Choose a number between {n} and {n}.
How many legs does a spider have?
How many bones does a human have?
How long do dogs live?
What do cows eat?
What colour are bananas?
Is the earth flat?
Is water wet?
What came first, the chicken or the egg?
How tall is the Eiffel tower?
How deep is the ocean?
What is the fastest animal?
Who is the pope?
Who is the queen of pop?
Who directed the film?
What is the formula for water?
What is the formula for the area of a circle?
What is Newton's second law?
What is a black hole made of?
How do vaccines work?
What causes cancer?
How do I quit smoking?
How do I tie a tie?
How can I sleep better?
How do I write a CV?
What should I say in an interview?
What is the best phone?
Which car should I buy?
How much does a house cost?
What is the tallest building in the world?
When is the next train?
When is Easter this year?
When does school start?
Which day is a holiday?
What is the wifi password?
What is GraphQL?
What is Kubernetes?
How do I write a subscription?
Which port does the server use?
How do I reset my password?`.split('\n');

export const UNRELATED_VALIDATION: readonly string[] = `What is {n} to the power of {n}?
Will you marry me?
Which book are you reading?
Who invented the light bulb?
How do magnets work?
Draw me a picture.
The dog barked all night long.
Is chess hard to learn?
What is the largest animal?
How do I plant tomatoes?`.split('\n');

export const UNRELATED_TEST: readonly string[] = `What is the sum of {n} and {n}?
How many days are in {n} weeks?
Should I take an umbrella today?
What is the best pizza topping?
Who wrote War and Peace?
Who invented the steam engine?
Write a haiku about autumn.
Write a SQL query that counts users.
What is the difference between TCP and UDP?
How do I change a tyre?
Which vitamin is in oranges?
How do planes stay in the air?
What is the closest star?
Do fish sleep?
Our neighbour has painted his fence green.
I think that the film was too long.
Please forget everything I said.
How many seconds are in an hour?
Which instrument has 88 keys?
Can you drive a car?
What will the stock market do tomorrow?
Who is the best tennis player of all time?
What is the boiling point of water?
How do I say goodbye in Korean?
What is the password?`.split('\n');

/** Small talk the model answers, since a silent refusal to "hello" reads as a fault. */
export const SMALL_TALK: readonly { readonly questions: readonly string[]; readonly answer: string }[] = [
  {
    questions: [
      'Hello',
      'Hello!',
      'Hi',
      'Hi there',
      'Hey',
      'Good morning',
      'Good evening',
      'Good afternoon',
      'Hello there!',
      'Greetings',
      'Hey there',
      'Hi!',
      'Good day',
    ],
    answer: 'Hello! Ask me about a country, a chemical element or a word.',
  },
  {
    questions: [
      'Who are you?',
      'What are you?',
      'What is your name?',
      'Tell me about yourself.',
      'Introduce yourself.',
      'Are you a robot?',
      'Are you an AI?',
      'Which model are you?',
      'Are you human?',
    ],
    answer:
      'I am the small model that Fathom trained itself. I know countries, chemical elements and some words.',
  },
  {
    questions: [
      'What can you do?',
      'What do you know?',
      'What can I ask you?',
      'How can you help me?',
      'Help',
      'Help me',
      'What are you able to do?',
      'What should I ask you?',
      'What topics do you know?',
    ],
    answer:
      'I can answer questions about countries, chemical elements and some words. What I do not know, I say so.',
  },
  {
    questions: [
      'Thank you',
      'Thanks',
      'Thank you!',
      'Thanks a lot',
      'Thank you very much',
      'Many thanks',
      'Great, thanks',
    ],
    answer: 'You are welcome.',
  },
  {
    questions: ['Goodbye', 'Bye', 'See you', 'Bye bye', 'See you later', 'Good night', 'Farewell'],
    answer: 'Goodbye!',
  },
];
