import type { LocalAction } from './outcome.ts';

/**
 * The kernel's own keys (Documentation/admin-guide/sysrq.rst): `b` resets at once, `o` switches off, `c` crashes, which
 * is what an NMI is for where a crash dump is set up. Nothing in the kernel cycles the power, and a reset is no cycle.
 */
export const sysrqKeys = { reset: 'b', off: 'o', nmi: 'c' } as const satisfies Partial<
  Record<LocalAction, string>
>;

export const hasSysrq = (action: LocalAction): action is keyof typeof sysrqKeys =>
  Object.hasOwn(sysrqKeys, action);
