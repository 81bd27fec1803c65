import type { Journal } from '../../events/journal.ts';
import { createEventMethods } from './event-methods.ts';
import type { Method, MethodTable } from './method.ts';
import { createServiceMethods } from './service-methods.ts';
import type { EngineServices } from './services.ts';
import { createSubscriptions, type SubscriptionDeps } from './subscriptions.ts';

export interface MethodTableDeps extends SubscriptionDeps {
  readonly journal: Pick<Journal, 'read' | 'stats' | 'consumer' | 'acknowledge'>;
  readonly services: EngineServices;
}

/** What `notify.sock` offers: enough to tell and to watch, nothing that acts on a server. */
const notifyMethods: ReadonlySet<string> = new Set<keyof EngineMethods>([
  'hello',
  'server.list',
  'events.subscribe',
  'cluster.report',
  'health',
]);

const createEngineMethods = (deps: MethodTableDeps) => ({
  ...createServiceMethods(deps.services),
  ...createEventMethods({ ...deps, subscriptions: createSubscriptions(deps) }),
});

type EngineMethods = ReturnType<typeof createEngineMethods>;

/** The methods by name with their types, for the client's compiler. */
export type MethodName = keyof EngineMethods;
export type MethodParams<Name extends MethodName> =
  EngineMethods[Name] extends Method<infer Params> ? Params : never;
export type MethodResult<Name extends MethodName> =
  EngineMethods[Name] extends Method<infer _Params, infer Value> ? Value : never;

/** The tables of both sockets. They share one set of subscriptions, so that a consumer is live on one of them. */
export const createMethodTables = (deps: MethodTableDeps): { engine: MethodTable; notify: MethodTable } => {
  const engine = Object.entries<Method>(createEngineMethods(deps));
  return {
    engine: new Map(engine),
    notify: new Map(engine.filter(([name]) => notifyMethods.has(name))),
  };
};
