import type { EventData } from '../../events/catalogue.ts';
import { monitorNotices } from './monitor-notices.ts';
import { clear, note, type Rows, raise, silent } from './notice-part.ts';
import { trapNotices } from './trap-notices.ts';

const stopFailed = ({ server, action, reason, outcome }: EventData<'fence.finished'>) =>
  raise(
    'fence',
    `Forced stop (${action}) of ${server} FAILED: it was not proved to be off (${reason?.code ?? outcome}). It must not be taken over from.`,
    `サーバ ${server} の強制停止 (${action}) に失敗しました。電源オフを確認できません (${reason?.code ?? outcome})。業務を引き継いではなりません。`,
  );

const actionEnded = ({ server, action, outcome, accepted, reason }: EventData<'fence.finished'>) => {
  const came = accepted ? 'accepted' : `${outcome}${reason ? `, ${reason.code}` : ''}`;
  return note(
    `fence-${action}`,
    `Forced action ${action} on ${server}: ${came}.`,
    `サーバ ${server} への強制操作 ${action}: ${came}。`,
  );
};

/** *Off* that was read clears the failure of an earlier attempt. */
const isOff = (server: string) =>
  clear(
    'fence',
    'critical',
    `${server} is off: its forced stop is proved.`,
    `サーバ ${server} の電源オフを確認しました (強制停止)。`,
  );

/**
 * What every type of event says to the NOC. A new type of event is one row here; what it raises, another row clears
 * under the same `what`.
 */
