/** Which files each file imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The shortest way from a file back to itself, or undefined where there is none. */
const wayBack = (graph: ImportGraph, start: string): string[] | undefined => {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return unwind(cameFrom, start, file);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      waiting.push(next);
    }
  }
  return undefined;
};

const unwind = (cameFrom: ReadonlyMap<string, string>, start: string, last: string): string[] => {
  const way = [last];
  for (let file = last; file !== start; ) {
    file = cameFrom.get(file) ?? start;
    way.unshift(file);
  }
  return way;
};

/** One cycle for every group of files that import one another in a ring, told once each. */
export const importCycles = (graph: ImportGraph): string[][] => {
  const told = new Set<string>();
  const cycles: string[][] = [];
  for (const file of [...graph.keys()].sort()) {
    if (told.has(file)) continue;
    const cycle = wayBack(graph, file);
    if (!cycle) continue;
    for (const member of cycle) told.add(member);
    cycles.push(cycle);
  }
  return cycles;
};
