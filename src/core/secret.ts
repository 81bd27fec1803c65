import { inspect } from 'node:util';

const redacted = '[redacted]';

/** A password or key that cannot be printed by accident: text, JSON and `console.log` show `[redacted]`. */
export class Secret {
  readonly #bytes: Buffer;

  constructor(value: string | Uint8Array) {
    this.#bytes = Buffer.from(value as string);
  }

  /** The secret itself, for the one line that needs it. */
  reveal(): Buffer {
    return this.#bytes;
  }

  /** Length in bytes; not secret, and what limits are stated in. */
  get length(): number {
    return this.#bytes.length;
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#bytes.equals(other.reveal());
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
