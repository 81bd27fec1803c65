/** As much of a text as fits into so many bytes of UTF-8, cut between two characters. */
export const utf8Bytes = (text: string, most: number): Buffer => {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
};
