// A process that appends for ever and prints what was acknowledged, for tests that kill it.
// Arguments: URL of the built events room, state directory. Prints the error code if it cannot open.
const [, , builtEvents, directory] = process.argv;
const { openJournal } = await import(new URL('journal-thread.js', builtEvents));
const { systemClock } = await import(new URL('../core/clock.js', builtEvents));

const retention = { maxAgeDays: 30, maxSizeMiB: 64 };
const journal = await openJournal({ directory, retention, clock: systemClock }).catch((error) => {
  console.log(error.code);
  process.exit(1);
});

const appendForEver = async (writer) => {
  for (let count = 0; ; count += 1) {
    const server = `${process.pid}-${writer}-${count}`;
    const { seq } = await journal.append({ type: 'bmc.answered', source: 'test', data: { server } });
    console.log(`${seq} ${server}`);
  }
};
for (let writer = 0; writer < 20; writer += 1) void appendForEver(writer);
