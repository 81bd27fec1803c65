import { z } from 'zod';

const perSecond = z.number().min(0.1).max(100_000);

const storm = z
  .strictObject({
    windowSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(10)
      .describe('Seconds over which traps are counted; the rates below are over one such window.'),
    sourcePerSecond: perSecond
      .default(10)
      .describe('Traps per second of one sender beyond which they are only counted.'),
    sourceRearmPerSecond: perSecond
      .default(2)
      .describe('Traps per second of that sender at which its storm is over.'),
    overallPerSecond: perSecond.default(500).describe('The same for all senders together.'),
    overallRearmPerSecond: perSecond.default(200).describe('The same for all senders together.'),
  })
  .prefault({})
  .describe('When a flood of traps is told by its numbers. What ends an open condition is always told.');

/** Keys of the `traps` section that say what becomes of a trap once it is received; they change at a restart. */
export const trapJudgeKeys = {
  dedupSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(150)
    .describe(
      'Repeats of a trap that follow one another within these seconds are one event, and one more with their count.',
    ),
  unknownSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(3600)
    .describe('The same for traps that no rule knows, for each sender and kind.'),
  storm,
};
