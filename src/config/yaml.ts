import { Composer, LineCounter, Parser } from 'yaml';
import { readBounded } from './files.ts';
import { type ConfigPath, type ConfigProblem, formatPath, inLineOrder } from './problem.ts';
import { nestingExceeds, syntaxProblems } from './yaml-syntax.ts';
import { type Entries, entryOf, toValue } from './yaml-value.ts';

/** Largest configuration or device file, in bytes. */
const maxFileBytes = 1024 * 1024;
/** Deepest nesting; a real configuration needs six. Beyond some thousands the composer would exhaust the stack. */
const maxDepth = 32;

/** A place in a file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed file that still knows where everything stood. */
export interface YamlFile {
  readonly file: string;
  /** Plain objects, lists and scalars; undefined where the file is no usable YAML at all. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Where the key stands, or the nearest section around it that exists. */
  positionOf(path: ConfigPath): Position;
}

const start: Position = { line: 1, column: 1 };

const unusable = (file: string, message: string): YamlFile => ({
  file,
  value: undefined,
  problems: [{ file, ...start, path: '', message }],
  positionOf: () => start,
});

/** A problem at a path of a file. */
export const problemAt = (yaml: YamlFile, path: ConfigPath, message: string): ConfigProblem => ({
  file: yaml.file,
  ...yaml.positionOf(path),
  path: formatPath(path),
  message,
});

const locate = (root: unknown, entries: Entries, path: ConfigPath): number | undefined => {
  let value = root;
  let offset: number | undefined;
  for (const key of path) {
    const entry = entryOf(entries, value, key);
    if (!entry) break;
    value = entry.value;
    offset = entry.offset;
  }
  return offset;
};

/**
 * Parses YAML 1.2 (core schema): no merge keys, no tags of one's own, one document, each key once.
 * Nesting and the growth through aliases are bounded. Never throws, whatever the text; `file` is only
 * a name for messages, which repeat keys but no text of the file.
 */
export const parseYaml = (text: string, file: string): YamlFile => {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (nestingExceeds(tokens, maxDepth)) return unusable(file, `is nested more than ${maxDepth} levels deep`);

  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  const broken = inLineOrder(
    syntaxProblems(documents).map(({ offset, message }) => ({
      file,
      ...positionAt(offset),
      path: '',
      message,
    })),
  );
  const document = documents[0];
  if (broken.length > 0 || !document)
    return { file, value: undefined, problems: broken, positionOf: () => start };

  const { value, entries, problems } = toValue(document.contents);
  if (value === null) return unusable(file, 'the file is empty');
  return {
    file,
    value,
    problems: problems.map(({ offset, path, message }) => ({
      file,
      ...positionAt(offset),
      path: formatPath(path),
      message,
    })),
    positionOf(path) {
      const offset = locate(value, entries, path);
      return offset === undefined ? start : positionAt(offset);
    },
  };
};

/** Reads and parses a file of at most 1 MiB of UTF-8; whatever is wrong is in `problems`. */
export const readYaml = async (path: string): Promise<YamlFile> => {
  const content = await readBounded(path, maxFileBytes);
  if (!content.ok) {
    const reason = content.failure === 'is too large' ? 'is larger than 1 MiB' : content.failure;
    return unusable(path, `the file ${reason}`);
  }
  try {
    return parseYaml(new TextDecoder('utf-8', { fatal: true }).decode(content.value.bytes), path);
  } catch {
    return unusable(path, 'the file is not UTF-8 text');
  }
};
