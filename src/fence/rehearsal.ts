import { codeOf, messageOf } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort, BmcSession, CallLimits } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';
import { type Identities, judgeIdentity } from './identity.ts';

/** What a rehearsal came to; one that was called off shows nothing. */
export type Rehearsal =
  /** `bmc` is why the BMC could not do it, where another method stands in. */
  | { readonly kind: 'works'; readonly because: string; readonly bmc?: Reason }
  | { readonly kind: 'fails'; readonly reason: Reason }
  | { readonly kind: 'calledOff' };

export interface RehearsalDeps {
  readonly bmc: BmcPort;
  readonly identities: Identities;
  readonly report: (event: NewEvent) => void;
}

const fails = (error: unknown): Rehearsal => ({
  kind: 'fails',
  reason: { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) },
});

const readAsOwn = async (
  { identities, report }: RehearsalDeps,
  server: string,
  session: BmcSession,
  limits: CallLimits,
): Promise<Rehearsal> => {
  const judgement = judgeIdentity(identities, server, session.guid);
  if (judgement.kind === 'stranger') {
    const { expected: pinned, found, reason } = judgement;
    report({ type: 'bmc.identityMismatched', source: 'readiness', data: { server, pinned, found } });
    return { kind: 'fails', reason };
  }
  const power = await session.readPower(limits);
  if (judgement.kind === 'new')
    report({ type: 'bmc.identityPinned', source: 'readiness', data: { server, guid: judgement.guid } });
  return { kind: 'works', because: `its BMC let us in and says that its power is ${power}` };
};

/**
 * A forced stop without the power-off: the login, the identity and the read that it rests on, in its own
 * words to the BMC. The first identity that is read is pinned, so that an address that is swapped before the
 * first failure is noticed. `limits.signal` ends it at once. Never throws.
 */
export const rehearse = async (
  deps: RehearsalDeps,
  server: string,
  limits: CallLimits,
): Promise<Rehearsal> => {
  const { signal } = limits;
  let session: BmcSession;
  try {
    session = await deps.bmc.open(limits);
  } catch (error) {
    return signal?.calledOff ? { kind: 'calledOff' } : fails(error);
  }
  try {
    if (signal?.calledOff) return { kind: 'calledOff' };
    return await readAsOwn(deps, server, session, limits);
  } catch (error) {
    return signal?.calledOff ? { kind: 'calledOff' } : fails(error);
  } finally {
    await session.close();
  }
};
