/** Finds the one that a person means: by name or id, and without a word where there is only one. */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';

/** What is chosen from, as errors call it and its remedy. */
export interface Kind {
  /** `protected item`. */
  readonly noun: string;
  readonly unknownCode: ErrorCode;
  /** The command that adds one. */
  readonly addCommand: string;
  /** The command that lists them. */
  readonly listCommand: string;
}

export const kinds = {
  vault: {
    noun: 'vault',
    unknownCode: 'vault-not-found',
    addCommand: 'holdfast vault create',
    listCommand: 'holdfast vault list',
  },
  organization: {
    noun: 'organization',
    unknownCode: 'organization-unknown',
    addCommand: 'holdfast organization add',
    listCommand: 'holdfast organization list',
  },
  protectedItem: {
    noun: 'protected item',
    unknownCode: 'protected-item-unknown',
    addCommand: 'holdfast protected-item create',
    listCommand: 'holdfast protected-item list',
  },
} as const satisfies Record<string, Kind>;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The one of `all` that `wanted` names, or the only one. Throws the kind's code, or `input-invalid` for too many. */
export function choose<T extends Named>(all: readonly T[], kind: Kind, wanted: string | undefined): T {
  if (wanted !== undefined) {
    const found = find(all, wanted);
    if (found !== undefined) return found;
    throw new AppError(
      kind.unknownCode,
      `There is no ${kind.noun} "${wanted}" on this machine. Nothing was done; see "${kind.listCommand}".`,
      { details: { wanted } },
    );
  }
  const [only, another] = all;
  if (only === undefined) {
    throw new AppError(
      kind.unknownCode,
      `There is no ${kind.noun} on this machine yet. Nothing was done; add one with "${kind.addCommand}".`,
    );
  }
  if (another === undefined) return only;
  throw new AppError(
    'input-invalid',
    `There are ${all.length} of the kind "${kind.noun}", so name the one you mean: ${all.map(({ name }) => `"${name}"`).join(', ')}. Nothing was done.`,
    { details: { count: all.length } },
  );
}

/** Throws `input-invalid` when `name` is taken. */
export function requireFreeName(all: readonly Named[], kind: Kind, name: string): void {
  if (all.every((each) => !isCalled(each, name))) return;
  throw new AppError(
    'input-invalid',
    `There is a ${kind.noun} called "${name}" already. Nothing was done; choose another name.`,
    { details: { name } },
  );
}

function find<T extends Named>(all: readonly T[], wanted: string): T | undefined {
  return all.find((each) => each.id === wanted) ?? all.find((each) => isCalled(each, wanted));
}

function isCalled({ name }: Named, wanted: string): boolean {
  return name.toLowerCase() === wanted.trim().toLowerCase();
}
