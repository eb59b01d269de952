import { type InvalidInput, invalid } from '@fathom/platform/refusals';

export const maxTextCharacters = 8000;
export const maxOtherWordings = 20;

export function refuseText(field: string, text: string): InvalidInput | undefined {
  if (text.trim() === '')
    return invalid({ field, message: 'It is empty: 1 to 8,000 characters are allowed.' });
  if (text.length > maxTextCharacters) {
    return invalid({
      field,
      message: `It has ${text.length.toLocaleString('en')} characters: 1 to 8,000 are allowed.`,
    });
  }
  return undefined;
}
