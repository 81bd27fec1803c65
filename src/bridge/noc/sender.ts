import type { CallOffSignal } from '../../core/call-off.ts';
import type { Sent } from '../spool/sink.ts';
import type { Notice } from './notice.ts';

/** The way to one receiver of notices: SNMP, syslog, mail. As `send` of a sink; never twice at a time. */
export interface NoticeSender {
  /** Most notices in one `send`. */
  readonly window: number;
  /** What a notice that was taken proves: the receiver said so, or it left this machine and nobody objected. */
  readonly proof: 'answered' | 'sent';
  send(notices: readonly Notice[], signal: CallOffSignal): Promise<Sent>;
  close(): Promise<void>;
}
