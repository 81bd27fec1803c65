import { z } from 'zod';
import { categoryPattern, longestMonitorText } from '../core/monitor-names.ts';

/** Where data of an event is looked at: keys with dots between them. */
const dataPath = z
  .string()
  .regex(/^[A-Za-z]\w{0,63}(\.[A-Za-z]\w{0,63}){0,3}$/)
  .meta({ expects: 'a path into the data of the event, such as reason.code' });

const scalar = z
  .union([z.string().max(200), z.number(), z.boolean()])
  .meta({ expects: 'text, a number, true or false' });

const conditions = z
  .record(
    dataPath,
    z
      .union([scalar, z.array(scalar).min(1).max(64)])
      .meta({ expects: 'a value, or a list of values' })
      .describe('Value of the data at this path, or values of which one will do.'),
  )
  .meta({ expects: 'a section of paths, each with a value or a list of values' });

const match = z.strictObject({
  event: z
    .string()
    .regex(/^[A-Za-z.*]{1,64}$/)
    .meta({ expects: 'the type of an event, such as bmc.unreachable or bmc.*' })
    .describe('Type of the event; `*` stands for any run of characters.'),
  where: conditions
    .default({})
    .describe(
      'Data the event must have, each one of the values listed: `{ reason.code: [bmc.auth, bmc.user] }`.',
    ),
  unless: conditions.default({}).describe('Data with which it does not count.'),
});

/** Text with places: `{ups}` stands for that path of the event's data, `{type}` for its type. */
const template = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^([^{}\p{Cc}]|\{[A-Za-z][\w.]{0,127}\})*$/u)
    .meta({ expects: `text of at most ${longest} characters, with places such as {reason.message}` });

export const category = z
  .string()
  .regex(categoryPattern)
  .meta({ expects: `printable ASCII, at most ${longestMonitorText.category} characters` });

/** 31 days, as the longest maintenance. */
export const expireSeconds = z.int().min(1).max(2_678_400);

export const monitorRule = z
  .strictObject({
    raise: z.array(match).min(1).max(16).describe('Events that raise it.'),
    clear: z.array(match).max(16).default([]).describe('Events that clear it again, about the same server.'),
    category: category.describe('Category of the monitor.'),
    keyword: template(longestMonitorText.keyword).describe(
      'Keyword of the monitor; `{path}` stands for that value of the event’s data.',
    ),
    message: template(longestMonitorText.message)
      .default('{type}')
      .describe('What is said of it; with places as well.'),
    expireSeconds: expireSeconds
      .exactOptional()
      .describe('Seconds after the last raise at which it ends by itself.'),
  })
  .describe('One rule, under its name.');

type RuleInput = z.input<typeof monitorRule>;
export type MonitorMatch = z.output<typeof match>;
/** A rule with its name: the events that raise a monitor, and those that clear it. */
export type MonitorRule = z.output<typeof monitorRule> & { readonly name: string };

/**
 * What hardware tells of itself without being asked twice. Categories and keywords are ours: those of the product's
 * own BMC linkage are not published.
 */
const builtIn: Readonly<Record<string, RuleInput>> = {
  bmcUnreachable: {
    raise: [{ event: 'bmc.unreachable' }],
    clear: [
      { event: 'bmc.answered' },
      { event: 'bmc.refused' },
      { event: 'bmc.rechecked', where: { bmc: ['ok', 'refused'] } },
    ],
    category: 'BMC',
    keyword: 'unreachable',
    message: '{reason.message}',
  },
  bmcRefused: {
    raise: [{ event: 'bmc.refused', unless: { 'reason.code': 'bmc.identity' } }],
    clear: [{ event: 'bmc.answered' }, { event: 'bmc.rechecked', where: { bmc: 'ok' } }],
    category: 'BMC',
    keyword: 'refused',
    message: '{reason.message}',
  },
  bmcIdentity: {
    raise: [
      { event: 'bmc.identityMismatched' },
      { event: 'bmc.refused', where: { 'reason.code': 'bmc.identity' } },
    ],
    clear: [
      { event: 'bmc.answered' },
      { event: 'bmc.identityPinned' },
      { event: 'bmc.identityForgotten' },
      { event: 'bmc.rechecked', where: { bmc: 'ok' } },
    ],
    category: 'BMC',
    keyword: 'identity',
    message: 'Another machine answers as the BMC of this server.',
  },
  stopNotReady: {
    // A server that was given no BMC is no fault of its hardware.
    raise: [
      {
        event: 'server.readinessChanged',
        where: { ready: false },
        unless: { 'reason.code': 'fence.noBmc' },
      },
    ],
    clear: [{ event: 'server.readinessChanged', where: { ready: true } }],
    category: 'forcedStop',
    keyword: 'notReady',
    message: '{reason.message}',
  },
  stopFailed: {
    raise: [
      {
        event: 'fence.finished',
        where: { action: ['off', 'cycle'], fenced: false },
        // A guard that refuses a request says nothing of the hardware.
        unless: { 'reason.code': ['fence.self', 'fence.requesterFenced', 'fence.tooMany'] },
      },
    ],
    clear: [
      { event: 'fence.finished', where: { fenced: true } },
      { event: 'fence.provedLate', where: { 'proof.power': 'off' } },
      { event: 'server.confirmedOff' },
      { event: 'cluster.reported', where: { state: 'up' } },
    ],
    category: 'forcedStop',
    keyword: 'failed',
    message: '{reason.message}',
  },
};

export const builtInMonitorRules: readonly MonitorRule[] = Object.entries(builtIn).map(([name, rule]) => ({
  name,
  ...monitorRule.parse(rule),
}));
