import type { ProgramEnd, ProgramRun } from '../io/program.ts';

const longestWords = 200;

/** The last line that a program wrote, which is where programs put why they failed; printable and short. */
const lastWords = ({ stdout, stderr }: ProgramRun): string => {
  const line = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
  const words = line.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return words === '' ? '' : `; it wrote last: ${words.slice(0, longestWords)}`;
};

const endWords = (end: ProgramEnd): string => {
  switch (end.kind) {
    case 'exit':
      return `ended with exit code ${end.code}`;
    case 'signal':
      return `was ended by ${end.name}`;
    case 'flooded':
      return 'wrote too much and was killed';
    case 'limit':
      return 'took too long and was killed';
    case 'calledOff':
      return 'was called off and killed';
    case 'notStarted':
      return `could not be started (${end.message})`;
  }
};

/** How a program ended and what it said last, as the end of a sentence that begins with its name. */
export const howItEnded = (run: ProgramRun): string => `${endWords(run.end)}${lastWords(run)}`;
