import { afterAll } from 'vitest';

/** Something a test file started and must not leave behind. */
export interface Ending {
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it at once; for a process that is exiting and cannot wait. */
  kill(): void;
}

const open = new Set<Ending>();

/** Registers an ending for this test file; call the returned function once it is over. */
export const atEnd = (ending: Ending): (() => void) => {
  open.add(ending);
  return () => void open.delete(ending);
};

afterAll(async () => {
  await Promise.all([...open].map((ending) => ending.stop()));
});

process.on('exit', () => {
  for (const ending of open) ending.kill();
});
