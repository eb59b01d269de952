/**
 * Things the model is never taught about subjects it knows. Asked about them it must refuse: the hardest kind of unknown, since
 * entity and wording look familiar. The three lists are disjoint; the last one only measures.
 */
interface OddRelations {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
}

const list = (text: string): readonly string[] => text.split(/\s*;\s*/).map((item) => item.trim());

export const ODD_COUNTRY_RELATIONS: OddRelations = {
  train:
    list(`president; prime minister; king; queen; head of state; head of government; leader; ruler; foreign minister; flag; colours of the flag;
    national anthem; highest mountain; highest point; longest river; largest river; largest lake; largest city; second largest city; biggest city; oldest city; most beautiful city;
    climate; weather; average temperature; coldest month; rainiest season; gross domestic product; GDP; economy; main export; biggest company; richest person;
    unemployment rate; inflation rate; minimum wage; tax rate; national debt; exchange rate; price level; life expectancy; birth rate; death rate; average age; literacy rate;
    religion; main religion; ethnic groups; history; oldest building; most famous monument; best museum; national animal; national bird; national tree; national sport;
    football team; best football player; most famous singer; most famous writer; best university; number of universities; school system; army; size of the army; police number; emergency number;
    time zone; driving side; speed limit; railway network; busiest airport; number of airports; neighbours; neighbouring countries; borders; length of the border; number of islands;
    number of provinces; largest province; states; constitution; parliament; ruling party; last election; voting age; drinking age; motto; nickname; patron saint; founder;
    electricity voltage; plug type; visa rule; crime rate; number of cars; oil production; favourite drink; best beach; tallest building; longest bridge; national day; most popular name`),
  validation: list(
    `vice president; deepest lake; stock exchange; biggest island; national poet; average income; biggest airline; national instrument`,
  ),
  test: list(`chancellor; longest bridge over water; tallest mountain; biggest newspaper; most popular sport; first president; national flower; energy consumption;
    number of volcanoes; largest desert; oldest university; public holidays; internet speed; most visited attraction; health care system; traditional dress`),
};

export const ODD_ELEMENT_RELATIONS: OddRelations = {
  train:
    list(`boiling point; melting point; freezing point; density; colour; smell; taste; price; price per gram; discoverer; year of discovery; place of discovery; name origin; uses; main use;
    hardness; electronegativity; electron configuration; oxidation state; valence; half-life; radius; atomic radius; crystal structure; conductivity; heat capacity; toxicity;
    abundance in the crust; biggest producer; world production; number of electrons in the outer shell; ionisation energy; spectrum; magnetic properties; state at room temperature; flame colour;
    vapour pressure; best ore; main mineral; most common compound; reaction with water; reaction with oxygen; CAS number; safety class; recycling rate; alchemical sign; Latin name; German name; inventor; weight of a bar`),
  validation: list(`thermal expansion; refractive index; biological role; largest mine; speed of sound`),
  test: list(
    `electron affinity; critical temperature; specific heat; lattice constant; first use in industry; health effects; viscosity; resistivity; market value; largest deposit`,
  ),
};

export const ODD_WORD_RELATIONS: OddRelations = {
  train:
    list(`plural; synonym; translation into French; German translation; Spanish word; Latin name; origin; etymology; pronunciation; number of letters; spelling; first letter; last letter;
    price; colour; weight; size; inventor; history; best brand; average age; lifespan; speed; smell; shape; rhyme; anagram; syllables; symbol; owner; temperature; use; biggest producer; shelf life`),
  validation: list(`Italian translation; comparative; usual length; favourite food; designer`),
  test: list(
    `Japanese translation; number of vowels; superlative; typical cost; main ingredient; first mention; past tense; usual height`,
  ),
};

export const ODD_CITY_RELATIONS: OddRelations = {
  train:
    list(`mayor; airport; founder; subway; oldest church; main station; best hotel; best restaurant; tallest building; football club; river; districts; postcode; area code; weather;
    population density; nickname; twin city; altitude; main square; university; museum; metro map; crime rate; history; founding year`),
  validation: list(`opera house; harbour; city hall; old town`),
  test: list(`public transport; biggest park; main market; tourist office; patron saint; street map`),
};

