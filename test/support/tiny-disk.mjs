// Fills a small disk for real, and goes on recording forced stops while another writer takes every byte
// that is left. Arguments: URL of the built events room, an empty file system. Prints one line of JSON.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [, , builtEvents, disk] = process.argv;
const { openJournal } = await import(new URL('journal-thread.js', builtEvents));
const { systemClock } = await import(new URL('../core/clock.js', builtEvents));

const retention = { maxAgeDays: 30, maxSizeMiB: 64 };
const journal = await openJournal({ directory: `${disk}/state`, retention, clock: systemClock });
const news = [];
journal.watch(({ kind, reason }) => void news.push(`${kind} ${reason}`));

const hog = openSync(`${disk}/hog`, 'w');
const takeAll = () => {
  try {
    for (;;) writeSync(hog, Buffer.alloc(4_096));
  } catch {
    // The disk is full: that is the purpose.
  }
};
const requested = (job) => ({
  type: 'fence.requested',
  source: 'fence',
  data: { job, server: 'server1', action: 'off', requester: 'test', deadlineMs: 1_000 },
});
const other = { type: 'cluster.reported', source: 'test', data: { node: 'a', state: 'up', requester: 'b' } };

takeAll();
const seqs = [];
try {
  for (let count = 0; count < 100_000; count += 1) {
    seqs.push((await journal.append(requested(`job${count}`))).seq);
    takeAll();
  }
} catch {
  // The room that was held back is used up.
}
const refused = await journal.append(other).catch(({ code }) => code);
closeSync(hog);
rmSync(`${disk}/hog`);
while (journal.condition().state !== 'ok') await pause(50);
const taken = await journal.append(other);
const kept = (await journal.read({ types: ['fence.*'], limit: 10_000 })).map(({ seq }) => seq);
await journal.close();
console.log(JSON.stringify({ news, seqs, kept, refused, taken }));
