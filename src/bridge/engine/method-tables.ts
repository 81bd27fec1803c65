import type { Journal } from '../../events/journal.ts';
import { createEventMethods } from './event-methods.ts';
import { createLocalMethods, type LocalServices } from './local-methods.ts';
import type { Method, MethodTable } from './method.ts';
import { createMonitorMethods } from './monitor-methods.ts';
import { createServiceMethods } from './service-methods.ts';
import type { EngineServices } from './services.ts';
import { createSubscriptions, type SubscriptionDeps } from './subscriptions.ts';

export interface MethodTableDeps extends SubscriptionDeps {
  readonly journal: Pick<Journal, 'read' | 'stats' | 'consumer' | 'acknowledge'>;
  readonly services: EngineServices;
  /** Missing where local actions are not offered. */
  readonly local?: LocalServices | undefined;
}

/** What `notify.sock` offers: enough to tell and to watch, nothing that acts on a server. */
const notifyMethods: ReadonlySet<string> = new Set<keyof EngineMethods>([
  'hello',
  'server.list',
  'events.subscribe',
  'monitor.notify',
  'monitor.list',
  'monitor.clear',
  'cluster.report',
  'health',
]);

const createEngineMethods = (deps: MethodTableDeps) => ({
  ...createServiceMethods(deps.services),
  ...createMonitorMethods(deps.services),
  ...createEventMethods({ ...deps, subscriptions: createSubscriptions(deps) }),
});

type EngineMethods = ReturnType<typeof createEngineMethods>;
type AllMethods = EngineMethods & ReturnType<typeof createLocalMethods>;

/** The methods of all sockets by name with their types, for the client's compiler. */
export type MethodName = keyof AllMethods;
export type MethodParams<Name extends MethodName> =
  AllMethods[Name] extends Method<infer Params> ? Params : never;
export type MethodResult<Name extends MethodName> =
  AllMethods[Name] extends Method<infer _Params, infer Value> ? Value : never;

/** What each socket offers, by the name of the socket. */
export interface MethodTables {
  readonly engine: MethodTable;
  readonly notify: MethodTable;
  /** The actions on the own server, offered nowhere else; empty where they are not offered at all. */
  readonly local: MethodTable;
}

/**
 * The tables of all sockets. Those of the engine and the agents share one set of subscriptions, so that a consumer is
 * live on one of them.
 */
export const createMethodTables = (deps: MethodTableDeps): MethodTables => {
  const engine = Object.entries<Method>(createEngineMethods(deps));
  return {
    engine: new Map(engine),
    notify: new Map(engine.filter(([name]) => notifyMethods.has(name))),
    local: new Map(deps.local ? Object.entries<Method>(createLocalMethods(deps.local)) : []),
  };
};
