/** Work that its owner may have to end early. */
export interface Endable {
  /** Starts `work`; its signal aborts when the caller's does, or when {@link end} is called. */
  run<Value>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Value>): Promise<Value>;
  /** Calls off what is under way; resolves when it is over. */
  end(): Promise<void>;
}

export const createEndable = (): Endable => {
  const running = new Set<Promise<unknown>>();
  let over = new AbortController();
  return {
    async run(signal, work) {
      const working = work(signal ? AbortSignal.any([signal, over.signal]) : over.signal);
      running.add(working);
      try {
        return await working;
      } finally {
        running.delete(working);
      }
    },
    async end() {
      over.abort();
      over = new AbortController();
      await Promise.allSettled(running);
    },
  };
};
