import { type CallOffSignal, createCallOff } from '../../core/call-off.ts';

/** Work that its owner may have to end early. */
export interface Endable {
  /** Starts `work`; its signal calls off when the caller's does, or when {@link end} is called. */
  run<Value>(
    signal: CallOffSignal | undefined,
    work: (signal: CallOffSignal) => Promise<Value>,
  ): Promise<Value>;
  /** Calls off what is under way; resolves when it is over. */
  end(): Promise<void>;
}

export const createEndable = (): Endable => {
  const running = new Map<Promise<unknown>, () => void>();
  return {
    async run(signal, work) {
      const { signal: own, callOff } = createCallOff();
      if (signal?.calledOff) callOff();
      signal?.listen(callOff);
      const working = work(own);
      running.set(working, callOff);
      try {
        return await working;
      } finally {
        running.delete(working);
        signal?.forget(callOff);
      }
    },
    async end() {
      for (const callOff of running.values()) callOff();
      await Promise.allSettled(running.keys());
    },
  };
};
