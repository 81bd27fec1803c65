import { isAbsolute } from 'node:path';
import { localActions } from '../core/outcome.ts';
import { hasSysrq } from '../core/sysrq.ts';
import type { Complaint } from './explain.ts';
import { type LocalConfig, sysrqWay } from './local-section.ts';
import type { ConfigFile } from './schema.ts';

/** How long one way may take, in seconds; the kernel answers at once or never. */
export const sysrqLimitSeconds = 1;

const limitOf = ({ tools }: LocalConfig, way: string): number =>
  way === sysrqWay ? sysrqLimitSeconds : (tools[way]?.limitSeconds ?? 0);

const complaintsOfWays = ({ ways, tools }: LocalConfig): Complaint[] =>
  ways.flatMap((way, index): Complaint[] => {
    const path = ['local', 'ways', index];
    if (ways.indexOf(way) < index) return [{ path, message: 'names a way a second time' }];
    if (way === sysrqWay || tools[way]) return [];
    const known = [...Object.keys(tools), sysrqWay].join(', ');
    return [{ path, message: `is no tool and not ${sysrqWay}; known here: ${known}` }];
  });

/** An action that is allowed and that nothing would carry out is found today, not in the night of the failure. */
const complaintsOfActions = ({ actions, ways, tools }: LocalConfig): Complaint[] =>
  actions.flatMap((action, index): Complaint[] => {
    const path = ['local', 'actions', index];
    if (actions.indexOf(action) < index) return [{ path, message: 'names an action a second time' }];
    const done = ways.some((way) => (way === sysrqWay ? hasSysrq(action) : tools[way]?.[action]));
    return done ? [] : [{ path, message: `none of local.ways can do ${action}` }];
  });

const complaintsOfTimes = (local: LocalConfig): Complaint[] => {
  const seconds = local.ways.reduce((sum, way) => sum + limitOf(local, way) + local.stillRunsSeconds, 0);
  if (seconds <= local.deadlineSeconds) return [];
  const message = `the limits of all ways and the waits after them add up to ${seconds} s; the last way must have its turn as well`;
  return [{ path: ['local', 'deadlineSeconds'], message }];
};

/** A daemon has no folder that its operator would think of. */
const complaintsOfPaths = ({ tools, sysrq }: LocalConfig): Complaint[] => {
  const files: [Complaint['path'], string | undefined][] = [
    [['local', 'sysrq', 'trigger'], sysrq.trigger],
    ...Object.entries(tools).flatMap(([name, tool]): [Complaint['path'], string | undefined][] => [
      [['local', 'tools', name, 'device'], tool.device],
      ...localActions.map((action): [Complaint['path'], string | undefined] => {
        const program = tool[action]?.[0];
        return [['local', 'tools', name, action, 0], program?.includes('/') ? program : undefined];
      }),
    ]),
  ];
  return files.flatMap(([path, file]) =>
    file === undefined || isAbsolute(file) ? [] : [{ path, message: 'must be an absolute path' }],
  );
};

/** Whether local actions can be meant like that, and on this machine. */
export const checkLocal = ({ local, self }: Pick<ConfigFile, 'local' | 'self'>): Complaint[] => {
  if (!local) return [];
  const found = [
    ...complaintsOfWays(local),
    ...complaintsOfActions(local),
    ...complaintsOfTimes(local),
    ...complaintsOfPaths(local),
  ];
  if (Object.hasOwn(local.tools, sysrqWay))
    found.push({ path: ['local', 'tools', sysrqWay], message: 'sysrq is the kernel, and no tool' });
  if (self.role !== 'member')
    found.push({ path: ['local'], message: 'a control machine has no server of its own to stop' });
  return found;
};
