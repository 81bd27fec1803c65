import type { Fact, Meaning } from '../../src/evidence/facts.ts';
import { defaultEvidenceLimits } from '../../src/evidence/limits.ts';
import { type Judgement, judge } from '../../src/evidence/verdict.ts';
import { type EvidenceRow, evidenceAfter, evidenceRows, lifeAfterWord, pathStates } from './evidence-rows.ts';
import {
  againWords,
  confirmWords,
  introduction,
  limitWords,
  meaningWords,
  tableWords,
} from './evidence-words.ts';
import { code, table } from './markdown.ts';

const verdictText = ({ verdict, by }: Judgement): string =>
  `${code(verdict)}${by === undefined ? '' : `, by ${by}`}`;

const cells = ({ states, evidence }: EvidenceRow): string[] => [
  states.bmc,
  states.engine,
  verdictText(evidence),
  evidence.why,
];

const head = ['BMC', 'Engine', 'Verdict', 'Why'];

const section = (title: string, rows: readonly EvidenceRow[]): string =>
  `### ${title}\n\n${table(head, rows.map(cells))}`;

const sections = (rows: readonly EvidenceRow[]): string[] =>
  pathStates.power.flatMap((power) =>
    pathStates.operator.map((operator) => {
      const said = operator === 'off' ? ", the operator's word: off" : '';
      return section(
        `Power: ${power}${said}`,
        rows.filter(({ states }) => states.power === power && states.operator === operator),
      );
    }),
  );

const again = (): string =>
  table(
    ['Power, again', 'Engine, again', 'BMC before', 'Verdict', 'Why'],
    lifeAfterWord().map(({ states, evidence }) => [
      states.power === 'on' ? 'on' : '-',
      states.engine === 'up' ? 'up' : '-',
      states.bmc,
      verdictText(evidence),
      evidence.why,
    ]),
  );

const seconds = (ms: number): string => `${ms / 1000} s`;

const limits = (): string => {
  const { powerMs, bmcMs, engineMs, powerOnMs } = defaultEvidenceLimits;
  return table(
    ['Fact', 'Limit', 'Why'],
    [
      [
        'power as the BMC read it',
        seconds(powerMs),
        'two background checks at 300 s, and a minute for a late one',
      ],
      ['whether the BMC answers', seconds(bmcMs), 'it is asked in the same checks'],
      [
        "the engine's report",
        seconds(engineMs),
        'engines find a lost node within about 90 s; three of these. An engine that wants to be heard repeats its reports',
      ],
      [
        "the operator's word",
        'none',
        'it stands until life is seen; a person who went to look does not come back every ten minutes',
      ],
      [
        'a power-on that was not seen done',
        `${seconds(powerOnMs)} after the deadline of its job`,
        'as long as a forced stop holds it possible',
      ],
    ],
  );
};

export const meanings = [
  'life',
  'off',
  'noPower',
  'standby',
  'silence',
] as const satisfies readonly Meaning[];

/** A fact that shows one thing, and has no more to it. */
const bare = (shows: Meaning): Fact => ({
  ...{ path: 'power', state: shows, shows, source: 'example', ageMs: 0, fresh: true },
  says: `a path shows ${shows}`,
});

const subsets = (): (readonly Meaning[])[] =>
  meanings.reduce<(readonly Meaning[])[]>(
    (sets, meaning) => sets.flatMap((set) => [[...set, meaning], set]),
    [[]],
  );

const byMeaning = (): string =>
  table(
    [...meanings, 'Verdict'],
    subsets().map((set) => [
      ...meanings.map((meaning) => (set.includes(meaning) ? 'yes' : '-')),
      code(judge(set.map(bare)).verdict),
    ]),
  );

/** docs/evidence.md: what every combination of words comes to, and why. */
export const renderEvidenceDoc = (): string => {
  const self = evidenceAfter([], 0, { self: true });
  return `${[
    introduction,
    limits(),
    limitWords,
    confirmWords,
    tableWords,
    ...sections(evidenceRows()),
    againWords,
    again(),
    `### The server this gateway runs on\n\nWhatever the other paths say: ${verdictText(self)}: ${self.why}`,
    meaningWords,
    byMeaning(),
  ].join('\n\n')}\n`;
};