/** Whole questions about a known country that no frame gives; `{x}` is the country. */
export const ODD_COUNTRY_QUESTIONS: OddRelations = {
  train: [
    'Who is the president of {x}?',
    'Who rules {x}?',
    'Who governs {x}?',
    'Who founded {x}?',
    'Who discovered {x}?',
    'Who won the last election in {x}?',
    'Who was the first king of {x}?',
    'How far is {x} from here?',
    'How do I get to {x}?',
    'How much is a flight to {x}?',
    'How is the weather in {x}?',
    'Is it raining in {x}?',
    'What time is it in {x}?',
    'Why is {x} called {x}?',
    'Why is {x} poor?',
    'Is {x} rich?',
    'Is {x} a democracy?',
    'Is {x} safe for tourists?',
    'Is {x} bigger than Texas?',
    'Do I need a visa for {x}?',
    'Which countries border {x}?',
    'Who are the neighbours of {x}?',
    'What is the best time to visit {x}?',
    'How many rivers are in {x}?',
    'How many cities does {x} have?',
    'How many islands belong to {x}?',
    'What wars did {x} fight?',
    'When was {x} at war?',
    'When did {x} join the United Nations?',
    'When did {x} win the world cup?',
    'Has {x} won a gold medal?',
    'Which party governs {x}?',
    'What does the flag of {x} look like?',
    'What animals live in {x}?',
    'What does {x} export?',
    'What is {x} famous for?',
    'On which side do they drive in {x}?',
    'What do people in {x} believe in?',
    'Write a poem about {x}.',
    'Write a letter to {x}.',
    'Compare {x} with its neighbours.',
    'Summarise the history of {x}.',
    'Do you like {x}?',
    'Would you live in {x}?',
    'Which people live in {x}?',
    'Name a famous person from {x}.',
    'Who wrote the anthem of {x}?',
    'Which sea is next to {x}?',
    'What is the second city of {x}?',
    'Which river flows through {x}?',
  ],
  validation: [
    'Who is in charge of {x}?',
    'Is {x} a member of NATO?',
    'What is {x} like in winter?',
    'Who commands the army of {x}?',
  ],
  test: [
    'Who is the current prime minister of {x}?',
    'Which mountains are in {x}?',
    'How old is {x}?',
    'How many Nobel prizes has {x} won?',
    'What should I pack for {x}?',
    'Who is the richest person in {x}?',
    'What is the biggest city in {x}?',
    'When was the last war in {x}?',
  ],
};

/** Whole questions about a known element. */
export const ODD_ELEMENT_QUESTIONS: OddRelations = {
  train: [
    'Who discovered {x}?',
    'When was {x} discovered?',
    'Where is {x} mined?',
    'Where is {x} found?',
    'How is {x} produced?',
    'How much does {x} cost?',
    'How hot must {x} be to melt?',
    'At what temperature does {x} boil?',
    'At what temperature does {x} melt?',
    'Is {x} toxic?',
    'Is {x} radioactive?',
    'Is {x} dangerous?',
    'Is {x} magnetic?',
    'Is {x} liquid at room temperature?',
    'Is {x} expensive?',
    'Can you eat {x}?',
    'Does {x} burn?',
    'Does {x} rust?',
    'Does {x} conduct electricity?',
    'What colour is {x}?',
    'What is {x} used for?',
    'What does {x} look like?',
    'What does {x} smell like?',
    'What happens when {x} meets water?',
    'Why is {x} important?',
    'How many electrons are in the outer shell of {x}?',
    'How dense is {x}?',
    'How hard is {x}?',
    'How rare is {x}?',
    'Who uses {x}?',
    'Which country produces most {x}?',
    'Write a poem about {x}.',
    'Which compounds contain {x}?',
    'Where does the name {x} come from?',
    'Do you like {x}?',
  ],
  validation: ['Who first isolated {x}?', 'Is {x} found in food?', 'How does {x} react with acid?'],
  test: [
    'Who named {x}?',
    'How much {x} is in the human body?',
    'Is {x} flammable?',
    'Which mine yields the most {x}?',
    'How do you store {x}?',
    'When does {x} become a gas?',
  ],
};

/** Whole questions about a defined word. */
export const ODD_WORD_QUESTIONS: OddRelations = {
  train: [
    'Who invented {x}?',
    'When was {x} invented?',
    'How much does {x} cost?',
    'Where can I buy {x}?',
    'How do I make {x}?',
    'How do I draw {x}?',
    'How do you spell {w}?',
    'How do you say {w} in French?',
    'How do you say {w} in German?',
    'What rhymes with {w}?',
    'How many letters are in {w}?',
    'Do you own {x}?',
    'Do you like {x}?',
    'Why do people need {x}?',
    'Who made the first {w}?',
    'How long does {x} last?',
    'What is the best {w}?',
    'Which {w} should I buy?',
    'How big is {x}?',
    'How heavy is {x}?',
    'How old is {x}?',
    'What colour is {x}?',
    'Write a poem about {x}.',
    'Tell me a joke about {x}.',
    'What is {x} made of?',
  ],
  validation: ['Who sells {x}?', 'How do I repair {x}?', 'Translate {w} into Dutch.'],
  test: [
    'How do you say {w} in Italian?',
    'Who built the first {w}?',
    'How do I clean {x}?',
    'Tell me a story about {x}.',
    'How fast is {x}?',
  ],
};
