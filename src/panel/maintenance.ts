import type { Clock, Timer } from '../core/clock.ts';
import type { Bus } from '../events/bus.ts';
import type { NewEvent } from '../events/catalogue.ts';
import { inMaintenance, type View } from '../events/view.ts';

export interface MaintenanceDeps {
  readonly clock: Clock;
  readonly view: () => View;
  readonly subscribe: Bus['subscribe'];
  /** Takes the event; settles in bounded time, recorded or not, and never rejects. */
  readonly record: (event: NewEvent) => Promise<void>;
  /** A maintenance is over by its time, whether or not that could be recorded. */
  readonly onOver: (server: string) => void;
}

/** The end is a wall time, and the wall clock may be stepped: it is looked at this often at least. */
const lookMs = 60_000;

/** Puts the end of every maintenance on record when its time has come. Returns the call that stops it. */
export const watchMaintenance = ({
  clock,
  view,
  subscribe,
  record,
  onOver,
}: MaintenanceDeps): (() => void) => {
  /** Servers whose end is on its way to the record. */
  const ending = new Set<string>();
  let timer: Timer | undefined;
  let stopped = false;

  const end = async (server: string): Promise<void> => {
    ending.add(server);
    const data = { server, requester: 'maintenance', expired: true };
    await record({ type: 'maintenance.ended', source: 'panel', data });
    ending.delete(server);
  };

  const look = (): void => {
    timer?.cancel();
    if (stopped) return;
    const wallMs = clock.wallMs();
    const open = Object.entries(view().servers).filter(([, { maintenance }]) => maintenance !== undefined);
    const over = open.filter(([name, server]) => !inMaintenance(server, wallMs) && !ending.has(name));
    for (const [name] of over) {
      void end(name);
      onOver(name);
    }
    const leftMs = open.flatMap(([, { maintenance }]) =>
      maintenance ? Math.max(0, Date.parse(maintenance.until) - wallMs) : [],
    );
    const waits = leftMs.filter((left) => left > 0);
    if (open.length > 0) timer = clock.after(Math.min(lookMs, ...waits), look);
  };

  const unsubscribe = subscribe(({ type }) => {
    if (type === 'maintenance.began' || type === 'maintenance.ended') look();
  });
  look();
  return () => {
    stopped = true;
    unsubscribe();
    timer?.cancel();
  };
};
