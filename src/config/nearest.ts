/** Words longer than this are compared no further: keys are short, and the cost grows with the square. */
const maxLength = 64;

/** Edit distance in which a swap of two neighbouring letters counts once (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const options = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      if (swapped) options.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...options));
    }
    before = last;
    last = current;
  }
  return last[b.length] ?? 0;
};

/** The known word that was probably meant, or undefined where none is near enough (two slips, one in short words). */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  if (word.length > maxLength) return undefined;
  let best: { candidate: string; away: number } | undefined;
  for (const candidate of known) {
    const away = distance(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.min(word.length, candidate.length) > 4 ? 2 : 1;
    if (away <= limit && away < (best?.away ?? limit + 1)) best = { candidate, away };
  }
  return best?.candidate;
};

/** `unknown key; did you mean "port"?`, or the list of what is known where nothing is near. */
export const unknownWord = (what: string, word: string, known: readonly string[]): string => {
  const guess = nearest(word, known);
  if (guess !== undefined) return `unknown ${what}; did you mean "${guess}"?`;
  return known.length > 0 ? `unknown ${what}; known here: ${known.join(', ')}` : `unknown ${what}`;
};
