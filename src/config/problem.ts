/** Where a value stands in a YAML file: keys of sections and indexes of lists, from the root. */
export type ConfigPath = readonly (string | number)[];

/** A path as zod gives it. */
export const toPath = (path: readonly PropertyKey[]): (string | number)[] =>
  path.map((key) => (typeof key === 'symbol' ? String(key) : key));

/** One thing that is wrong with a configuration or device file, in words for an operator; never a secret. */
export interface ConfigProblem {
  readonly file: string;
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  /** The dotted path of the key, or '' where the whole file is meant. */
  readonly path: string;
  readonly message: string;
}

/** Keys that can be shown as they are; anything else might be a value that slipped into a key's place. */
const plainKey = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/;

/** Whether a key looks like a key, so that a message may repeat it. */
export const isPlainKey = (key: string): boolean => plainKey.test(key);

const segment = (key: string | number): string => {
  if (typeof key === 'number') return `[${key}]`;
  return isPlainKey(key) ? `.${key}` : '.(?)';
};

/** `servers.server1.bmc.cipherSuites[1]`; a key that does not look like one is shown as `(?)`. */
export const formatPath = (path: ConfigPath): string => path.map(segment).join('').replace(/^\./, '');

/** The line an operator reads: `file:line: path: what is wrong`. */
export const formatProblem = ({ file, line, path, message }: ConfigProblem): string =>
  path === '' ? `${file}:${line}: ${message}` : `${file}:${line}: ${path}: ${message}`;

/** By line and column; files stay in the order in which they first appear. */
export const inLineOrder = (problems: readonly ConfigProblem[]): ConfigProblem[] => {
  const files = [...new Set(problems.map((problem) => problem.file))];
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
};
