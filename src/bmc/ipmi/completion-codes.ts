/** Completion codes this project acts on or names, IPMI 2.0 table 5-2 and the commands' own. */
export const completionCodes = {
  ok: 0x00,
  /** Set Session Privilege: the user may not have this level on this channel (22.18). */
  privilegeExceedsLimit: 0x81,
  /** Close Session: there is no session of this id (22.19). */
  unknownSession: 0x87,
  busy: 0xc0,
  invalidCommand: 0xc1,
  timeout: 0xc3,
  /** The reservation was lost: what was reserved has changed. */
  reservationCancelled: 0xc5,
  badLength: 0xc7,
  /** More bytes were asked for than one answer can hold. */
  tooManyBytes: 0xca,
  /** There is no such sensor or record. */
  notPresent: 0xcb,
  invalidField: 0xcc,
  duplicate: 0xcf,
  firmwareUpdate: 0xd1,
  initializing: 0xd2,
  insufficientPrivilege: 0xd4,
  notInPresentState: 0xd5,
} as const;

const texts: Readonly<Record<number, string>> = {
  [completionCodes.busy]: 'node busy',
  [completionCodes.invalidCommand]: 'invalid command',
  [completionCodes.timeout]: 'timeout while processing the command',
  [completionCodes.reservationCancelled]: 'reservation cancelled',
  [completionCodes.tooManyBytes]: 'cannot return the number of bytes asked for',
  [completionCodes.notPresent]: 'sensor, data or record not present',
  [completionCodes.badLength]: 'request data length invalid',
  [completionCodes.invalidField]: 'invalid data field in request',
  [completionCodes.duplicate]: 'cannot execute duplicated request',
  [completionCodes.firmwareUpdate]: 'firmware update in progress',
  [completionCodes.initializing]: 'BMC initialization in progress',
  [completionCodes.insufficientPrivilege]: 'insufficient privilege level',
  [completionCodes.notInPresentState]: 'not supported in present state',
};

/** A completion code for people: number and, where the specification names it, its text. */
export const completionText = (code: number): string => {
  const hex = `${code.toString(16).padStart(2, '0').toUpperCase()}h`;
  const text = texts[code];
  return text ? `${hex} (${text})` : hex;
};

const passingCodes: ReadonlySet<number> = new Set([
  completionCodes.busy,
  completionCodes.timeout,
  completionCodes.firmwareUpdate,
  completionCodes.initializing,
]);

/** Whether the same request can succeed a little later without anyone mending anything. */
export const isPassingCompletion = (code: number): boolean => passingCodes.has(code);
