/**
 * What Outlook items that a restore made are found again by: a property of their own that people do not see (MAPI named
 * property, `singleValueExtendedProperties`). The id of a call that was cut off is known to nobody else.
 */

/** In the notation of Graph: type, property set of Holdfast, name. */
const tagProperty = 'String {5f0b6f0e-3c1d-4d0a-9a55-8f6f2f6c1b7a} Name HoldfastRestore';

export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

export const taggedWith = (tag: string): ExtendedProperty => ({ id: tagProperty, value: tag });

/** `$filter` for the items of a tag, which holds letters, digits and dashes only. */
export const tagFilter = (tag: string): string =>
  `singleValueExtendedProperties/Any(ep: ep/id eq '${tagProperty}' and ep/value eq '${tag}')`;
