import { isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '../core/result.ts';

/** `rpc.lineTooLong` ends the stream for good; `rpc.parse` (not UTF-8) costs only its own line. */
export type LineFailure = 'rpc.lineTooLong' | 'rpc.parse';
export type Line = Result<string, LineFailure>;

/** Cuts one byte stream into lines. */
export interface LineSplitter {
  /**
   * The lines that `chunk` completes, without their LF (or CR LF). Bytes after the last LF wait for
   * the next chunk: a line that was never ended is never handed out. Never throws.
   */
  push(chunk: Uint8Array): readonly Line[];
}

/** The limit of the local sockets, in bytes without the LF; both directions keep it. */
export const maxLineBytes = 1024 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const nothing = Buffer.alloc(0);

const decode = (bytes: Buffer): Line => {
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return isUtf8(bytes) ? ok(bytes.toString('utf8', 0, end)) : fail('rpc.parse');
};

/** Bytes that wait for their LF; grows by doubling, so that a byte is copied about twice however it came. */
const createHeld = (limitBytes: number) => {
  let bytes = nothing;
  let length = 0;
  return {
    length: () => length,
    add(more: Buffer) {
      if (length + more.length > bytes.length) {
        const wanted = Math.max(256, 2 * bytes.length, length + more.length);
        const grown = Buffer.allocUnsafe(Math.min(limitBytes, wanted));
        bytes.copy(grown, 0, 0, length);
        bytes = grown;
      }
      more.copy(bytes, length);
      length += more.length;
    },
    take(): Buffer {
      const taken = bytes.subarray(0, length);
      bytes = nothing;
      length = 0;
      return taken;
    },
  };
};

/** A splitter that holds at most `limitBytes` of an unfinished line, and says nothing more after a longer one. */
export const createLineSplitter = (limitBytes = maxLineBytes): LineSplitter => {
  const held = createHeld(limitBytes);
  let failed = false;

  const tooLong = (): Line => {
    failed = true;
    held.take();
    return fail('rpc.lineTooLong');
  };

  const complete = (part: Buffer): Line => {
    if (held.length() + part.length > limitBytes) return tooLong();
    if (held.length() === 0) return decode(part);
    held.add(part);
    return decode(held.take());
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: Line[] = [];
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0 && !failed; end = bytes.indexOf(lineFeed, start)) {
        lines.push(complete(bytes.subarray(start, end)));
        start = end + 1;
      }
      if (failed) return lines;
      const rest = bytes.subarray(start);
      if (held.length() + rest.length > limitBytes) lines.push(tooLong());
      else held.add(rest);
      return lines;
    },
  };
};
