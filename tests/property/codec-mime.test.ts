import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64LineEncoder } from '../../src-worker/codec/base64-lines.ts';
import { joinMime, splitMime, verifySplit } from '../../src-worker/codec/mime-split.ts';
import { pseudoRandomBytes } from '../support/pseudo-random.ts';

type Ending = '\r\n' | '\n';

interface Leaf {
  readonly seed: number;
  readonly sizeBytes: number;
  readonly lineLength: number;
  readonly isBase64: boolean;
  readonly blankAround: number;
}
interface Entity {
  readonly leaf?: Leaf;
  readonly enclosed?: Entity;
  readonly children?: readonly Entity[];
}

const leaf: fc.Arbitrary<Leaf> = fc.record({
  seed: fc.nat(50),
  // 11,989 bytes in lines of 73 characters end with half of their padding on a line of its own.
  sizeBytes: fc.oneof(fc.nat(12_000), fc.constantFrom(4095, 4096, 4097, 57 * 100, 57 * 100 + 1, 11_989)),
  lineLength: fc.constantFrom(16, 60, 64, 73, 76, 76, 76, 998, 1_000_000),
  isBase64: fc.boolean(),
  blankAround: fc.nat(2),
});

const { entity } = fc.letrec<{ entity: Entity }>((tie) => ({
  entity: fc.oneof(
    { maxDepth: 4 },
    fc.record({ leaf }),
    fc.record({ children: fc.array(tie('entity'), { maxLength: 4 }) }),
    fc.record({ enclosed: tie('entity') }),
  ),
}));

function render(entityToRender: Entity, ending: Ending, path = 'b'): string {
  const { leaf: body, enclosed, children = [] } = entityToRender;
  if (enclosed !== undefined)
    return `Content-Type: message/rfc822${ending}${ending}${render(enclosed, ending, `${path}e`)}`;
  if (body === undefined) {
    const parts = children.map(
      (child, index) => `--${path}${ending}${render(child, ending, `${path}${index}`)}${ending}`,
    );
    return `Content-Type: multipart/mixed;${ending} boundary="${path}"${ending}${ending}${parts.join('')}--${path}--${ending}`;
  }
  const encoding = body.isBase64 ? 'base64' : '8bit';
  const text = Buffer.from(pseudoRandomBytes(body.sizeBytes, body.seed)).toString('base64');
  const lines = text.match(new RegExp(`.{1,${body.lineLength}}`, 'g')) ?? [];
  const blank = ending.repeat(body.blankAround);
  return `Content-Transfer-Encoding: ${encoding}${ending}${ending}${blank}${lines.join(ending)}${blank}`;
}

const message = fc
  .tuple(entity, fc.constantFrom<Ending>('\r\n', '\n'))
  .map(([root, ending]) => Buffer.from(`Subject: x${ending}${render(root, ending)}`, 'latin1'));

/** Overwrites, removes or inserts a few bytes somewhere. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat(5),
  inserted: fc.oneof(
    fc.constantFrom('\r\n', '\n', '=', '--b', '-', ' ', 'A', '\n\n'),
    fc.string({ maxLength: 4 }),
  ),
});

function mutate(
  bytes: Buffer,
  { at, removed, inserted }: { at: number; removed: number; inserted: string },
): Buffer {
  const offset = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, offset), Buffer.from(inserted), bytes.subarray(offset + removed)]);
}

function expectSplitToBeReversible(bytes: Buffer): void {
  const split = splitMime(bytes);
  if (split === null) return;
  expect(Buffer.from(joinMime(split.skeleton, split.parts)).equals(bytes)).toBe(true);
  expect(verifySplit(bytes, split)).toBe(true);
}

function countLargeBase64(root: Entity): number {
  if (root.leaf !== undefined) return root.leaf.isBase64 && root.leaf.sizeBytes >= 4096 ? 1 : 0;
  if (root.enclosed !== undefined) return countLargeBase64(root.enclosed);
  return (root.children ?? []).reduce((sum, child) => sum + countLargeBase64(child), 0);
}

test('well-formed messages split into all their larger attachments and join again', () => {
  fc.assert(
    fc.property(entity, fc.constantFrom<Ending>('\r\n', '\n'), (root, ending) => {
      const bytes = Buffer.from(`Subject: x${ending}${render(root, ending)}`, 'latin1');
      expect(splitMime(bytes)?.parts.length ?? 0).toBe(countLargeBase64(root));
      expectSplitToBeReversible(bytes);
    }),
    { numRuns: 150 },
  );
});

test('damaged messages still join to what they were', () => {
  fc.assert(
    fc.property(message, fc.array(mutation, { minLength: 1, maxLength: 6 }), (original, mutations) => {
      expectSplitToBeReversible(mutations.reduce(mutate, original));
    }),
    { numRuns: 250 },
  );
});

test('arbitrary bytes after a header that promises base64 never throw', () => {
  const header = Buffer.from('Content-Transfer-Encoding: base64\r\n\r\n');
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5000, maxLength: 9000 }), fc.nat(255), (noise, and) => {
      expectSplitToBeReversible(Buffer.concat([header, noise.map((byte) => byte & and)]));
    }),
    { numRuns: 100 },
  );
});

test('lines encoded piece by piece are the lines of the whole', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 80 }),
      fc.boolean(),
      (data, lineLength, hasFinalLineEnding) => {
        const encoder = base64LineEncoder({ lineLength, lineEnding: 'lf', hasFinalLineEnding });
        const encoded = Buffer.concat([
          ...data.map((piece) => encoder.push(piece)),
          encoder.end(),
        ]).toString();
        const text = Buffer.concat(data).toString('base64');
        const lines = (text.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []).join('\n');
        expect(encoded).toBe(hasFinalLineEnding ? `${lines}\n` : lines);
      },
    ),
    { numRuns: 150 },
  );
});