export const noticeRows: Rows = {
  'gateway.started': ({ node, version }) =>
    note(
      'gateway',
      `The gateway on ${node} started (${version}).`,
      `${node} のゲートウェイが起動しました (${version})。`,
    ),
  'gateway.stopped': ({ node }) =>
    note('gateway', `The gateway on ${node} was stopped.`, `${node} のゲートウェイが停止しました。`),
  'config.reloaded': () =>
    clear('config', 'warning', 'A new configuration is in force.', '新しい設定を反映しました。'),
  'config.rejected': ({ problems: [first = ''] }) =>
    raise(
      'config',
      `A new configuration was rejected; the old one stays: ${first}`,
      `新しい設定を拒否し、以前の設定を継続します: ${first}`,
    ),
  'journal.impaired': ({ reason, message }) =>
    raise(
      'journal',
      `The journal cannot record (${reason}); forced stops go on. ${message}`,
      `ジャーナルに記録できません (${reason})。強制停止は継続します。${message}`,
    ),
  'journal.recovered': ({ lost }) =>
    clear(
      'journal',
      'critical',
      `The journal records again; ${lost} events were lost.`,
      `ジャーナルの記録を再開しました。失われたイベント: ${lost} 件。`,
    ),
  'journal.replaced': ({ movedTo }) =>
    note(
      'journal-replaced',
      `The journal was damaged; a new one was begun, and the old one is ${movedTo}.`,
      `ジャーナルが破損していたため新しく開始しました。破損ファイル: ${movedTo}`,
    ),
  'fence.requested': ({ server, action, requester }) =>
    note(
      'fence-requested',
      `Forced action ${action} on ${server} was requested by ${requester}.`,
      `サーバ ${server} への強制操作 ${action} が要求されました (要求元 ${requester})。`,
    ),
  'fence.joined': silent,
  'fence.scriptStarted': silent,
  'fence.scriptEnded': ({ server, result }) =>
    result === 'completed'
      ? undefined
      : note(
          'fence-script',
          `The forced-stop script for ${server} did not do its work (${result}).`,
          `サーバ ${server} の強制停止スクリプトが正常終了しませんでした (${result})。`,
        ),
  'fence.finished': (data) => {
    if (data.action === 'status') return undefined;
    if (data.action !== 'off' && data.action !== 'cycle') return actionEnded(data);
    return data.fenced ? isOff(data.server) : stopFailed(data);
  },
  'fence.provedLate': ({ server, proof }) => (proof.power === 'off' ? isOff(server) : undefined),
  'fence.contradicted': ({ server, seen, proof }) =>
    note(
      'contradiction',
      `${server} was held to be off (${proof.by}), but shows life: ${seen}. Two servers may be writing to one disk.`,
      `停止済みと判断したサーバ ${server} (${proof.by}) が動作している兆候があります: ${seen}。二重書き込みの恐れがあります。`,
    ),
  'fence.restarted': ({ server, restart }) =>
    note(
      'fence-restart',
      `Power-on of ${server} after its forced stop: ${restart.outcome}.`,
      `強制停止後のサーバ ${server} の電源投入: ${restart.outcome}。`,
    ),
  'local.refused': ({ server, action, reason }) =>
    note(
      'local',
      `Local action ${action} of ${server} was refused (${reason.code}).`,
      `自サーバ ${server} の ${action} を拒否しました (${reason.code})。`,
    ),
  'local.requested': ({ server, action, requester }) =>
    note(
      'local',
      `Local action ${action} of ${server} was requested by ${requester}.`,
      `自サーバ ${server} の ${action} が要求されました (要求元 ${requester})。`,
    ),
  'local.finished': ({ server, action, reason }) =>
    note(
      'local',
      `Local action ${action} of ${server} FAILED: it still runs (${reason.code}).`,
      `自サーバ ${server} の ${action} に失敗しました。まだ動作しています (${reason.code})。`,
    ),
  'local.interrupted': ({ server, action }) =>
    note(
      'local',
      `${server} is back after local action ${action}.`,
      `自サーバ ${server} は ${action} の後に復帰しました。`,
    ),
  'server.powerChanged': ({ server, power }) =>
    note('power', `The power of ${server} was read ${power}.`, `サーバ ${server} の電源: ${power}`),
  'server.confirmedOff': ({ server, requester, reason }) =>
    clear(
      'fence',
      'critical',
      `${requester} says that ${server} is off: ${reason}`,
      `${requester} がサーバ ${server} の停止を確認しました: ${reason}`,
    ),
  'server.readinessChanged': ({ server, ready, reason }) =>
    ready
      ? clear(
          'readiness',
          'warning',
          `A forced stop of ${server} would work again.`,
          `サーバ ${server} の強制停止が可能になりました。`,
        )
      : raise(
          'readiness',
          `A forced stop of ${server} would NOT work: ${reason?.message ?? 'unknown'}`,
          `サーバ ${server} の強制停止ができない状態です: ${reason?.message ?? 'unknown'}`,
        ),
  'bmc.answered': ({ server }) =>
    clear('bmc', 'warning', `The BMC of ${server} answers.`, `サーバ ${server} の BMC が応答しました。`),
  'bmc.unreachable': ({ server, reason }) =>
    raise(
      'bmc',
      `The BMC of ${server} does not answer: ${reason.message}`,
      `サーバ ${server} の BMC が応答しません: ${reason.message}`,
    ),
  'bmc.refused': ({ server, reason }) =>
    raise(
      'bmc',
      `The BMC of ${server} refuses: ${reason.message}`,
      `サーバ ${server} の BMC に拒否されました: ${reason.message}`,
    ),
  'bmc.rechecked': silent,
  'bmc.identityPinned': silent,
  'bmc.identityForgotten': ({ server, requester }) =>
    note(
      'bmc-identity',
      `${requester} had the BMC of ${server} forgotten; the next proof remembers anew.`,
      `サーバ ${server} の BMC 識別子を消去しました (要求元 ${requester})。`,
    ),
  'bmc.identityMismatched': ({ server, found }) =>
    raise(
      'bmc',
      `Another machine (${found}) answers at the BMC address of ${server}; nothing is sent to it.`,
      `サーバ ${server} の BMC アドレスで別の機器 (${found}) が応答しています。操作は送信しません。`,
    ),
  'bmc.cipherZeroChanged': ({ server, accepted }) =>
    accepted
      ? raise(
          'cipher-zero',
          `The BMC of ${server} takes orders without a password (cipher suite 0).`,
          `サーバ ${server} の BMC はパスワードなしで操作できます (cipher suite 0)。`,
        )
      : clear(
          'cipher-zero',
          'warning',
          `The BMC of ${server} wants a password again.`,
          `サーバ ${server} の BMC の cipher suite 0 は無効になりました。`,
        ),
  'identify.changed': silent,
  'maintenance.began': ({ server, until, requester }) =>
    note(
      'maintenance',
      `${server} is in maintenance until ${until} (${requester}); only forced stops are told.`,
      `サーバ ${server} は ${until} まで保守中です (${requester})。強制停止のみ通知します。`,
    ),
  'maintenance.ended': ({ server }) =>
    note('maintenance', `The maintenance of ${server} is over.`, `サーバ ${server} の保守が終了しました。`),
  'sink.failing': ({ sink, reason }) =>
    raise(
      `sink-${sink}`,
      `Nothing can be sent to ${sink}: ${reason}`,
      `通知先 ${sink} に送信できません: ${reason}`,
    ),
  'sink.recovered': ({ sink, since, sent }) =>
    clear(
      `sink-${sink}`,
      'warning',
      `${sink} takes messages again after ${since}; ${sent} had waited.`,
      `通知先 ${sink} への送信を再開しました (${since} から)。送信済み: ${sent} 件。`,
    ),
  'sink.removed': ({ sink, since }) =>
    clear(
      `sink-${sink}`,
      'warning',
      `${sink}, to which nothing could be sent since ${since}, is no longer configured.`,
      `通知先 ${sink} (${since} から送信不可) は設定から削除されました。`,
    ),
  'sink.gap': ({ sink, from, to }) =>
    note(
      `sink-${sink}-gap`,
      `Events ${from} to ${to} were dropped before ${sink} took them.`,
      `通知先 ${sink} に送信する前にイベント ${from} から ${to} が失われました。`,
    ),
  ...trapNotices,
  ...monitorNotices,
  'cluster.reported': ({ node, state, requester }) =>
    note('cluster', `${requester} reports ${node} ${state}.`, `${requester} の報告: ${node} は ${state}。`),
};
