import type { EventData } from '../catalogue.ts';
import type { AlertRow } from './row.ts';

type LocalAction = EventData<'local.requested'>['action'];

interface Numbers {
  readonly action: LocalAction;
  /** The product's IDs of the request, and of its failure. */
  readonly requested: number;
  readonly failed: number;
  readonly en: string;
  readonly ja: string;
}

/** The product's order: reset, power off, power cycle, NMI (module apisv). */
const numbers: readonly Numbers[] = [
  { action: 'reset', requested: 18, failed: 118, en: 'Reset', ja: 'リセット' },
  { action: 'off', requested: 19, failed: 119, en: 'Power-off', ja: 'パワーオフ' },
  { action: 'cycle', requested: 20, failed: 120, en: 'Power cycle', ja: 'パワーサイクル' },
  { action: 'nmi', requested: 21, failed: 121, en: 'NMI', ja: 'NMI' },
];

const rowsFor = ({ action, requested, failed, en, ja }: Numbers): readonly AlertRow[] => {
  const failure = {
    module: 'apisv',
    id: failed,
    level: 'error',
    text: {
      en: `${en} of this server (%1) failed (%2).`,
      ja: `自サーバ %1 の${ja}に失敗しました (%2)。`,
    },
  } as const;
  return [
    {
      on: 'local.requested',
      module: 'apisv',
      id: requested,
      level: 'info',
      when: `${en} of the gateway's own server was requested`,
      values: (data) => (data.action === action ? [data.server] : undefined),
      text: {
        en: `${en} of this server (%1) was requested.`,
        ja: `自サーバ %1 の${ja}が要求されました。`,
      },
    },
    {
      ...failure,
      on: 'local.finished',
      when: 'the server still runs; %2 is the error code',
      values: (data) => (data.action === action ? [data.server, data.reason.code] : undefined),
    },
    {
      ...failure,
      on: 'local.refused',
      when: 'it was refused; %2 is the error code',
      values: (data) => (data.action === action ? [data.server, data.reason.code] : undefined),
    },
  ];
};

/** Alerts of actions on the server that the gateway runs on. */
export const localRows: readonly AlertRow[] = numbers.flatMap(rowsFor);
