import { closeSession } from '../../bmc/ipmi/commands/close-session.ts';
import {
  getSessionInfo,
  type SessionInfo,
  type SessionInfoRequest,
} from '../../bmc/ipmi/commands/get-session-info.ts';
import { setSessionPrivilege } from '../../bmc/ipmi/commands/set-session-privilege.ts';
import { completionCodes } from '../../bmc/ipmi/completion-codes.ts';
import { privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { accepted, type CommandSession, type Handler, handler, lanChannel } from './command-handler.ts';
import type { SessionSlot, SessionTable } from './sessions.ts';

const slotOf = (
  sessions: SessionTable,
  request: SessionInfoRequest,
  session: CommandSession | undefined,
): SessionSlot | undefined => {
  switch (request.by) {
    case 'current':
      return session?.slot;
    case 'index':
      return sessions.active()[request.index - 1];
    case 'handle':
      return sessions.active().find(({ handle }) => handle === request.handle);
    case 'id':
      return sessions.active().find(({ bmcSessionId }) => bmcSessionId === request.bmcSessionId);
  }
};

const infoOf = (sessions: SessionTable, slot: SessionSlot | undefined): SessionInfo => {
  const usage = sessions.usage();
  if (!slot?.active) return { ...usage, handle: 0 };
  const { user, privilege } = slot.active;
  const session = { userId: user.id, privilege, ipmi20: true, channel: lanChannel };
  return { ...usage, handle: slot.handle, session };
};

/** The commands by which a session is managed from within, IPMI 2.0 sections 22.18 to 22.20. */
export const sessionHandlers = (sessions: SessionTable): Handler[] => [
  handler(setSessionPrivilege, privilegeLevels.callback, (level, session) => {
    if (!session) return { completionCode: completionCodes.insufficientPrivilege };
    const { active } = session;
    if (level > active.highestPrivilege) return { completionCode: completionCodes.privilegeExceedsLimit };
    if (level > 0) active.privilege = level;
    return { value: active.privilege };
  }),
  handler(closeSession, privilegeLevels.callback, (id, session) => {
    if (id !== session?.slot.bmcSessionId) return { completionCode: completionCodes.unknownSession };
    session.end();
    return accepted;
  }),
  handler(getSessionInfo, privilegeLevels.user, (request, session) => ({
    value: infoOf(sessions, slotOf(sessions, request, session)),
  })),
];
