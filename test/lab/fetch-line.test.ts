/** The command that fetches a delivered file, through a real sshd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchLines } from '../../src/flows/deliver/fetch-line.ts';
import { downLab, type Lab, labObstacle, upLab } from './lab.ts';

const id = `f${process.pid}`;
const content = '[Interface]\nPrivateKey=topsecret\n';
const target = { user: 'root', host: 'edge', port: undefined };

describe.skipIf((await labObstacle()) !== undefined)('from the laptop', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await upLab({ id });
  });
  afterAll(() => downLab(id));

  test.each(['/root/phone.conf', "/root/-anna's $phone.conf"])(
    '%s arrives for its owner alone, and is gone',
    async (path) => {
      await lab.writeFile('edge', path, content);
      const lines = fetchLines({ target, path, bytes: content.length });
      const fetched = await lab.exec('laptop', ['sh', '-c', lines.join('\n')]);
      expect([fetched.code, fetched.stdout, fetched.stderr]).toEqual([0, '', '']);
      expect((await lab.must('laptop', ['cat', path])).stdout).toBe(content);
      expect((await lab.must('laptop', ['stat', '-c', '%a', path])).stdout).toBe('600\n');
      expect((await lab.exec('edge', ['test', '-e', path])).code).toBe(1);

      await lab.writeFile('edge', path, 'another');
      const again = await lab.exec('laptop', ['sh', '-c', fetchLines({ target, path, bytes: 7 }).join('\n')]);
      expect(again.code).not.toBe(0);
      expect((await lab.must('laptop', ['cat', path])).stdout).toBe(content);
      expect((await lab.must('edge', ['cat', path])).stdout).toBe('another');
    },
  );

  test('where ssh cannot log in, it stays there and nothing is here', async () => {
    await lab.writeFile('edge', '/root/phone2.conf', content);
    const lines = fetchLines({ target: { ...target, user: 'nobody-here' }, path: '/root/phone2.conf', bytes: 33 });
    expect((await lab.exec('laptop', ['sh', '-c', lines.join('\n')])).code).not.toBe(0);
    expect((await lab.exec('laptop', ['test', '-e', '/root/phone2.conf'])).code).toBe(1);
    expect((await lab.exec('edge', ['test', '-e', '/root/phone2.conf'])).code).toBe(0);
  });
});
