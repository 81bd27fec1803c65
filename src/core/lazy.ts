/** A value that is made when it is first asked for; what it is made from is let go then. */
export const lazy = <Value>(make: () => Value): (() => Value) => {
  let maker: (() => Value) | undefined = make;
  let value: Value | undefined;
  return () => {
    if (maker) value = maker();
    maker = undefined;
    return value as Value;
  };
};
