/** A TypeScript source with everything that is not code taken out; lengths and lines stay as they were. */
export interface SourceText {
  /** Comments, and the insides of strings and regular expressions, are blank. */
  readonly code: string;
  /** The source itself, for reading a string whose quotes stand in `code`. */
  readonly source: string;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The end of a quoted text or regular expression that begins at `start`, its closing mark included. */
const closing = (source: string, start: number, mark: string): number => {
  let inClass = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '\n') return at;
    else if (mark === '/' && char === '[') inClass = true;
    else if (mark === '/' && char === ']') inClass = false;
    else if (char === mark && !inClass) return at + 1;
  }
  return source.length;
};

/** After a value a `/` divides; anywhere else it begins a regular expression. */
const beginsRegExp = (codeBefore: string): boolean => {
  const before = codeBefore.trimEnd();
  if (/(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|yield|await)$/.test(before)) return true;
  return !/[\w$)\]}'"`/]$/.test(before);
};

/** The end of the literal part of a template that starts at `start`: at its closing mark or its next `${`. */
const templatePartEnd = (source: string, start: number): number => {
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '`' || source.startsWith('${', at)) return at;
  }
  return source.length;
};

interface Scan {
  readonly source: string;
  code: string;
  at: number;
  /** For every `${` that is open: how many braces are open inside it. */
  readonly holes: number[];
}

const keep = (scan: Scan, end: number): void => {
  scan.code += scan.source.slice(scan.at, end);
  scan.at = end;
};

const drop = (scan: Scan, end: number): void => {
  scan.code += blank(scan.source.slice(scan.at, end));
  scan.at = end;
};

const comment = (scan: Scan): void => {
  const { source, at } = scan;
  const end = source.startsWith('//', at) ? source.indexOf('\n', at) : source.indexOf('*/', at + 2) + 2;
  drop(scan, end < at + 2 ? source.length : end);
};

const quoted = (scan: Scan, mark: string): void => {
  const end = closing(scan.source, scan.at, mark);
  keep(scan, scan.at + 1);
  drop(scan, end - 1);
  keep(scan, end);
};

const templatePart = (scan: Scan): void => {
  drop(scan, templatePartEnd(scan.source, scan.at));
  const inHole = scan.source.startsWith('${', scan.at);
  if (inHole) scan.holes.push(0);
  keep(scan, scan.at + (inHole ? 2 : 1));
};

/** A brace, which may be the one that ends the hole of a template. */
const brace = (scan: Scan, char: string): void => {
  const depth = scan.holes.at(-1);
  keep(scan, scan.at + 1);
  if (depth === undefined) return;
  if (char === '{') scan.holes[scan.holes.length - 1] = depth + 1;
  else if (depth > 0) scan.holes[scan.holes.length - 1] = depth - 1;
  else {
    scan.holes.pop();
    templatePart(scan);
  }
};

/** Separates the code of a TypeScript source from its comments and texts. */
export const readSource = (source: string): SourceText => {
  const scan: Scan = { source, code: '', at: 0, holes: [] };
  while (scan.at < source.length) {
    const char = source[scan.at] ?? '';
    const next = source[scan.at + 1];
    if (char === '/' && (next === '/' || next === '*')) comment(scan);
    else if (char === "'" || char === '"') quoted(scan, char);
    else if (char === '/' && beginsRegExp(scan.code)) quoted(scan, '/');
    else if (char === '`') {
      keep(scan, scan.at + 1);
      templatePart(scan);
    } else if (char === '{' || char === '}') brace(scan, char);
    else keep(scan, scan.at + 1);
  }
  return { code: scan.code, source };
};

/** Something a file loads: the text between the quotes, and the line it stands on. */
export interface Reference {
  readonly specifier: string;
  readonly line: number;
}

/** `from '…'`, `import '…'`, `import('…')`, and `new URL('…', import.meta.url)`, as workers are started. */
const loads = [
  /(?<![\w$.])from\s*(['"])/g,
  /(?<![\w$.])import\s*\(?\s*(['"`])/g,
  /(?<![\w$.])new\s+URL\s*\(\s*(['"])(?=[^'"]*['"]\s*,\s*import\.meta\.url)/g,
];

export const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** Every import of a source, type-only ones included. */
export const references = ({ code, source }: SourceText): Reference[] =>
  loads.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => {
      const start = match.index + match[0].length;
      const end = code.indexOf(match[1] ?? '', start);
      return { specifier: source.slice(start, end), line: lineOf(code, match.index) };
    }),
  );
