/** Lets so many calls be under way at a time; the others wait for their turn, in order. */
export interface Flight {
  /** Resolves when it is this caller's turn; `land` must follow. Rejects once the flight is closed. */
  board(): Promise<void>;
  land(): void;
  /** How many may be under way from now on. */
  widen(width: number): void;
  close(error: Error): void;
}

interface Waiting {
  go(): void;
  fail(error: Error): void;
}

export const createFlight = (): Flight => {
  const waiting: Waiting[] = [];
  let width = 0;
  let under = 0;
  let closed: Error | undefined;
  const next = () => {
    while (under < width && waiting.length > 0) {
      under += 1;
      waiting.shift()?.go();
    }
  };
  return {
    board: () =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closed);
        waiting.push({ go: resolve, fail: reject });
        next();
      }),
    land() {
      under -= 1;
      next();
    },
    widen(to) {
      width = to;
      next();
    },
    close(error) {
      closed = error;
      for (const { fail } of waiting.splice(0)) fail(error);
    },
  };
};
