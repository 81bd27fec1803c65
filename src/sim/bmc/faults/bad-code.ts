/** A check value that is wrong in one bit; one of no length (cipher suite 0) cannot be wrong. */
export const spoiled = (code: Buffer): Buffer => {
  const copy = Buffer.from(code);
  const last = copy.length - 1;
  if (last >= 0) copy[last] = (copy[last] as number) ^ 1;
  return copy;
};
