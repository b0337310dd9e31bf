/**
 * Builds request paths in which every id is encoded. Exchange ids are opaque and may hold `/`, `+` and `=`, so a path
 * must never be put together by plain concatenation.
 */

/** Values of a query; `undefined` leaves the option out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** A tagged template for paths below the version root: graphPath`/users/${userId}/messages/${messageId}/$value`. */
export function graphPath(literals: TemplateStringsArray, ...ids: readonly string[]): string {
  let path = literals[0] ?? '';
  for (const [index, id] of ids.entries()) path += encodeURIComponent(id) + (literals[index + 1] ?? '');
  return path;
}

/** Appends query options. Names such as `$select` stay as they are, and so do the commas in their values. */
export function withQuery(path: string, query: QueryValues | undefined): string {
  if (query === undefined) return path;
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      parts.push(`${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`);
  }
  if (parts.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${parts.join('&')}`;
}
