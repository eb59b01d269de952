/**
 * Which of country-json's rows the model learns, under which names. `names` maps the package's spelling to the one used inside a
 * sentence; `aliases` are further names a question may use. A country in neither list is learnt under the package's name.
 */
export const NAMES: Readonly<Record<string, string>> = {
  Bahamas: 'the Bahamas',
  'Central African Republic': 'the Central African Republic',
  Comoros: 'the Comoros',
  Congo: 'the Republic of the Congo',
  'Czech Republic': 'the Czech Republic',
  'Dominican Republic': 'the Dominican Republic',
  'Faroe Islands': 'the Faroe Islands',
  'Fiji Islands': 'Fiji',
  Gambia: 'the Gambia',
  'Holy See (Vatican City State)': 'Vatican City',
  Maldives: 'the Maldives',
  'Marshall Islands': 'the Marshall Islands',
  'Micronesia, Federated States of': 'Micronesia',
  Netherlands: 'the Netherlands',
  Philippines: 'the Philippines',
  Seychelles: 'the Seychelles',
  'Solomon Islands': 'the Solomon Islands',
  'The Democratic Republic of Congo': 'the Democratic Republic of the Congo',
  'United Arab Emirates': 'the United Arab Emirates',
  'United Kingdom': 'the United Kingdom',
  'United States': 'the United States',
};

export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'Cape Verde': ['Cabo Verde'],
  'the Czech Republic': ['Czechia'],
  'East Timor': ['Timor-Leste'],
  Eswatini: ['Swaziland'],
  'Ivory Coast': ["Cote d'Ivoire"],
  Macao: ['Macau'],
  Myanmar: ['Burma'],
  'the Netherlands': ['Holland'],
  'the Democratic Republic of the Congo': ['the DRC', 'DR Congo'],
  Turkey: ['Turkiye'],
  'the United Arab Emirates': ['the UAE'],
  'the United Kingdom': ['the UK', 'Great Britain'],
  'the United States': ['the USA', 'the US', 'America', 'the United States of America'],
};

/** The same place under other spellings in some tables of the package. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  Macau: 'Macao',
  'Federated States of Micronesia': 'Micronesia, Federated States of',
  'The Democratic Republic of the Congo': 'The Democratic Republic of Congo',
  'Congo, The Democratic Republic of the': 'The Democratic Republic of Congo',
  Macedonia: 'North Macedonia',
  'Timor-Leste': 'East Timor',
  'Pitcairn Islands': 'Pitcairn',
  'British Virgin Islands': 'Virgin Islands, British',
  'U.S. Virgin Islands': 'Virgin Islands, U.S.',
};

/**
 * Real places that stay out of training in every form. Questions about them measure whether the model says that it does not
 * know: the first half chooses the calibration, the second half tests it.
 */
export const HELD_OUT_PLACES: readonly string[] = [
  'American Samoa',
  'Anguilla',
  'Cayman Islands',
  'Christmas Island',
  'Cook Islands',
  'Falkland Islands',
  'French Guiana',
  'French Polynesia',
  'Guadeloupe',
  'Martinique',
  'Mayotte',
  'Montserrat',
  'New Caledonia',
  'Niue',
  'Norfolk Island',
  'Northern Mariana Islands',
  'Pitcairn',
  'Reunion',
  'Saint Helena',
  'Saint Pierre and Miquelon',
  'Tokelau',
  'Turks and Caicos Islands',
  'Wallis and Futuna',
  'Western Sahara',
];

/** Rows that are no place a question would ask about, or that the package holds twice. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  Antarctica: 'no country, values are those of bases',
  'Bouvet Island': 'uninhabited',
  'British Indian Ocean Territory': 'no permanent population',
  'Cabo Verde': 'the same country as Cape Verde, with another population',
  'Cocos (Keeling) Islands': 'values of the Australian mainland',
  'French Southern territories': 'uninhabited',
  Guernsey: 'in one table only',
  'Heard Island and McDonald Islands': 'uninhabited',
  'Isle of Man': 'in one table only',
  Jersey: 'in one table only',
  'Netherlands Antilles': 'dissolved in 2010',
  'South Georgia and the South Sandwich Islands': 'uninhabited',
  'Svalbard and Jan Mayen': 'values of mainland Norway',
  Taiwan: 'in two tables only',
  'United States Minor Outlying Islands': 'no permanent population',
  'Vetican City': 'a misspelt second row of the Holy See',
  'Virgin Islands, British': 'truncated calling code, wrong currency',
  'Virgin Islands, U.S.': 'truncated calling code',
};
