/** What lists show of an item, in the form that all workloads keep it. */
import { z } from 'zod';
import type { ItemInfo } from '../../src-shared/model/rows.ts';

const longestText = 255;

const text = z.string().nullish();

/** A name and address as Graph gives them; all of it may be missing. */
export const recipientSchema = z
  .object({ emailAddress: z.object({ name: text, address: text }).nullish() })
  .nullish();

/** The values that say something. */
export function listed(info: Readonly<Record<string, unknown>>): ItemInfo {
  return Object.fromEntries(
    Object.entries(info).filter(([, value]) => value !== undefined && value !== null),
  );
}

export function shorten(value: string | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : value.slice(0, longestText);
}

/** `Name <address>`, or the address alone where it says the same. */
export function addressText(from: z.infer<typeof recipientSchema>): string | undefined {
  const name = from?.emailAddress?.name ?? '';
  const mail = from?.emailAddress?.address ?? '';
  return shorten(name === '' || name === mail ? mail : `${name} <${mail}>`);
}
