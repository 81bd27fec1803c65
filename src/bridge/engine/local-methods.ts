import { z } from 'zod';
import { localActions } from '../../core/outcome.ts';
import type { LocalReport } from '../../events/catalogue.ts';
import type { LocalExamination, LocalOrder } from '../../fence/local.ts';
import { method } from './method.ts';
import { caller, helloMethod, nothing, oneLine } from './service-methods.ts';
import type { EngineServices } from './services.ts';

/** What `local.sock` needs from the rest of the daemon. */
export interface LocalServices extends Pick<EngineServices, 'identity'> {
  /** Resolves only where this server still runs; what did not work is a value. May throw `fence.stopping`. */
  act(order: LocalOrder): Promise<LocalReport>;
  examine(): Promise<LocalExamination>;
}

const order = z.strictObject({
  action: z.enum(localActions),
  reason: oneLine,
  requester: caller.exactOptional(),
});

/**
 * The methods of `local.sock`: the actions on the own server, which have a socket, and so a permission, of their own.
 */
export const createLocalMethods = (services: LocalServices) => ({
  hello: helloMethod(services),
  'local.act': method(order, ({ action, reason, requester }, { peer }) =>
    services.act({ action, why: reason, requester: requester ?? peer.client() }),
  ),
  'local.check': method(nothing, () => services.examine()),
});
