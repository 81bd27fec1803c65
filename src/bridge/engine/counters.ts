/**
 * Why a client lost its connection, or a request went unheard:
 * - `lineTooLong`, `badLines`: it does not speak this protocol,
 * - `notReading`: more than 4 MiB wait for it, or events waited 30 s without a sign of life,
 * - `consumerTakenOver`: another connection subscribed under the same consumer name,
 * - `journalFailed`: the events it waits for could not be read,
 * - `tooManyConnections`: it came when the socket was full,
 * - `madeRoom`: it had closed its sending side, and a new client needed the place,
 * - `tooManyRequests`: one request (not the connection) was refused.
 */
export type DropReason =
  | 'lineTooLong'
  | 'badLines'
  | 'notReading'
  | 'consumerTakenOver'
  | 'journalFailed'
  | 'tooManyConnections'
  | 'madeRoom'
  | 'tooManyRequests';

/** What one socket has seen since it was opened. */
export interface SocketCounters {
  /** Connections open now. */
  open: number;
  accepted: number;
  /** Valid requests and notifications, whatever came of them. */
  requests: number;
  /** Lines that were no request. */
  badLines: number;
  readonly dropped: Record<DropReason, number>;
}

export const createCounters = (): SocketCounters => ({
  open: 0,
  accepted: 0,
  requests: 0,
  badLines: 0,
  dropped: {
    lineTooLong: 0,
    badLines: 0,
    notReading: 0,
    consumerTakenOver: 0,
    journalFailed: 0,
    tooManyConnections: 0,
    madeRoom: 0,
    tooManyRequests: 0,
  },
});
