/**
 * Words as the search knows them: without case and accents, and where a script puts no spaces between words, every pair
 * of letters. The index and what is typed go through the same function, or nothing would be found.
 */
import type { ItemInfo } from '../../../src-shared/model/rows.ts';

/** What a row says in words; ids, addresses of pages and states are left out. */
const wordKeys = [
  'subject',
  'name',
  'title',
  'from',
  'to',
  'organizer',
  'location',
  'company',
  'emails',
  'address',
  'author',
  'categories',
];
const longestWord = 40;
const mostWords = 400;
const longestText = 8192;

/** Letters that no decomposition takes apart. */
const foldings: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
const folded = new RegExp(`[${Object.keys(foldings).join('')}]`, 'g');
const accents = /[\u0300-\u036f]/g;
const word = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that are written without spaces. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;
const isUnspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The words of a text in their order, at most 400 of at most 40 letters. */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, longestText)
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents, '')
    .replace(folded, (letter) => foldings[letter] ?? letter);
  const words: string[] = [];
  for (const [found] of plain.matchAll(word)) {
    if (words.length >= mostWords) break;
    if (isUnspaced.test(found)) words.push(...pairs(found));
    else words.push(Array.from(found).slice(0, longestWord).join(''));
  }
  return words.slice(0, mostWords);
}

/** Pairs of what has no spaces, and what stands between it as words of its own. */
function pairs(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (const { 0: run, index } of text.matchAll(unspaced)) {
    if (index > at) words.push(text.slice(at, index));
    const letters = Array.from(run);
    for (let first = 0; first < Math.max(1, letters.length - 1); first += 1)
      words.push(letters.slice(first, first + 2).join(''));
    at = index + run.length;
  }
  if (at < text.length) words.push(text.slice(at));
  return words;
}

/** What can be found of an item, from its row. */
export function wordsOfInfo(info: Readonly<ItemInfo>): string {
  const texts = wordKeys.flatMap((key) => info[key]).filter((value) => typeof value === 'string');
  return wordsOf(texts.join(' ')).join(' ');
}
