import { expect, test } from 'vitest';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { reducedHtml } from '../../../src-worker/formats/html/reduced-html.ts';

test.each([
  [
    '<p>Dear <b>all</b>,<br>see &lt;below&gt; &amp; reply</p>',
    '<p>Dear <b>all</b>,<br>see &lt;below&gt; &amp; reply</p>',
  ],
  ['<p onclick="x()" style="position:fixed">a</p>', '<p>a</p>'],
  ['a<script>alert(1)</script>b<style>p{}</style>c', 'abc'],
  ['<img src="https://tracker.example/x.gif" onerror="x()">', '<span class="quiet">[picture]</span>'],
  ['<img alt="a &quot;cat&quot;" src=x>', '<span class="quiet">[picture: a &quot;cat&quot;]</span>'],
  ['<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
  ['<a href=" java\nscript:alert(1)">a</a>', '<a>a</a>'],
  ['<a href="data:text/html,x">a</a>', '<a>a</a>'],
  [
    '<a href="https://example.com/?a=1&amp;b=&quot;&gt;" target=_blank>a</a>',
    '<a href="https://example.com/?a=1&amp;b=%22%3E" rel="noreferrer noopener">a</a>',
  ],
  ['<at id="0">Anna</at>&nbsp;<emoji alt="🙂"></emoji>', '<b>Anna</b>\u00a0🙂'],
  [
    '<table><tr><td colspan=2 rowspan="x">a</table>',
    '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
  ],
  ['<svg><p>out</p><script>x</script></svg>', '<p>out</p>'],
  ['<math><mtext><table><mglyph><style><img src=x onerror=x()>', ''],
  [
    '<noscript><p title="</noscript><img src=x onerror=x()>">',
    '<span class="quiet">[picture]</span>&quot;&gt;',
  ],
  ['<iframe srcdoc="<script>x</script>"></iframe><form action=x><input value=y>text</form>', 'text'],
  ['<!-- <img> --><![CDATA[x]]>a', 'a'],
  ['</div></body></html><b>a', '<b>a</b>'],
])('%j becomes %j', (html, reduced) => {
  expect(reducedHtml(html)).toBe(reduced);
});

/** Every element of a document, as a parser finds it. */
function elementsOf(html: string): DefaultTreeAdapterTypes.Element[] {
  const found: DefaultTreeAdapterTypes.Element[] = [];
  const rest: DefaultTreeAdapterTypes.ChildNode[] = [...parse(html).childNodes];
  for (let next = rest.pop(); next !== undefined; next = rest.pop())
    if ('tagName' in next) {
      found.push(next);
      rest.push(...next.childNodes);
    }
  return found;
}

test('whatever pieces of HTML are put together, nothing comes out that could run or load', () => {
  const pieces = [
    ...['<p>', '</p>', '<a href=x>', '</a>', '<svg>', '</svg>', '<math>', '<mtext>', '<style>', '</style>'],
    ...[
      '<table>',
      '<td>',
      '</table>',
      '<title>',
      '</title>',
      '<textarea>',
      '<template>',
      '<noscript>',
      '<!--',
      '-->',
    ],
    ...[
      '<img src=x onerror=alert(1)>',
      '<script>alert(1)</script>',
      '"',
      "'",
      '&lt;script&gt;',
      '<![CDATA[',
      ']]>',
    ],
    ...[
      '<select>',
      '<option>',
      '<form action=x>',
      '<b/onload=x>',
      '<foreignObject>',
      '<annotation-xml encoding=text/html>',
    ],
  ];
  let seed = 7;
  const below = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  for (let round = 0; round < 3_000; round += 1) {
    const html = Array.from({ length: 2 + below(12) }, () => pieces[below(pieces.length)]).join('');
    const elements = elementsOf(reducedHtml(html));
    for (const { tagName, attrs } of elements) {
      expect(tagName, html).not.toMatch(
        /script|style|img|svg|math|form|template|iframe|select|title|textarea/,
      );
      for (const { name } of attrs)
        expect(['href', 'rel', 'class', 'colspan', 'rowspan'], html).toContain(name);
    }
  }
});

test('a text of very many elements, or one in another very deep, takes no time and no stack', () => {
  const startedMs = performance.now();
  expect(reducedHtml('<div>'.repeat(19_000))).toContain('<div><div>');
  expect(reducedHtml('<b>'.repeat(1_000_000))).toContain('too long');
  expect(reducedHtml('x'.repeat(5_000_000))).toContain('too long');
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
