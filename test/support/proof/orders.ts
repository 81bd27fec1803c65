import type { Clock } from '../../../src/core/clock.ts';
import type { BmcPort, ChassisCommand, ControlReply } from '../../../src/core/ports.ts';

/** Who a port was handed out for; the job gets its name a moment later. */
export interface Owner {
  job: string;
}

/** One chassis control that a job handed to the driver. */
export interface Order {
  readonly server: string;
  readonly owner: Owner;
  readonly command: ChassisCommand;
  readonly atMs: number;
  /** Undefined while it is under way. */
  reply: ControlReply['kind'] | undefined;
}

/** The same port, with every order that goes through it written down. */
export const watched = (
  port: BmcPort,
  deps: { clock: Clock; server: string; owner: Owner; orders: Order[] },
): BmcPort => ({
  ...port,
  async open(limits) {
    const session = await port.open(limits);
    return {
      ...session,
      async control(command, within) {
        const { clock, server, owner, orders } = deps;
        const order: Order = { server, owner, command, atMs: clock.nowMs(), reply: undefined };
        orders.push(order);
        const reply = await session.control(command, within);
        order.reply = reply.kind;
        return reply;
      },
    };
  },
});

/** Whether the server may have done what was ordered. */
export const mayBeDone = ({ reply }: Order): boolean => reply !== 'rejected' && reply !== 'notSent';
