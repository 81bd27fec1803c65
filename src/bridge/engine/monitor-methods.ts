import { z } from 'zod';
import { categoryPattern, keywordPattern, longestMonitorText, tidyText } from '../../core/monitor-names.ts';
import { method } from './method.ts';
import { caller, nothing, oneLine } from './service-methods.ts';
import type { EngineServices } from './services.ts';

const printable = (pattern: RegExp, longest: number) =>
  z
    .string()
    .regex(pattern, `printable ASCII, at most ${longest} characters, no space or dash at its beginning`);

const name = {
  category: printable(categoryPattern, longestMonitorText.category),
  keyword: printable(keywordPattern, longestMonitorText.keyword),
  server: z.string().min(1).max(253).exactOptional(),
};

/** What cannot be shown as it is must not be taken: messages end up in logs and on terminals. */
const message = oneLine
  .max(longestMonitorText.message)
  .refine(
    (text) => tidyText(text, longestMonitorText.message) === text.trim(),
    'has characters that hide or turn text',
  );

type MonitorServices = Pick<EngineServices, 'notifyMonitor' | 'monitors' | 'clearMonitor'>;

/** The methods of external-link monitors, for agents as well as for the engine. */
export const createMonitorMethods = (services: MonitorServices) => ({
  'monitor.notify': method(
    z
      .strictObject({
        ...name,
        message: message.exactOptional(),
        clear: z.boolean().exactOptional(),
        requester: caller.exactOptional(),
      })
      .refine(({ clear, message: text }) => !clear || text === undefined, {
        path: ['message'],
        error: 'a clear says nothing more',
      }),
    (params, { peer }) =>
      services.notifyMonitor({
        ...params,
        clear: params.clear ?? false,
        requester: params.requester ?? peer.client(),
      }),
  ),
  'monitor.list': method(nothing, () => services.monitors()),
  'monitor.clear': method(
    z.strictObject({ ...name, requester: caller.exactOptional() }),
    (params, { peer }) => services.clearMonitor({ ...params, requester: params.requester ?? peer.client() }),
  ),
});
