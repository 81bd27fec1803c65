import { type Document, visit, type YAMLError } from 'yaml';

/** One syntax error: its offset in the text and a sentence that repeats nothing of the text. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly message: string;
}

/** More than this from one file helps nobody: one slip makes many errors. */
const maxSyntaxProblems = 20;

/** Our own sentences, by the parser's code: its own messages may repeat the text, and so a secret. */
const sentences: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_DIRECTIVE: 'this %-directive is not known; leave it out',
  BAD_DQ_ESCAPE: 'this backslash sequence is not known; in double quotes write \\\\ for a backslash',
  BAD_INDENT: 'the indentation is wrong here, or a bracket is not closed',
  BAD_SCALAR_START: 'a value may not begin with this character unless it is in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key: value" on one line; put it on its own line, or the value in quotes',
  BLOCK_IN_FLOW: 'an indented list or section may not stand inside brackets',
  KEY_OVER_1024_CHARS: 'this key is far too long',
  MISSING_CHAR: 'a bracket, comma or the space after a colon is missing here',
  MULTILINE_IMPLICIT_KEY: 'expected "key: value"; is the colon, or the space after it, missing?',
  MULTIPLE_ANCHORS: 'a value can have only one &anchor',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  TAG_RESOLVE_FAILED: 'this !tag is not known; if a ! begins a value, put the value in quotes',
  UNEXPECTED_TOKEN: 'this is not expected here; is a quote, bracket or comma missing or too many?',
};

/** An open quote is noticed at the end of the file, which helps nobody: says where it was opened. */
const openedQuote = (document: Document.Parsed, error: YAMLError): SyntaxProblem | undefined => {
  let offset: number | undefined;
  const end = error.pos[0];
  visit(document, {
    Scalar(_, { range }) {
      if (range && range[0] < end && end <= range[1]) offset = range[0];
    },
  });
  return offset === undefined ? undefined : { offset, message: 'the quote that opens here is not closed' };
};

const syntaxProblem = (document: Document.Parsed, error: YAMLError): SyntaxProblem => {
  const quote = error.code === 'MISSING_CHAR' ? openedQuote(document, error) : undefined;
  return quote ?? { offset: error.pos[0], message: sentences[error.code] ?? 'this is not valid YAML' };
};

/**
 * The syntax errors of a file, in order, at most one from each place. Warnings count as errors (an
 * unknown tag must not be passed over), and so does a second document.
 */
export const syntaxProblems = (documents: readonly Document.Parsed[]): SyntaxProblem[] => {
  const errors = documents.flatMap((document) =>
    [...document.errors, ...document.warnings].map((error) => ({ document, error })),
  );
  const found = errors
    .toSorted((a, b) => a.error.pos[0] - b.error.pos[0])
    .slice(0, maxSyntaxProblems)
    .map(({ document, error }) => syntaxProblem(document, error));
  const second = documents[1];
  if (second)
    found.push({
      offset: second.range[0],
      message: 'a second document begins here; a file may hold only one',
    });
  return [...new Map(found.map((problem) => [problem.offset, problem])).values()];
};

/** The parts of a syntax token that can hold further tokens. */
interface Nested {
  readonly value?: object | undefined;
  readonly key?: object | null | undefined;
  readonly items?: readonly object[];
}

/**
 * Whether lists and sections nest deeper than `maxDepth`. Asked before composing, which recurses:
 * a file of brackets could otherwise exhaust the stack, which ends the process in some places.
 */
export const nestingExceeds = (tokens: readonly object[], maxDepth: number): boolean => {
  const waiting: { token: Nested; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return true;
    for (const inner of [token.value, token.key]) if (inner) waiting.push({ token: inner, depth });
    for (const item of token.items ?? []) waiting.push({ token: item, depth: depth + 1 });
  }
  return false;
};
