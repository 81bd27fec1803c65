/**
 * Whether work under way was called off. One is made for every forced stop and heard by each of its
 * questions: an AbortSignal, which is an EventTarget, cost a twentieth of the CPU of 256 forced stops.
 */
export interface CallOffSignal {
  readonly calledOff: boolean;
  /** Calls `listener` once, at the moment of the call-off; not at all where that has passed. */
  listen(listener: () => void): void;
  /** Takes the listener back; harmless where it is not there. */
  forget(listener: () => void): void;
}

/** Who holds it may call off what listens to its signal. */
export interface CallOff {
  readonly signal: CallOffSignal;
  /** Calls off, once and for ever. */
  callOff(): void;
}

export const createCallOff = (): CallOff => {
  const listeners: (() => void)[] = [];
  let calledOff = false;
  return {
    signal: {
      get calledOff() {
        return calledOff;
      },
      listen(listener) {
        if (!calledOff) listeners.push(listener);
      },
      forget(listener) {
        const index = listeners.lastIndexOf(listener);
        if (index >= 0) listeners.splice(index, 1);
      },
    },
    callOff() {
      calledOff = true;
      for (const listener of listeners.splice(0)) listener();
    },
  };
};

/**
 * The value of a call, or `error()` as soon as `signal` calls it off, whatever the call itself makes
 * of that. The call goes on unheard; `undo` is given a value that comes all the same.
 */
export const unlessCalledOff = <Value>(
  signal: CallOffSignal | undefined,
  call: Promise<Value>,
  error: () => Error,
  undo: (late: Value) => void = () => {},
): Promise<Value> => {
  if (!signal) return call;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(error());
    if (signal.calledOff) giveUp();
    signal.listen(giveUp);
    call.then(
      (value) => {
        signal.forget(giveUp);
        if (signal.calledOff) undo(value);
        resolve(value);
      },
      (reason: unknown) => {
        signal.forget(giveUp);
        reject(reason);
      },
    );
  });
};
