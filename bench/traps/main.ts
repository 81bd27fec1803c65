import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../fence/figures.ts';
import { type Contestant, climb, compare, type Measured } from './climb.ts';
import { createSender } from './rig.ts';
import { durableInforms, latency, storm } from './trials.ts';

/**
 * `npm run bench:traps [-- --json] [-- --seconds 5] [-- --rounds 3] [-- --only NAME]`: PET traps from 300 senders at rising
 * rates to a bare socket, our receiver, our daemon and Debian's snmptrapd that writes a file; then durable informs, the time
 * from a trap to its notification, and a storm. NAME is a receiver, `informs`, `latency` or `storm`.
 */

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};
const only = process.argv.indexOf('--only');
const wanted = (name: string): boolean => only < 0 || name === process.argv[only + 1];
const asJson = process.argv.includes('--json');
const seconds = option('--seconds', 5);
const rounds = option('--rounds', 3);

/** `alike` 100: a condition is told 100 times before it ends, as devices do that repeat their alarms. */
const contestants: readonly Contestant[] = [
  { name: 'a bare socket', receiver: 'floor', alike: 100 },
  { name: 'receiver', receiver: 'receiver', alike: 100 },
  { name: 'daemon', receiver: 'daemon', alike: 100 },
  { name: 'daemon, all news', receiver: 'daemon', alike: 1 },
  { name: 'snmptrapd', receiver: 'snmptrapd', alike: 100 },
];

const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-traps-'));
const send = createSender(folder);
const tell = (line: object): void => {
  if (!asJson) console.log(JSON.stringify(line));
};

const competing = contestants.filter(({ name }) => wanted(name));
const all: Measured[] = [];
const informRates: Awaited<ReturnType<typeof durableInforms>>[] = [];
for (let run = 0; run < rounds; run += 1) {
  for (const one of competing) all.push(await climb(one, folder, send, seconds, tell));
  if (wanted('informs')) informRates.push(await durableInforms(folder, send));
}
const figures = {
  ...{ receivers: compare(competing, all, 'snmptrapd'), seconds, rounds },
  ...(wanted('informs') && {
    informs: {
      durablePerSecond: median(informRates.map(({ perSecond }) => perSecond)),
      lost: informRates.reduce((sum, { lost }) => sum + lost, 0),
      notNews: informRates.reduce((sum, { notNews }) => sum + notNews, 0),
    },
  }),
  ...(wanted('latency') && { latency: await latency(folder, send, 4 * seconds) }),
  ...(wanted('storm') && { storm: await storm(folder, send, 2 * seconds) }),
};
rmSync(folder, { recursive: true, force: true });

if (asJson) console.log(JSON.stringify(figures));
else {
  console.table(figures.receivers);
  for (const [name, value] of Object.entries(figures)) if (name !== 'receivers') console.log(name, value);
}
process.exit(0);
