/** The recipe of a split MIME message: which literal bytes and which decoded attachments, in which order and shape. */
import { decode, encode } from 'cborg';
import { z } from 'zod';
import { objectRefSchema, type ObjectRef } from '../../../src-shared/model/rows.ts';
import { damaged } from '../format/seal.ts';

const size = z.number().int().nonnegative();

const recipeSchema = z.object({
  v: z.literal(1),
  skeleton: objectRefSchema,
  /** Literal bytes before the part, line length of its base64, line ending (0 CRLF, 1 LF), ends with one, object. */
  parts: z
    .array(z.tuple([size, size, z.union([z.literal(0), z.literal(1)]), z.boolean(), objectRefSchema]))
    .max(10_000),
});

/** One attachment in a recipe. */
export interface RecipePart {
  readonly literalBytesBefore: number;
  readonly lineLength: number;
  readonly lineEnding: 'crlf' | 'lf';
  readonly hasFinalLineEnding: boolean;
  readonly object: ObjectRef;
}

export interface MimeRecipe {
  readonly skeleton: ObjectRef;
  readonly parts: readonly RecipePart[];
}

export function encodeMimeRecipe(recipe: MimeRecipe): Uint8Array {
  const parts = recipe.parts.map((part) => [
    part.literalBytesBefore,
    part.lineLength,
    part.lineEnding === 'crlf' ? 0 : 1,
    part.hasFinalLineEnding,
    part.object,
  ]);
  return encode({ v: 1, skeleton: recipe.skeleton, parts });
}

/** Parses a recipe; throws `pack-damaged` where it is not one. */
export function decodeMimeRecipe(bytes: Uint8Array): MimeRecipe {
  const parsed = recipeSchema.safeParse(decode(bytes));
  if (!parsed.success) throw damaged('the recipe of a message has another shape than a recipe');
  return {
    skeleton: parsed.data.skeleton,
    parts: parsed.data.parts.map(([literalBytesBefore, lineLength, ending, hasFinalLineEnding, object]) => ({
      literalBytesBefore,
      lineLength,
      lineEnding: ending === 0 ? 'crlf' : 'lf',
      hasFinalLineEnding,
      object,
    })),
  };
}
