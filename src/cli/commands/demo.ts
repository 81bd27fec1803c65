import { systemClock } from '../../core/clock.ts';
import { createNarrator } from '../demo/narrator.ts';
import { openStage, type Stage } from '../demo/stage.ts';
import { playStory } from '../demo/story.ts';
import { type ExitCode, exitCodes, explainFailure, type Terminal } from '../terminal.ts';

export interface DemoOptions {
  readonly speed?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const offDelayMs = 1_500;
const pauseMs = 1_500;
const fastest = 1000;

const invite = (terminal: Terminal, { socket }: Stage): void => {
  terminal.out('');
  terminal.out('   The daemon and its hardware go on until Ctrl-C. In another terminal:');
  for (const command of [
    'status',
    'doctor',
    'events',
    'fence server2 on',
    'fence server2 off',
    'identify server2 on',
  ]) {
    terminal.out(`     node bin/noroshi ${command} --socket ${socket}`);
  }
};

/** Resolves when the user, or the system, wants the demo to end. */
const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** Plays on the open stage. The stage falling apart or an interruption ends the play early. */
const play = async (
  terminal: Terminal,
  stage: Stage,
  options: DemoOptions,
  speed: number,
): Promise<ExitCode> => {
  const interrupted = untilInterrupted();
  const narrator = createNarrator(terminal, {
    clock: systemClock,
    pauseMs: pauseMs / speed,
    json: options.json === true,
  });
  const story = playStory({ clock: systemClock, stage, narrator }).then(() => 'told' as const);
  const how = await Promise.race([story, interrupted.then(() => 'interrupted' as const)]);
  if (how === 'interrupted') {
    story.catch(() => {});
    return exitCodes.failed;
  }
  const code = narrator.summary() ? exitCodes.done : exitCodes.failed;
  if (options.once) return code;
  if (!options.json) invite(terminal, stage);
  await Promise.race([interrupted, stage.daemon.ended]);
  return code;
};

/** `noroshi demo`: the real daemon and simulated hardware, and a story of a forced stop told over them. */
export const demoCommand = async (terminal: Terminal, options: DemoOptions): Promise<ExitCode> => {
  const speed = options.speed === undefined ? 1 : Number(options.speed);
  if (!(speed > 0 && speed <= fastest)) {
    terminal.error(`noroshi: --speed takes a number above 0 and up to ${fastest}, not "${options.speed}"`);
    return exitCodes.usage;
  }
  let stage: Stage | undefined;
  try {
    stage = await openStage(systemClock, offDelayMs / speed);
    return await play(terminal, stage, options, speed);
  } catch (error) {
    return explainFailure(terminal, error, options);
  } finally {
    await stage?.close();
  }
};
