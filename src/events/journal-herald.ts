import type { Logger } from '../core/log.ts';
import type { NewEvent } from './catalogue.ts';
import type { Journal, JournalNews } from './journal.ts';
import type { View } from './view.ts';

export interface HeraldDeps {
  readonly journal: Pick<Journal, 'saveSnapshot'>;
  readonly log: Logger;
  readonly view: () => View;
  /** Records a fact where that is possible; never rejects. */
  readonly note: (event: NewEvent) => void;
  /** Makes room in the journal; never rejects. */
  readonly maintain: () => Promise<void>;
}

/** Says what befalls the journal: in the log, at once, and in the journal itself, as soon as it can. */
export interface Herald {
  announce(news: JournalNews): void;
  /** An event could not be recorded. */
  countLost(): void;
}

const source = 'journal';

export const createHerald = ({ journal, log, view, note, maintain }: HeraldDeps): Herald => {
  let lost = 0;

  const impaired = ({ reason, message }: JournalNews & { kind: 'impaired' }): void => {
    log.error({ reason, message }, 'the journal is impaired; forced power-offs go on');
    note({ type: 'journal.impaired', source, data: { reason, message } });
    if (reason === 'fullDisk') void maintain();
  };

  const recovered = ({ reason, since }: JournalNews & { kind: 'recovered' }): void => {
    log.info({ reason, since, lost }, 'the journal records everything again');
    note({ type: 'journal.recovered', source, data: { reason, since, lost } });
    lost = 0;
  };

  /** What this process still knows is saved at once; what a start finds replaced is gone. */
  const replaced = ({ movedTo }: JournalNews & { kind: 'replaced' }): void => {
    const known = view();
    const viewKept = known.seq > 0;
    const what = viewKept
      ? 'the events in it cannot be read any more'
      : 'its events, the pinned BMC identities and the offsets of consumers are lost; identities are pinned anew at the next proof';
    log.error({ movedTo, viewKept }, `the journal was damaged, so a new one was begun: ${what}`);
    if (viewKept) {
      journal
        .saveSnapshot(known.seq, known)
        .catch(() => log.error({ movedTo }, 'the pinned BMC identities could not be saved yet'));
    }
    note({ type: 'journal.replaced', source, data: { movedTo, viewKept } });
  };

  return {
    announce(news) {
      switch (news.kind) {
        case 'impaired':
          return impaired(news);
        case 'recovered':
          return recovered(news);
        case 'replaced':
          return replaced(news);
      }
    },
    countLost() {
      lost += 1;
    },
  };
};
