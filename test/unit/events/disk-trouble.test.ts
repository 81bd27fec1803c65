import { expect, test } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { troubleOf } from '../../../src/events/disk-trouble.ts';
import { asJournalError } from '../../../src/events/journal-database.ts';

const thrown = (code: string): Error => Object.assign(new Error('it failed'), { code });

test.each([
  ['SQLITE_FULL', 'fullDisk'],
  ['ENOSPC', 'fullDisk'],
  ['EDQUOT', 'fullDisk'],
  ['SQLITE_READONLY', 'readOnly'],
  ['SQLITE_READONLY_DIRECTORY', 'readOnly'],
  ['EROFS', 'readOnly'],
  ['EACCES', 'readOnly'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
])('%s means %s, wrapped or not', (code, reason) => {
  const trouble = troubleOf(thrown(code), '/state');
  expect(trouble).toMatchObject({ reason, message: expect.stringContaining('/state') });
  expect(troubleOf(asJournalError(thrown(code)), '/state')).toEqual(trouble);
});

test('an error that names nothing is put to the disk itself', () => {
  expect(troubleOf(thrown('SQLITE_IOERR_WRITE'), '/proc/self')?.reason).toMatch(/^(failed|readOnly)$/);
  expect(troubleOf(thrown('SQLITE_IOERR_FSYNC'), '/nowhere')).toMatchObject({
    reason: 'failed',
    message: expect.stringContaining('it failed'),
  });
});

test('what is no fault of the disk is none', () => {
  expect(troubleOf(new CodedError('events.consumers'), '/state')).toBeUndefined();
  expect(troubleOf(thrown('SQLITE_CONSTRAINT'), '/state')).toBeUndefined();
  expect(troubleOf(new TypeError('no'), '/state')).toBeUndefined();
});
