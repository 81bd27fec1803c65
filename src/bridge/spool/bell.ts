/** Lets one waiter sleep until something happens; what happened before it slept counts. */
export interface Bell {
  ring(): void;
  heard(): Promise<void>;
}

export const createBell = (): Bell => {
  let rung = false;
  let wake = (): void => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async heard() {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      rung = false;
    },
  };
};
