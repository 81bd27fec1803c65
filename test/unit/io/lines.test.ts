import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, type Line } from '../../../src/io/lines.ts';

/** Feeds `bytes` in chunks whose sizes cycle through `sizes`. */
const feed = (bytes: Uint8Array, sizes: readonly number[], limitBytes?: number): Line[] => {
  const splitter = createLineSplitter(limitBytes);
  const lines: Line[] = [];
  let start = 0;
  for (let turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    lines.push(...splitter.push(bytes.subarray(start, start + size)));
    start += size;
  }
  return lines;
};

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((line) => !/[\n\r]/.test(line));

describe('line splitter', () => {
  it('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.constantFrom('\n', '\r\n'))), chunkSizes, (lines, sizes) => {
        const stream = Buffer.from(lines.flat().join(''));
        const expected = lines.map(([line]) => ({ ok: true, value: line }));
        expect(feed(stream, sizes)).toEqual(expected);
      }),
    );
  });

  it('takes any bytes without throwing, and the cuts change nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), chunkSizes, (bytes, sizes) => {
        expect(feed(bytes, sizes, 50)).toEqual(feed(bytes, [bytes.length], 50));
      }),
    );
  });

  it('takes a line of exactly the limit, and ends at one byte more', () => {
    expect(feed(Buffer.from('12345\n12345\n'), [3], 5)).toEqual([
      { ok: true, value: '12345' },
      { ok: true, value: '12345' },
    ]);
    expect(feed(Buffer.from('1\n123456\n1\n'), [3], 5)).toEqual([
      { ok: true, value: '1' },
      { ok: false, failure: 'rpc.lineTooLong' },
    ]);
  });

  it('reports an endless line as soon as it is too long, once', () => {
    expect(feed(Buffer.alloc(1_000, 0x61), [100], 250)).toEqual([{ ok: false, failure: 'rpc.lineTooLong' }]);
  });

  it('refuses what is not UTF-8 and goes on with the next line', () => {
    const bytes = Buffer.concat([Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('烽\n')]);
    expect(feed(bytes, [1])).toEqual([
      { ok: false, failure: 'rpc.parse' },
      { ok: true, value: '烽' },
    ]);
  });

  it('never hands out a line that was not ended', () => {
    expect(feed(Buffer.from('whole\ncut off'), [4])).toEqual([{ ok: true, value: 'whole' }]);
  });

  it('takes a megabyte in single bytes in linear time', () => {
    const lines = feed(Buffer.concat([Buffer.alloc(1024 * 1024, 0x61), Buffer.from('\n')]), [1]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ ok: true });
  }, 5_000);
});
