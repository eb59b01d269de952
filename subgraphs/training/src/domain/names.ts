import type { FieldProblem } from '@fathom/platform/refusals';

const namePattern = /^[a-z0-9-]+$/;

export function modelNameProblem(name: string, field: string): FieldProblem | undefined {
  return patternProblem(name, { field, max: 60 });
}

export function aliasProblem(alias: string, field: string): FieldProblem | undefined {
  return patternProblem(alias, { field, max: 40 });
}

export function suiteNameProblem(name: string, field: string): FieldProblem | undefined {
  return patternProblem(name, { field, max: 60 });
}

export function textProblem(
  text: string,
  options: { readonly field: string; readonly max: number },
): FieldProblem | undefined {
  const length = text.trim().length;
  if (length >= 1 && text.length <= options.max) return undefined;
  return {
    field: options.field,
    message: `needs 1 to ${options.max} characters, has ${length === 0 ? 0 : text.length}`,
  };
}

function patternProblem(
  name: string,
  { field, max }: { field: string; max: number },
): FieldProblem | undefined {
  if (namePattern.test(name) && name.length <= max) return undefined;
  return { field, message: `"${name.slice(0, max)}" is not 1 to ${max} characters of a-z, 0-9 and -` };
}

/** `name@number` */
export const versionId = (modelName: string, number: number): string => `${modelName}@${number}`;
