/**
 * The value of a call, or `error()` as soon as `signal` aborts, whatever the call itself makes of
 * that. The call goes on unheard; `undo` is given a value that comes all the same.
 */
export const unlessCalledOff = <Value>(
  signal: AbortSignal | undefined,
  call: Promise<Value>,
  error: () => Error,
  undo: (late: Value) => void = () => {},
): Promise<Value> => {
  if (!signal) return call;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(error());
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const over = () => signal.removeEventListener('abort', giveUp);
    call.then(
      (value) => {
        over();
        if (signal.aborted) undo(value);
        resolve(value);
      },
      (reason: unknown) => {
        over();
        reject(reason);
      },
    );
  });
};
