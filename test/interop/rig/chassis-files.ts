/** One thing the simulated BMC did to its server. */
export interface ChassisSet {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly what: 'power' | 'reset' | 'shutdown' | 'identify';
  /** power: 0 or 1; identify: seconds (0 is off, unless forced); the others: 1. */
  readonly value: number;
  /** identify only: on until told otherwise. */
  readonly forced: boolean;
}

/** The lines a writer has finished. */
const wholeLines = (text: string): string[] => text.split('\n').slice(0, -1);

/** Reads the hook's log: `<seconds since 1970> <what> <value> [<force>]`. */
export const parseChassisLog = (text: string): ChassisSet[] =>
  wholeLines(text).map((line) => {
    const [seconds, what, value, force] = line.split(' ');
    return {
      at: Number(seconds) * 1000,
      what: what as ChassisSet['what'],
      value: Number(value),
      forced: force === '1',
    };
  });

/** Seconds of uptime, as /proc/uptime begins, in hundredths. */
const hundredths = (uptime: string): number => Math.round(Number(uptime.split(' ')[0]) * 100);

/** The power the hook would report: a server whose slow power-off has not ended is still on. */
export const powerNow = (powerFile: string, uptime: string): 0 | 1 => {
  const [power, until] = (wholeLines(powerFile).at(-1) ?? '').split(' ').map(Number);
  return power === 1 || hundredths(uptime) < (until ?? 0) ? 1 : 0;
};
