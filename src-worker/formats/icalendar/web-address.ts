/** An address as a value of type URI (RFC 5545, section 3.3.13), which nothing may escape. Undefined if it is not http. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).href;
}
