/** A value of the input that is outside what the schema's description allows; becomes `InvalidInput`. */
export interface Refusal {
  readonly __typename: 'InvalidInput';
  readonly message: string;
  readonly field: string;
}

export const maxTextCharacters = 8000;
export const maxOtherWordings = 20;

export function refuse(field: string, message: string): Refusal {
  return { __typename: 'InvalidInput', field, message };
}

export function refuseText(field: string, text: string): Refusal | undefined {
  if (text.trim() === '') return refuse(field, 'It is empty: 1 to 8,000 characters are allowed.');
  if (text.length > maxTextCharacters) {
    return refuse(field, `It has ${text.length.toLocaleString('en')} characters: 1 to 8,000 are allowed.`);
  }
  return undefined;
}
