import { type Clock, sleep } from '../../core/clock.ts';
import { type Terminal, table } from '../terminal.ts';

/** Tells the story and keeps the score. */
export interface Narrator {
  chapter(title: string): Promise<void>;
  say(line: string): void;
  /** Puts one claim on the final table, with what shows it. */
  claim(what: string, holds: boolean, shown: string): void;
  /** The table of claims; true where every one holds. */
  summary(): boolean;
}

interface Claim {
  readonly what: string;
  readonly holds: boolean;
  readonly shown: string;
}

/** `pauseMs` is left between chapters, for people to read. */
export const createNarrator = (
  terminal: Terminal,
  { clock, pauseMs, json }: { clock: Clock; pauseMs: number; json: boolean },
): Narrator => {
  const claims: Claim[] = [];
  const tell = (text: string, fields: Readonly<Record<string, unknown>>) =>
    terminal.out(json ? JSON.stringify(fields) : text);
  return {
    async chapter(title) {
      if (claims.length > 0) await sleep(clock, pauseMs);
      tell(`\n== ${title}`, { chapter: title });
    },
    say: (line) => tell(`   ${line}`, { say: line }),
    claim(what, holds, shown) {
      claims.push({ what, holds, shown });
      tell(`   ${holds ? 'PROVED' : 'FAILED'}  ${what}: ${shown}`, { claim: what, holds, shown });
    },
    summary() {
      const rows = claims.map(({ what, holds, shown }) => [holds ? 'proved' : 'FAILED', what, shown]);
      tell(['', '== What was proved', ...table(rows).map((row) => `   ${row}`)].join('\n'), {
        summary: claims,
      });
      return claims.every(({ holds }) => holds);
    },
  };
};
