import { posix } from 'node:path';
import { roomOf, whyForbidden, whyForbiddenModule } from './house-rooms.ts';
import { importCycles } from './import-cycles.ts';
import { lineOf, type Reference, readSource, references, type SourceText } from './source-text.ts';

/** Sources by path from the repository's root (`src/core/clock.ts`). */
export type Sources = ReadonlyMap<string, string>;

const longestFile = 400;
const clockFile = 'src/core/clock.ts';

/** Ways to read or wait for time; a method of the same name of something else is not meant. */
const clockUses = [
  /(?<![\w$.])Date\s*\.\s*now\b/g,
  /(?<![\w$.])performance\s*\.\s*now\b/g,
  /(?<![\w$.])process\s*\.\s*hrtime\b/g,
  /(?<![\w$.])AbortSignal\s*\.\s*timeout\b/g,
  /(?<![\w$.])new\s+Date\b\s*(?:\(\s*\)|(?!\s*\())/g,
  /(?<![\w$.])(?:globalThis\s*\.\s*)?(?:setTimeout|setInterval)\b/g,
];

/** The path of src/ that a relative import means; `.js` means the `.ts` it was compiled from. */
const target = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');

const isRelative = (specifier: string): boolean => /^\.{1,2}(\/|$)/.test(specifier);

const whyNot = (path: string, specifier: string): string | undefined => {
  if (!isRelative(specifier)) return whyForbiddenModule(path, specifier);
  const to = target(path, specifier);
  if (!to.startsWith('src/')) return 'src/ imports nothing of ours outside of src/';
  return whyForbidden(path, to);
};

const importFaults = (path: string, refs: readonly Reference[]): string[] =>
  refs.flatMap(({ specifier, line }) => {
    const why = whyNot(path, specifier);
    return why ? [`${path}:${line}: imports ${specifier}: ${why}`] : [];
  });

const clockFaults = (path: string, { code }: SourceText): string[] => {
  if (path === clockFile) return [];
  return clockUses.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(
      (match) =>
        `${path}:${lineOf(code, match.index)}: uses ${match[0]}: time is a parameter: use core/clock`,
    ),
  );
};

const fileFaults = (path: string, source: string): string[] => {
  const faults: string[] = [];
  if (roomOf(path) === undefined) {
    faults.push(`${path}: is in no room of the house; add the room to test/support/house-rooms.ts`);
  }
  const lines = source.replace(/\n$/, '').split('\n').length;
  if (lines > longestFile) faults.push(`${path}: has ${lines} lines; split it (at most ${longestFile})`);
  return faults;
};

/** Everything in src/ that breaks the rules of the house, one line each; none where the house is in order. */
export const violations = (files: Sources): string[] => {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, source] of files) {
    const text = readSource(source);
    const refs = references(text);
    faults.push(...fileFaults(path, source), ...importFaults(path, refs), ...clockFaults(path, text));
    const targets = refs.filter((ref) => isRelative(ref.specifier)).map((ref) => target(path, ref.specifier));
    graph.set(path, targets);
  }
  for (const cycle of importCycles(graph)) {
    faults.push(`${cycle[0]}: imports itself in a ring: ${[...cycle, cycle[0]].join(' → ')}`);
  }
  return faults.sort();
};
