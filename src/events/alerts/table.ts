import type { FenceAction } from '../../core/outcome.ts';
import type { EventData } from '../catalogue.ts';
import { localRows } from './local-rows.ts';
import { monitorRows } from './monitor-rows.ts';
import type { AlertRow } from './row.ts';
import { trapRows } from './trap-rows.ts';

type Requested = EventData<'fence.requested'>;
type Finished = EventData<'fence.finished'>;
type ScriptEnded = EventData<'fence.scriptEnded'>;

/** A chain without the BMC asks no BMC to power off. */
const requested = (action: FenceAction) => (data: Requested) =>
  data.action === action && !data.withoutBmc ? [data.server] : undefined;

const why = ({ outcome, reason }: Finished): string => reason?.code ?? outcome;

/** Only *off* that was read ends a forced stop well; a proof that comes late is a fact of its own. */
const notFenced = (action: FenceAction) => (data: Finished) =>
  data.action === action && !data.fenced ? [data.server, why(data)] : undefined;

/** Of an impulse nothing more than its acceptance can be had. */
const notAccepted = (action: FenceAction) => (data: Finished) =>
  data.action === action && !data.accepted ? [data.server, why(data)] : undefined;

const stopFailed = (data: Finished) => notFenced('off')(data) ?? notFenced('cycle')(data);

const scriptFailed = ({ result, server, exitCode }: ScriptEnded) => {
  if (result === 'notStarted') return [server, 'script.notStarted'];
  return result === 'failed' ? [server, String(exitCode ?? 'script.failed')] : undefined;
};

const scriptCame = (to: ScriptEnded['result']) => (data: ScriptEnded) =>
  data.result === to ? [data.server] : undefined;

/**
 * The one place that says which of our events CLUSTERPRO X has an alert for. Modules, IDs and levels are the
 * product's (list of alert destinations, X 4.2 for Linux); the texts are ours. An event without a true counterpart
 * there has no row: identify lamps, warm sessions, journals, a late proof.
 */
export const alertTable: readonly AlertRow[] = [
  {
    on: 'fence.requested',
    module: 'rc',
    id: 400,
    level: 'info',
    when: 'a power-off through the BMC was requested',
    values: requested('off'),
    text: {
      en: 'Power-off of server %1 through its BMC was requested.',
      ja: 'サーバ %1 の強制停止 (BMC パワーオフ) が要求されました。',
    },
  },
  {
    on: 'fence.requested',
    module: 'rc',
    id: 401,
    level: 'info',
    when: 'a power cycle was requested',
    values: requested('cycle'),
    text: {
      en: 'Power cycle of server %1 through its BMC was requested.',
      ja: 'サーバ %1 の強制停止 (BMC パワーサイクル) が要求されました。',
    },
  },
  {
    on: 'fence.requested',
    module: 'rc',
    id: 402,
    level: 'info',
    when: 'a reset was requested',
    values: requested('reset'),
    text: {
      en: 'Reset of server %1 through its BMC was requested.',
      ja: 'サーバ %1 の強制停止 (BMC リセット) が要求されました。',
    },
  },
  {
    on: 'fence.requested',
    module: 'rc',
    id: 403,
    level: 'info',
    when: 'an NMI was requested',
    values: requested('nmi'),
    text: {
      en: 'An NMI for server %1 through its BMC was requested.',
      ja: 'サーバ %1 の強制停止 (BMC NMI) が要求されました。',
    },
  },
  {
    on: 'fence.scriptStarted',
    module: 'rc',
    id: 411,
    level: 'info',
    when: 'the forced-stop script runs',
    values: ({ server }) => [server],
    text: {
      en: 'The forced-stop script for server %1 was started.',
      ja: 'サーバ %1 の強制停止スクリプトを開始しました。',
    },
  },
  {
    on: 'fence.scriptEnded',
    module: 'rc',
    id: 412,
    level: 'info',
    when: 'the script ended with exit code 0, which alone proves nothing',
    values: scriptCame('completed'),
    text: {
      en: 'The forced-stop script for server %1 completed.',
      ja: 'サーバ %1 の強制停止スクリプトが完了しました。',
    },
  },
  {
    on: 'fence.finished',
    module: 'rc',
    id: 420,
    level: 'error',
    when: 'a power-off ended without a proof of *off*; %2 is the error code',
    values: notFenced('off'),
    text: {
      en: 'Power-off of server %1 failed: it was not proved to be off (%2).',
      ja: 'サーバ %1 のパワーオフに失敗しました。電源オフを確認できません (%2)。',
    },
  },
  {
    on: 'fence.finished',
    module: 'rc',
    id: 421,
    level: 'error',
    when: 'a power cycle ended without a proof of *off*; %2 is the error code',
    values: notFenced('cycle'),
    text: {
      en: 'Power cycle of server %1 failed: it was not proved to be off (%2).',
      ja: 'サーバ %1 のパワーサイクルに失敗しました。電源オフを確認できません (%2)。',
    },
  },
  {
    on: 'fence.finished',
    module: 'rc',
    id: 422,
    level: 'error',
    when: 'no BMC accepted the reset; %2 is the error code',
    values: notAccepted('reset'),
    text: {
      en: 'Reset of server %1 failed: its BMC was not seen to accept it (%2).',
      ja: 'サーバ %1 のリセットに失敗しました。BMC による受け付けを確認できません (%2)。',
    },
  },
  {
    on: 'fence.finished',
    module: 'rc',
    id: 423,
    level: 'error',
    when: 'no BMC accepted the NMI; %2 is the error code',
    values: notAccepted('nmi'),
    text: {
      en: 'The NMI for server %1 failed: its BMC was not seen to accept it (%2).',
      ja: 'サーバ %1 への NMI に失敗しました。BMC による受け付けを確認できません (%2)。',
    },
  },
  {
    on: 'fence.scriptEnded',
    module: 'rc',
    id: 431,
    level: 'error',
    when: 'the script failed or could not be started; %2 is its exit code, or the error code where it has none',
    values: scriptFailed,
    text: {
      en: 'The forced-stop script for server %1 failed (%2).',
      ja: 'サーバ %1 の強制停止スクリプトが失敗しました (%2)。',
    },
  },
  {
    on: 'fence.scriptEnded',
    module: 'rc',
    id: 432,
    level: 'error',
    when: 'the script took too long and was killed',
    values: scriptCame('timedOut'),
    text: {
      en: 'The forced-stop script for server %1 timed out.',
      ja: 'サーバ %1 の強制停止スクリプトがタイムアウトしました。',
    },
  },
  {
    on: 'fence.finished',
    module: 'rc',
    id: 433,
    level: 'warning',
    when: 'beside 420 or 421. In the product it says that the failover was cancelled; here the engine is told, and it decides',
    values: stopFailed,
    text: {
      en: 'The groups of server %1 must not fail over, because its forced stop failed (%2). The cluster engine decides.',
      ja: 'サーバ %1 の強制停止に失敗したため、グループをフェイルオーバしてはなりません (%2)。抑制の判断はクラスタエンジンが行います。',
    },
  },
  ...localRows,
  ...trapRows,
  ...monitorRows,
];
