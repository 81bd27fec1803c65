import { createMemo } from '../../core/memo.ts';
import type { TrapRefusal } from '../../core/trap-refusal.ts';

const longForm = 0x80;
/** Four bytes of length say more than any datagram holds. */
const mostLengthBytes = 4;

/** RFC 3416 section 2.5 sets 128 sub-identifiers; each is below 2^32 and takes five bytes at most. */
const mostArcs = 128;
const mostOidBytes = mostArcs * 5;
const mostArc = 0xffffffff;

const none = Buffer.alloc(0);

/** The same few OIDs come again and again: putting one together takes a string for each arc. Bounded: see {@link createMemo}. */
const knownOids = createMemo<string>(1_024);

/** The first byte of an OID holds two arcs: 40 times the first, which is 0, 1 or 2, and the second (X.690 8.19.4). */
const firstArcs = (value: number): string => {
  if (value < 40) return `0.${value}`;
  return value < 80 ? `1.${value - 40}` : `2.${value - 80}`;
};

/**
 * Reads BER (X.690) as SNMP restricts it (RFC 3417 section 8): definite lengths, and every element inside its parent.
 * Never throws. The first fault sticks and ends the input, so a caller may read on and look at {@link fault} once.
 */
export class BerReader {
  readonly #data: Buffer;
  #at = 0;
  #end: number;
  #fault: TrapRefusal | undefined;

  constructor(data: Buffer) {
    this.#data = data;
    this.#end = data.length;
  }

  get fault(): TrapRefusal | undefined {
    return this.#fault;
  }

  /** Where the next element begins. */
  get offset(): number {
    return this.#at;
  }

  /** Whether the element that was entered holds more. */
  get more(): boolean {
    return this.#at < this.#end;
  }

  /** The tag of the next element; undefined at the end. */
  get tag(): number | undefined {
    return this.#at < this.#end ? this.#data[this.#at] : undefined;
  }

  fail(fault: TrapRefusal): void {
    this.#fault ??= fault;
    this.#at = this.#end;
  }

  /** Goes into the outermost element, which must be as long as the input. */
  open(tag: number): void {
    const length = this.#tagAndLength(tag);
    if (this.#fault === undefined && length !== this.#end - this.#at) this.fail('outerLength');
  }

  /** Goes into an element; answers what {@link leave} needs to come out of it. */
  enter(tag: number): number {
    const outer = this.#end;
    const length = this.#header(tag);
    if (this.#fault === undefined) this.#end = this.#at + length;
    return outer;
  }

  /** Comes out of an element, which must have been read to its end. */
  leave(outer: number): void {
    if (this.#at < this.#end) this.fail('trailing');
    this.#end = outer;
    if (this.#fault !== undefined) this.#at = outer;
  }

  /** Comes out of an element, whatever is left in it. */
  skip(outer: number): void {
    this.#at = this.#fault === undefined ? this.#end : outer;
    this.#end = outer;
  }

  /** What was read since `offset`; a view of the datagram. */
  since(offset: number): Buffer {
    return this.#data.subarray(offset, this.#at);
  }

  /** The content of an element, of at most `mostBytes`; a view of the datagram. */
  octets(tag: number, mostBytes: number, tooLong: TrapRefusal = 'valueSize'): Buffer {
    const length = this.#header(tag);
    if (this.#fault !== undefined) return none;
    if (length > mostBytes) {
      this.fail(tooLong);
      return none;
    }
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  /** A signed integer of one to four bytes. */
  integer(tag: number): number {
    const length = this.#header(tag);
    if (!this.#sized(length, 4)) return 0;
    const value = this.#data.readIntBE(this.#at, length);
    this.#at += length;
    return value;
  }

  /**
   * A number below 2^32: four bytes, or five that begin with a zero. Agents exist that leave out that zero, so four
   * bytes are never taken for a negative number.
   */
  unsigned(tag: number): number {
    const length = this.#header(tag);
    if (!this.#sized(length, 5)) return 0;
    if (length === 5 && this.#data[this.#at] !== 0) {
      this.fail('integerRange');
      return 0;
    }
    const value = this.#data.readUIntBE(this.#at, length);
    this.#at += length;
    return value;
  }

  /** As {@link unsigned}, below 2^64. */
  unsigned64(tag: number): bigint {
    const length = this.#header(tag);
    if (!this.#sized(length, 9)) return 0n;
    if (length === 9 && this.#data[this.#at] !== 0) {
      this.fail('integerRange');
      return 0n;
    }
    let value = 0n;
    for (let index = 0; index < length; index += 1) {
      value = (value << 8n) | BigInt(this.#data[this.#at + index] ?? 0);
    }
    this.#at += length;
    return value;
  }

  /** An OID as dotted numbers. */
  oid(tag: number): string {
    const length = this.#header(tag);
    if (this.#fault !== undefined) return '';
    const end = this.#at + length;
    if (length === 0 || length > mostOidBytes || ((this.#data[end - 1] ?? 0) & 0x80) !== 0) {
      this.fail('oid');
      return '';
    }
    const bytes = this.#data.toString('latin1', this.#at, end);
    const known = knownOids.get(bytes);
    if (known === undefined) return this.#newOid(bytes, end);
    this.#at = end;
    return known;
  }

  #newOid(bytes: string, end: number): string {
    let text = '';
    let arcs = 1;
    while (this.#at < end && this.#fault === undefined) {
      const arc = this.#arc();
      arcs += 1;
      text = text === '' ? firstArcs(arc) : `${text}.${arc}`;
    }
    if (arcs > mostArcs) this.fail('oid');
    if (this.#fault !== undefined) return '';
    knownOids.remember(bytes, text);
    return text;
  }

  /** One base-128 number, whose last byte the caller has seen to be there; it may not begin with a zero (0x80). */
  #arc(): number {
    let byte = this.#data[this.#at] ?? 0;
    if (byte === 0x80) this.fail('oid');
    let arc = 0;
    do {
      byte = this.#data[this.#at] ?? 0;
      this.#at += 1;
      arc = arc * 128 + (byte & 0x7f);
      if (arc > mostArc) this.fail('oid');
    } while ((byte & 0x80) !== 0 && this.#fault === undefined);
    return arc;
  }

  #sized(length: number, mostBytes: number): boolean {
    if (this.#fault !== undefined) return false;
    if (length >= 1 && length <= mostBytes) return true;
    this.fail('integerSize');
    return false;
  }

  /** Tag and length; answers the length of the content, which lies inside the parent. */
  #header(tag: number): number {
    const length = this.#tagAndLength(tag);
    if (this.#fault === undefined && length > this.#end - this.#at) this.fail('truncated');
    return this.#fault === undefined ? length : 0;
  }

  #tagAndLength(tag: number): number {
    if (this.#fault !== undefined) return 0;
    if (this.#at >= this.#end) {
      this.fail('truncated');
      return 0;
    }
    if (this.#data[this.#at] !== tag) {
      this.fail('tag');
      return 0;
    }
    this.#at += 1;
    return this.#length();
  }

  #length(): number {
    if (this.#at >= this.#end) {
      this.fail('truncated');
      return 0;
    }
    const first = this.#data[this.#at] ?? 0;
    this.#at += 1;
    if (first < longForm) return first;
    const bytes = first - longForm;
    if (bytes === 0 || bytes > mostLengthBytes) {
      this.fail('lengthForm');
      return 0;
    }
    if (bytes > this.#end - this.#at) {
      this.fail('truncated');
      return 0;
    }
    const length = this.#data.readUIntBE(this.#at, bytes);
    this.#at += bytes;
    return length;
  }
}
