/** What names a command on the wire. */
export interface CommandNumbers {
  readonly netFn: number;
  readonly command: number;
}

export const isOneOf = (commands: readonly CommandNumbers[], { netFn, command }: CommandNumbers): boolean =>
  commands.some((known) => known.netFn === netFn && known.command === command);
