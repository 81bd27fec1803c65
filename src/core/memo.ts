/** What was made of a text before. */
export interface Memo<Value> {
  get(text: string): Value | undefined;
  remember(text: string, value: Value): void;
}

/** Holds at most so many: where one more comes all are forgotten, which costs nothing as long as the same few come. */
export const createMemo = <Value>(most: number): Memo<Value> => {
  const known = new Map<string, Value>();
  return {
    get: (text) => known.get(text),
    remember(text, value) {
      if (known.size >= most) known.clear();
      known.set(text, value);
    },
  };
};
