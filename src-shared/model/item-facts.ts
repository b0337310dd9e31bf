/** What people know an item by, from what lists show of it. */
import type { ItemInfo } from './rows.ts';

const timeKeys = ['received', 'sent', 'start', 'modified'];
const titleKeys = ['subject', 'name', 'title'];

/**
 * When a message came or went, an event begins, a file was changed: ISO 8601. Undefined where nothing says, and for an
 * event whose zone is no part of its row.
 */
export function itemTime(info: Readonly<ItemInfo>): string | undefined {
  return firstText(info, timeKeys, (value) => !Number.isNaN(Date.parse(value)));
}

/** Subject, name or title; undefined where it has none. */
export function itemTitle(info: Readonly<ItemInfo>): string | undefined {
  return firstText(info, titleKeys, (value) => value !== '');
}

function firstText(
  info: Readonly<ItemInfo>,
  keys: readonly string[],
  isGood: (value: string) => boolean,
): string | undefined {
  for (const key of keys) {
    const value = info[key];
    if (typeof value === 'string' && isGood(value)) return value;
  }
  return undefined;
}
