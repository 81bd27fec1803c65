/**
 * What an external-link monitor may be called. Names come from agents and from traps and end up in logs, tables and
 * alerts, so they are plain printable ASCII; the product's own are words such as `NIC` and devices such as `/dev/sdb`.
 */
const plain = (longest: number): RegExp => new RegExp(`^(?=.{1,${longest}}$)[!-,.-~](?:[ -~]*[!-~])?$`);

/** Longest category, keyword, message and name of who raised it, in characters: 576 of them fit a line of the socket. */
export const longestMonitorText = { category: 63, keyword: 127, message: 200, by: 64 } as const;

export const categoryPattern = plain(longestMonitorText.category);
export const keywordPattern = plain(longestMonitorText.keyword);

/** What would break a line, hide in it, or turn it round: controls, format characters, line separators, half pairs. */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** Text of somebody else as one line of at most `longest` characters; what does not fit is cut, with `…` at the end. */
export const tidyText = (text: string, longest: number): string => {
  const line = text.replace(unfit, ' ').trim();
  if (line.length <= longest) return line;
  // Half of a surrogate pair at the cut would be no character.
  return `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
};

/** A name that a monitor may have, made of text of somebody else: what is not allowed becomes `_`. */
export const tidyName = (text: string, longest: number): string => {
  const name = text
    .trim()
    .slice(0, longest)
    .replace(/[^ -~]/g, '_')
    .replace(/^-/, '_')
    .trimEnd();
  return name === '' ? '_' : name;
};
