import type { Random } from '../../../src/sim/random.ts';
import { forged, link, news, type Saying, unheardOf, upsAlarm, upsAlarms } from './senders.ts';

/** How hard it storms: bursts of so many traps per second, so long, once in each cycle. */
export interface Weather {
  readonly burstPerSecond: number;
  readonly burstSeconds: number;
  readonly cycleSeconds: number;
  /** What the noisy ones send between the bursts. */
  readonly calmPerSecond: number;
}

export interface Said {
  readonly source: string;
  readonly saying: Saying;
}

const block = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `192.0.2.${first + index}`);

/** Those who speak rarely, and whose every word counts. */
export const quiet = block(1, 24);
/** A few links each, up and down without end. */
export const flapping = block(101, 4);
const noisy = block(111, 4);
/** Thousands of links each go down and never come up: beyond every bound. */
export const endless = block(121, 2);
const unheard = block(131, 1);
const stranger = '198.51.100.7';

/** The server that each sender who is taken belongs to. */
export const servers: ReadonlyMap<string, string> = new Map(
  [...quiet, ...flapping, ...noisy, ...endless, ...unheard].map((address) => [
    address,
    `server-${address.split('.').at(-1)}`,
  ]),
);

const linksOfQuiet = 6;
const linksOfFlapping = 10;
/** On average a quiet sender speaks this often. */
const quietEverySeconds = 60;

export const createStory = (random: Random, isOpen: (source: string, key: string) => boolean) => {
  const below = (count: number): number => Math.floor(random() * count);
  const one = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;

  /** The other state of a condition, but once in five times the same again. */
  const turn = (source: string, say: (begins: boolean) => Saying): Said => {
    const now = isOpen(source, say(true).condition?.key ?? '');
    return { source, saying: say(random() < 0.2 ? now : !now) };
  };
  const quietWord = (source: string): Said => {
    const kind = random() < 0.5 ? 'inform' : 'trap';
    if (random() < 0.3) {
      const which = below(upsAlarms);
      return turn(source, (begins) => upsAlarm(begins, which, kind));
    }
    const index = 1 + below(linksOfQuiet);
    return turn(source, (begins) => link(begins, index, kind));
  };
  const noise = (): Said => {
    const dice = random();
    if (dice < 0.35) return { source: one(noisy), saying: news(one([1, 2, 5])) };
    if (dice < 0.6)
      return { source: one(flapping), saying: link(random() < 0.5, 1 + below(linksOfFlapping), 'trap') };
    if (dice < 0.85) return { source: one(endless), saying: link(true, 1 + below(5_000), 'trap') };
    if (dice < 0.95) return { source: one(unheard), saying: unheardOf(below(3_000)) };
    return dice < 0.975 ? { source: one(noisy), saying: forged } : { source: stranger, saying: news(1) };
  };

  return {
    /** What the quiet ones say in one second. */
    quietSecond: (): Said[] =>
      quiet.filter(() => random() < 1 / quietEverySeconds).map((source) => quietWord(source)),
    /** What the others say in the given second of the storm; each is made when it is sent. */
    *noisySecond(second: number, weather: Weather): Generator<Said> {
      const isBurst = second % weather.cycleSeconds < weather.burstSeconds;
      const count = isBurst ? weather.burstPerSecond : weather.calmPerSecond;
      for (let sent = 0; sent < count; sent += 1) yield noise();
    },
  };
};
export type Story = ReturnType<typeof createStory>;
