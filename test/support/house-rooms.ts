/** The rooms of src/ by floor, as docs and design tell it: imports go down only. */
export const floors = [
  ['core'],
  ['events', 'config', 'io'],
  ['bmc', 'ups', 'lamp', 'snmp-trap', 'heartbeat', 'stop'],
  ['evidence', 'monitor', 'panel', 'fence', 'schedule'],
  ['bridge'],
  ['top'],
] as const;

/** Beside the floors: the simulators. */
const sim = 'sim';

/** Files that belong to no floor's room by their folder: the commands, and the two files that build the program. */
const topPaths = [/^src\/cli\//, /^src\/app(\.ts$|\/)/, /^src\/main\.ts$/];

/** Pure encode and decode: whoever needs the bytes may read them. */
const codecPaths = [/^src\/[^/]+\/codec(\.ts$|\/)/, /^src\/bmc\/ipmi\//];

/** A verdict that its neighbours on the floor may read. */
const evidenceReaders: readonly string[] = ['fence', 'schedule', 'panel'];

/** Rooms the simulators may use, beside the codecs. */
const simMayUse: readonly string[] = ['core', 'config', 'io'];

const matches = (patterns: readonly RegExp[], path: string): boolean =>
  patterns.some((pattern) => pattern.test(path));

export const isCodec = (path: string): boolean => matches(codecPaths, path);

/** The room a file of src/ is in, or undefined where the house has no such room. */
export const roomOf = (path: string): string | undefined => {
  if (matches(topPaths, path)) return 'top';
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  if (folder === sim) return sim;
  return floors.some((rooms) => (rooms as readonly string[]).includes(folder ?? '')) ? folder : undefined;
};

const floorOf = (room: string): number =>
  floors.findIndex((rooms) => (rooms as readonly string[]).includes(room));

/** Why a file may not import another file of src/, or undefined where it may. */
export const whyForbidden = (fromPath: string, toPath: string): string | undefined => {
  const from = roomOf(fromPath);
  const to = roomOf(toPath);
  if (from === undefined || to === undefined) return undefined;
  if (isCodec(fromPath)) {
    return to === 'core' || isCodec(toPath) ? undefined : 'a pure codec imports core and other codecs only';
  }
  if (from === to) return undefined;
  if (to === sim)
    return /^src\/cli\//.test(fromPath) ? undefined : 'only src/cli and test may import src/sim';
  if (from === sim) {
    if (simMayUse.includes(to) || isCodec(toPath)) return undefined;
    return `src/sim may import ${simMayUse.join(', ')} and pure codecs only`;
  }
  if (floorOf(to) < floorOf(from)) return undefined;
  if (floorOf(to) > floorOf(from)) return `${to} is above ${from}, and imports go down only`;
  if (isCodec(toPath)) return undefined;
  if (to === 'evidence' && evidenceReaders.includes(from)) return undefined;
  return `${from} and ${to} are rooms of one floor, and these do not import one another`;
};

/** Node's modules that reach outside of the process; core and the codecs do no I/O. */
const outside =
  /^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|readline|repl|tls|worker_threads)(\/|$)/;

/** Why a file may not import a module that is not ours, or undefined where it may. */
export const whyForbiddenModule = (fromPath: string, specifier: string): string | undefined => {
  if (/^(node:)?timers(\/|$)/.test(specifier)) return 'time is a parameter: use core/clock';
  if (!outside.test(specifier)) return undefined;
  if (roomOf(fromPath) === 'core') return 'core does no I/O';
  return isCodec(fromPath) ? 'a pure codec does no I/O' : undefined;
};
