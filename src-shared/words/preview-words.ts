/** What a preview leaves out in sentences, the same on a terminal and on a screen. */
import type { PreviewNote } from '../contract/preview-contract.ts';
import { pluralText, sizeText } from './quantities.ts';

const sentences: Readonly<Record<PreviewNote['code'], (count: number) => string>> = {
  'parts-left-out': (count) => `${were(count, 'part')} not shown.`,
  'headers-left-out': (count) => `${were(count, 'header')} not shown.`,
  'header-cut': (count) => `${sizeText(count)} of headers were not read.`,
  'text-cut': (count) => `The text goes on for ${sizeText(count)} that are not shown.`,
  'content-cut': (count) => `The last ${sizeText(count)} of the message were not read.`,
  'charset-unknown': (count) =>
    `${pluralText(count, 'text')} in a set of characters that is not known; some letters may be wrong.`,
  'messages-left-out': (count) => `${were(count, 'message')} not shown.`,
  'columns-left-out': (count) => `${were(count, 'column')} not shown.`,
  'json-broken': () => 'The item is not in the form that Microsoft 365 gives; here is its text.',
};

/** A sentence of what a note says. */
export function noteText({ code, count }: PreviewNote): string {
  return sentences[code](count);
}

/** `12 parts were`. */
const were = (count: number, noun: string): string =>
  `${pluralText(count, noun)} ${count === 1 ? 'was' : 'were'}`;
